internal import Foundation
internal import SealedMatchCrypto
internal import SealedMatchFiles

/// The filings of a library: a folder beside its file, so that nobody files out of another one.
package struct FilingFolder: Sendable {
    /// The folder's path.
    package let path: String

    /// - Parameter library: the path of the library's file. Links are followed: one file has one folder, whatever it is
    ///   called by.
    package init(library: String) {
        path = URL(filePath: library).resolvingSymlinksInPath().path(percentEncoded: false) + ".filings"
    }

    /// A filing in it.
    package struct Name: Comparable, Hashable, Sendable, CustomStringConvertible {
        package let number: UInt64
        package let round: Int
        /// A report's kind, or `account`.
        package let kind: String

        package init(_ number: UInt64, round: Int, _ kind: String) {
            self.number = number
            self.round = round
            self.kind = kind
        }

        init?(_ text: String) {
            let parts = text.split(separator: "-")
            guard parts.count == 3, let number = UInt64(parts[0]), let round = Int(parts[1]) else { return nil }
            self.init(number, round: round, String(parts[2]))
            guard description == text else { return nil }
        }

        package var description: String { "\(number)-\(round)-\(kind)" }
        package static func < (a: Name, b: Name) -> Bool { (a.number, a.round, a.kind) < (b.number, b.round, b.kind) }
    }

    /// Opens a filing; makes it, and the folder, if they are missing.
    package func open(_ name: Name) throws(ReportFailure) -> FilingJournal {
        try about(path) { () throws(SealedMatchError) in try LockedDirectory.make(path) }
        return try FilingJournal(path: "\(path)/\(name)")
    }

    /// Reads a filing, if it is there.
    package func read(_ name: Name) throws(ReportFailure) -> FilingJournal? {
        guard DurableFile.exists("\(path)/\(name)") else { return nil }
        return try FilingJournal.read(path: "\(path)/\(name)")
    }

    /// All filings, in order.
    package func names() throws(ReportFailure) -> [Name] {
        guard DurableFile.exists(path) else { return [] }
        return try about(path) { () throws(SealedMatchError) in try LockedDirectory.names(in: path, limit: .max) }
            .compactMap { Name($0) }.sorted()
    }

    /// Removes all filings of a case, which was erased.
    package func erase(_ number: UInt64) throws(ReportFailure) {
        for name in try names() where name.number == number {
            do {
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
            } catch {
                throw ReportFailure("\(path)/\(name): cannot be removed: \(error)")
            }
        }
    }
}
