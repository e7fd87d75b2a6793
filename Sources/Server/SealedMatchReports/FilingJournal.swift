package import SealedMatchCrypto
internal import SealedMatchFiles
package import SealedMatchJSON
internal import SealedMatchLists

/// What happened to one report, entry by entry: a folder in which each entry is a file that is never changed. What is
/// to be sent is on the disk before it leaves, and its reply before anything follows from it.
/// (Docs/Reporting.md, "A filing on the disk")
package final class FilingJournal {
    /// An entry.
    package struct Entry: Sendable {
        /// From 1.
        package let number: Int
        package let members: [String: JSON]

        package func text(_ name: String) -> String? {
            if case .text(let text)? = members[name] { text } else { nil }
        }
        package func integer(_ name: String) -> Int? {
            if case .integer(let number)? = members[name] { Int(exactly: number) } else { nil }
        }
        package func boolean(_ name: String) -> Bool? {
            if case .boolean(let truth)? = members[name] { truth } else { nil }
        }
        package var time: UInt64 { integer("time").map { UInt64(max(0, $0)) } ?? 0 }
        package var kind: String { text("entry") ?? "" }
    }

    package let path: String
    /// Whose it is: case, round, kind.
    package let name: FilingFolder.Name
    package private(set) var entries: [Entry]
    private let keeper: FilingKeeper
    private var last: Bytes32
    // Held as long as this object lives: one process at a time works on a report.
    private let lock: LockedDirectory?

    /// Bytes of an entry or of what belongs to one, at most.
    package static let maximumCount = 8 << 20

    /// Opens the folder, and makes it if it is missing; no other process may work in it.
    /// - Throws: `ReportFailure`, also where an entry was changed, is missing, or does not follow from the one before;
    ///   where it is another filing's, or has no signature of the library's; where what belongs to an entry is not what
    ///   was written; where the library knows of more of it, or of another one.
    package convenience init(
        path: String, _ name: FilingFolder.Name, _ keeper: FilingKeeper
    ) throws(ReportFailure) {
        let lock: LockedDirectory
        do throws(SealedMatchError) { lock = try LockedDirectory(path: path) } catch {
            // Another process is at work here: later it is not.
            throw ReportFailure(error, path, isPassing: error.code == .fileFailed)
        }
        try self.init(path: path, name, keeper, lock: lock)
    }

    /// Reads the folder, whoever works in it.
    /// - Throws: as the other.
    package static func read(
        path: String, _ name: FilingFolder.Name, _ keeper: FilingKeeper
    ) throws(ReportFailure) -> FilingJournal {
        try FilingJournal(path: path, name, keeper, lock: nil)
    }

    private init(
        path: String, _ name: FilingFolder.Name, _ keeper: FilingKeeper, lock: LockedDirectory?
    ) throws(ReportFailure) {
        self.path = path
        self.name = name
        self.keeper = keeper
        self.lock = lock
        // Asked before the entries are read: somebody who only reads must not find less than the library knows because
        // another process goes on meanwhile.
        let known = try about("case \(name.number)") { () throws(SealedMatchError) in try keeper.known(name) }
        guard known?.entries != 0 else {
            throw ReportFailure(
                "case \(name.number): this filing was given up as lost. Open the case again for another round")
        }
        var entries: [Entry] = []
        var last = Bytes32()
        while true {
            let place = "\(path)/\(Self.name(entries.count + 1)).json"
            guard
                let bytes = try about(
                    place,
                    { () throws(SealedMatchError) in
                        try DurableFile.readIfPresent(place, limit: Self.maximumCount, access: .secret)
                    })
            else { break }
            let entry = try Self.entry(bytes, entries.count + 1, after: last, place, name, keeper)
            for (part, digest) in try Self.parts(of: entry, place) {
                _ = try Self.part(path, part, of: entry, digest)
            }
            entries.append(entry)
            last = try Self.sha256(bytes)
            if let known, known.entries == entries.count, known.digest != last {
                throw ReportFailure(
                    "\(place): is another entry than the library knows. \(Self.advice(path))")
            }
        }
        // An entry is put behind the last one alone: one that is missing was taken away.
        let names = try about(path) { () throws(SealedMatchError) in try LockedDirectory.names(in: path, limit: .max) }
        guard names.count(where: { Self.isEntry($0) }) == entries.count else {
            throw ReportFailure("\(path): an entry is missing")
        }
        if let known, known.entries > entries.count {
            throw ReportFailure(Self.older(path, has: entries.count, knows: known.entries))
        }
        self.entries = entries
        self.last = last
    }

    /// That less is here than the library knows.
    static func older(_ path: String, has count: Int, knows known: Int) -> String {
        "\(path): has \(count == 0 ? "no entry" : "\(count) \(count == 1 ? "entry" : "entries")"), and the library "
            + "knows of \(known): it is an older copy, or was taken away, or the library has another path. "
            + advice(path)
    }

    private static func advice(_ path: String) -> String {
        "Nothing is sent. Put the copy back that was here last, or use the library by the path beside which it is. "
            + "If it is gone, ask the receiver what went out, then `report settle --lost` (Docs/Reporting.md, “If a "
            + "filing is lost”)"
    }

    /// An entry from its file.
    private static func entry(
        _ bytes: [UInt8], _ number: Int, after last: Bytes32, _ place: String, _ name: FilingFolder.Name,
        _ keeper: FilingKeeper
    ) throws(ReportFailure) -> Entry {
        guard let json = try? JSON(parsing: bytes), case .object(var members) = json,
            bytes == Array((json.line + "\n").utf8)
        else { throw ReportFailure("\(place): was changed: it is no entry") }
        func text(_ member: String) -> String? { if case .text(let text)? = members[member] { text } else { nil } }
        guard text("library") != nil else {
            throw ReportFailure("\(place): names no library: it was changed, or a version before this one made it")
        }
        // Whose it is comes first: what is of another filing is well signed there.
        guard text("library") == Hexadecimal.text(keeper.library.bytes) else {
            throw ReportFailure("\(place): is of another library. \(copied)")
        }
        guard members["case"] == .integer(Int128(name.number)), members["round"] == .integer(Int128(name.round)),
            text("filing") == name.kind
        else {
            let own = [members["case"], members["round"], members["filing"]].map { $0?.line ?? "?" }
            throw ReportFailure(
                "\(place): is of case \(own[0]), round \(own[1]), \(VisibleText.of(own[2], limit: 40)), and not of "
                    + "case \(name.number), round \(name.round), \(name.kind). \(copied)")
        }
        let signature = text("signature").flatMap { Hexadecimal.bytes($0.utf8) }.flatMap {
            try? Signature(canonical: $0)
        }
        members["signature"] = nil
        guard let signature, keeper.verifies(signature, JSON.object(members).line) else {
            throw ReportFailure("\(place): was changed: it is not signed by the library's key")
        }
        guard members["number"] == .integer(Int128(number)), text("previous") == Hexadecimal.text(last.bytes) else {
            throw ReportFailure("\(place): was changed, or does not follow from the entry before it")
        }
        return Entry(number: number, members: members)
    }

    private static let copied = "A folder of filings was copied or renamed. Nothing is sent; put it back where it was"

    /// Whether a file is an entry: a part of one has more in its name.
    private static func isEntry(_ name: String) -> Bool {
        name.hasSuffix(".json") && Int(name.dropLast(5)) != nil
    }

    private static func name(_ number: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    /// Puts an entry behind all others, durably; what belongs to it is there before.
    /// - Parameter parts: files of the entry, by the end of their names. One that a killed process left without its
    ///   entry is replaced.
    package func append(
        _ kind: String, at time: UInt64, _ members: [String: JSON] = [:], parts: [(name: String, bytes: [UInt8])] = []
    ) throws(ReportFailure) {
        let number = entries.count + 1
        var members = members
        members["entry"] = .text(kind)
        members["number"] = .integer(Int128(number))
        members["time"] = .integer(Int128(time))
        members["previous"] = .text(Hexadecimal.text(last.bytes))
        members["library"] = .text(Hexadecimal.text(keeper.library.bytes))
        members["case"] = .integer(Int128(name.number))
        members["round"] = .integer(Int128(name.round))
        members["filing"] = .text(name.kind)
        var digests: [String: JSON] = [:]
        for part in parts {
            let place = "\(path)/\(Self.name(number))-\(part.name)"
            try about(place) { () throws(SealedMatchError) in
                try DurableFile.write(part.bytes, to: place, secret: true)
            }
            digests[part.name] = .text(Hexadecimal.text(try Self.sha256(part.bytes).bytes))
        }
        if !digests.isEmpty { members["parts"] = .object(digests) }
        let entry = Entry(number: number, members: members)
        let line = JSON.object(members).line
        let signature = try about("the signature of an entry") { () throws(SealedMatchError) in
            try keeper.sign(line)
        }
        members["signature"] = .text(Hexadecimal.text(signature.encoded))
        let bytes = Array((JSON.object(members).line + "\n").utf8)
        let place = "\(path)/\(Self.name(number)).json"
        try about(place) { () throws(SealedMatchError) in
            try DurableFile.create(bytes, at: place, isSecret: true)
        }
        entries.append(entry)
        last = try Self.sha256(bytes)
    }

    /// Writes into the library how far this journal is. From then on no older copy of it is taken.
    /// - Throws: `ReportFailure`, also where the library knows of more: another copy went on.
    package func keep(by person: String, at time: UInt64) throws(ReportFailure) {
        do throws(SealedMatchError) {
            try keeper.keep(name, entries: entries.count, digest: last, by: person, at: time)
        } catch {
            // Somebody may hold the library for a while.
            throw ReportFailure(
                error, "case \(name.number): the library does not take the filing",
                isPassing: error.code == .fileFailed)
        }
    }

    /// What belongs to an entry.
    /// - Throws: `ReportFailure`, also where it is not what was written.
    package func part(_ name: String, of entry: Entry) throws(ReportFailure) -> [UInt8] {
        let place = self.place(of: name, entry)
        guard let digest = try Self.parts(of: entry, place).first(where: { $0.name == name })?.digest else {
            throw ReportFailure("\(place): no entry names it")
        }
        return try Self.part(path, name, of: entry, digest)
    }

    /// The names of what belongs to an entry, and their digests.
    private static func parts(
        of entry: Entry, _ place: String
    ) throws(ReportFailure) -> [(name: String, digest: String)] {
        guard let json = entry.members["parts"] else { return [] }
        guard case .object(let parts) = json else { throw ReportFailure("\(place): was changed") }
        var found: [(name: String, digest: String)] = []
        for (name, digest) in parts.sorted(by: { $0.key < $1.key }) {
            guard case .text(let digest) = digest, !name.isEmpty, !name.contains("/") else {
                throw ReportFailure("\(place): was changed")
            }
            found.append((name, digest))
        }
        return found
    }

    private static func part(
        _ path: String, _ name: String, of entry: Entry, _ digest: String
    ) throws(ReportFailure) -> [UInt8] {
        let place = "\(path)/\(Self.name(entry.number))-\(name)"
        let bytes = try about(place) { () throws(SealedMatchError) in
            try DurableFile.readIfPresent(place, limit: Self.maximumCount, access: .secret)
        }
        guard let bytes else { throw ReportFailure("\(place): is missing, and an entry names it. Nothing is sent") }
        guard digest == Hexadecimal.text(try Self.sha256(bytes).bytes) else {
            throw ReportFailure("\(place): was changed")
        }
        return bytes
    }

    /// The path of what belongs to an entry.
    package func place(of name: String, _ entry: Entry) -> String { "\(path)/\(Self.name(entry.number))-\(name)" }

    package static func sha256(_ bytes: [UInt8]) throws(ReportFailure) -> Bytes32 {
        try about("SHA-256") { () throws(SealedMatchError) in try SHA256.digest(of: bytes) }
    }
}
