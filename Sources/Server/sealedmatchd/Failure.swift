internal import ArgumentParser
internal import Foundation
internal import SealedMatchCrypto

/// What ends the program, for whoever runs it: what, where, and what to do.
struct Failure: Error, CustomStringConvertible {
    let description: String
    /// The description in lines of our own. Names from outside, which may have line ends in them, are not divided.
    let lines: [String]

    init(_ description: String) { (self.description, lines) = (description, [description]) }

    init(lines: [String]) { (description, self.lines) = (lines.joined(separator: "; "), lines) }

    init(_ error: SealedMatchError, _ subject: String) {
        let system = error.systemError == 0 ? "" : ": \(String(cString: strerror(error.systemError)))"
        self.init("\(subject): \(error.reason)\(system) [error \(error.code.rawValue)]")
    }
}

/// Names what an error is about.
func about<Result: ~Copyable>(_ subject: String, _ work: () throws -> Result) throws -> Result {
    do {
        return try work()
    } catch let error as SealedMatchError {
        throw Failure(error, subject)
    }
}

/// Ends the program with 1 and the message; texts of others are shown without control characters.
func reportingFailures(_ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let failure as Failure {
        let lines = failure.lines.map(escaped).joined(separator: "\n")
        FileHandle.standardError.write(Data("sealedmatchd: \(lines)\n".utf8))
        throw ExitCode.failure
    }
}

/// A text from outside on a terminal: control characters and what turns the direction of writing are written out.
func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
            "\\u{\(String(scalar.value, radix: 16))}"
        default: String(scalar)
        }
    }.joined()
}
