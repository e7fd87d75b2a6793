internal import Foundation
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchLists

/// The filings of a library: a folder beside its file, so that nobody files out of another one.
package struct FilingFolder {
    /// The folder's path.
    package let path: String
    private let library: String
    private let keeper: FilingKeeper

    /// - Parameters:
    ///   - library: the path of the library's file. Links are followed: one file has one folder, whatever it is called
    ///     by.
    ///   - keeper: the library that is in it.
    package init(library: String, _ keeper: FilingKeeper) {
        self.library = URL(filePath: library).resolvingSymlinksInPath().path(percentEncoded: false)
        path = self.library + ".filings"
        self.keeper = keeper
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
    /// - Throws: `ReportFailure`, also where the library's file has another name, beside which there may be other
    ///   filings of it; and as `FilingJournal`.
    package func open(_ name: Name) throws(ReportFailure) -> FilingJournal {
        var status = stat()
        if unsafe stat(library, &status) == 0, status.st_nlink > 1 {
            throw ReportFailure(
                "\(library): the file has \(status.st_nlink) names (hard links), and filings are kept beside one of "
                    + "them. Remove the others: SQLite loses data where a file is used by several names, too")
        }
        try about(path) { () throws(SealedMatchError) in try LockedDirectory.make(path) }
        return try FilingJournal(path: "\(path)/\(name)", name, keeper)
    }

    /// Reads a filing, if it is there.
    /// - Throws: `ReportFailure`, also where it is not there and the library knows of it.
    package func read(_ name: Name) throws(ReportFailure) -> FilingJournal? {
        let place = "\(path)/\(name)"
        guard DurableFile.exists(place) else {
            let known = try about("case \(name.number)") { () throws(SealedMatchError) in try keeper.known(name) }
            if let known, known.entries > 0 {
                throw ReportFailure(FilingJournal.older(place, has: 0, knows: known.entries))
            }
            return nil
        }
        return try FilingJournal.read(path: place, name, keeper)
    }

    /// Filings of a case: those that are there, and those that the library knows of.
    package func names(of number: UInt64) throws(ReportFailure) -> [Name] {
        Set(try names().filter { $0.number == number } + known(of: number)).sorted()
    }

    /// Filings of a case that the library knows of, whether they are there or not.
    package func known(of number: UInt64) throws(ReportFailure) -> [Name] {
        try about("case \(number)") { () throws(SealedMatchError) in try keeper.names(number) }
    }

    /// Gives a filing up that is lost: nothing more is filed of this kind in this round.
    /// - Throws: `ReportFailure`, also where its journal is there and whole.
    package func giveUp(_ name: Name, by person: String, why: String, at time: UInt64) throws(ReportFailure) {
        let known = try about("case \(name.number)") { () throws(SealedMatchError) in try keeper.known(name) }
        guard let known else { throw ReportFailure("\(name): the library knows of no such filing") }
        guard known.entries > 0 else { throw ReportFailure("\(name): it was given up as lost before") }
        let isWhole: Bool
        do throws(ReportFailure) { isWhole = try read(name) != nil } catch { isWhole = false }
        guard !isWhole else { throw ReportFailure("\(path)/\(name): is there, and is whole: it is not lost") }
        try about("case \(name.number)") { () throws(SealedMatchError) in
            try keeper.keep(name, entries: 0, digest: Bytes32(), by: person, why: why, at: time)
        }
    }

    /// Takes a number that a receiver gave, for a filing.
    /// - Returns: the filing that has it already; nil: it is this one's now.
    package func claim(
        _ report: String, at address: ReportAddress, for name: Name
    ) throws(ReportFailure) -> String? {
        let receiver = Hexadecimal.text(try FilingJournal.sha256(Array(address.canonical.utf8)).bytes.prefix(8))
        let place = "\(path)/number-\(receiver)-\(report)"
        let own = Array("\(name)\n".utf8)
        do throws(SealedMatchError) {
            try DurableFile.create(own, at: place, isSecret: true)
            return nil
        } catch {
            let bytes = try about(place) { () throws(SealedMatchError) in
                try DurableFile.readIfPresent(place, limit: 200, access: .secret)
            }
            guard let bytes else { throw ReportFailure(error, place) }
            return bytes == own ? nil : VisibleText.of(bytes.dropLast(), limit: 60)
        }
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
                throw ReportFailure("\(path)/\(name): cannot be removed: \(error.localizedDescription)")
            }
        }
        // Its numbers at receivers, too.
        let files =
            DurableFile.exists(path)
            ? try about(path) { () throws(SealedMatchError) in
                try LockedDirectory.names(in: path, limit: .max)
            } : []
        for file in files where file.hasPrefix("number-") {
            let place = "\(path)/\(file)"
            try about(place) { () throws(SealedMatchError) in
                guard let bytes = try DurableFile.readIfPresent(place, limit: 200) else { return }
                if bytes.starts(with: Array("\(number)-".utf8)) { try LockedDirectory.remove(place) }
            }
        }
    }
}
