package import SealedMatchCrypto

/// Why a report cannot be made, sent or read: what, where, and what to do.
package struct ReportFailure: Error, CustomStringConvertible {
    /// For a person. Parts of it may come from outside: escape it where it is shown.
    package let description: String
    /// The other side is to blame, or the way to it: later the same may work.
    package let isPassing: Bool

    package init(_ description: String, isPassing: Bool = false) {
        self.description = description
        self.isPassing = isPassing
    }

    package init(_ error: SealedMatchError, _ subject: String, isPassing: Bool = false) {
        self.init("\(subject): \(error.reason) [error \(error.code.rawValue)]", isPassing: isPassing)
    }
}

/// Names what an error is about.
func about<Result>(
    _ subject: String, _ work: () throws(SealedMatchError) -> Result
) throws(ReportFailure) -> Result {
    do {
        return try work()
    } catch {
        throw ReportFailure(error, subject)
    }
}
