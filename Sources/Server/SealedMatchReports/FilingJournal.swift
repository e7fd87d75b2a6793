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
    package private(set) var entries: [Entry]
    private var last: Bytes32
    // Held as long as this object lives: one process at a time works on a report.
    private let lock: LockedDirectory?

    /// Bytes of an entry or of what belongs to one, at most.
    package static let maximumCount = 8 << 20

    /// Opens the folder, and makes it if it is missing; no other process may work in it.
    /// - Throws: `ReportFailure`, also where an entry was changed, is missing, or does not follow from the one before.
    package convenience init(path: String) throws(ReportFailure) {
        let lock = try about(path) { () throws(SealedMatchError) in try LockedDirectory(path: path) }
        try self.init(path: path, lock: lock)
    }

    /// Reads the folder, whoever works in it.
    /// - Throws: as the other.
    package static func read(path: String) throws(ReportFailure) -> FilingJournal {
        try FilingJournal(path: path, lock: nil)
    }

    private init(path: String, lock: LockedDirectory?) throws(ReportFailure) {
        self.path = path
        self.lock = lock
        var entries: [Entry] = []
        var last = Bytes32()
        while true {
            let name = "\(path)/\(Self.name(entries.count + 1)).json"
            guard
                let bytes = try about(
                    name,
                    { () throws(SealedMatchError) in
                        try DurableFile.readIfPresent(name, limit: Self.maximumCount, access: .secret)
                    })
            else { break }
            guard let json = try? JSON(parsing: bytes), case .object(let members) = json,
                members["number"] == .integer(Int128(entries.count + 1)),
                members["previous"] == .text(Hexadecimal.text(last.bytes))
            else { throw ReportFailure("\(name): was changed, or does not follow from the entry before it") }
            entries.append(Entry(number: entries.count + 1, members: members))
            last = try Self.sha256(bytes)
        }
        // An entry is put behind the last one alone: one that is missing was taken away.
        let names = try about(path) { () throws(SealedMatchError) in try LockedDirectory.names(in: path, limit: .max) }
        guard names.count(where: { Self.isEntry($0) }) == entries.count else {
            throw ReportFailure("\(path): an entry is missing")
        }
        self.entries = entries
        self.last = last
    }

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
        var digests: [String: JSON] = [:]
        for part in parts {
            let place = "\(path)/\(Self.name(number))-\(part.name)"
            try about(place) { () throws(SealedMatchError) in
                try DurableFile.write(part.bytes, to: place, secret: true)
            }
            digests[part.name] = .text(Hexadecimal.text(try Self.sha256(part.bytes).bytes))
        }
        if !digests.isEmpty { members["parts"] = .object(digests) }
        let bytes = Array((JSON.object(members).line + "\n").utf8)
        let place = "\(path)/\(Self.name(number)).json"
        try about(place) { () throws(SealedMatchError) in
            try DurableFile.create(bytes, at: place, isSecret: true)
        }
        entries.append(Entry(number: number, members: members))
        last = try Self.sha256(bytes)
    }

    /// What belongs to an entry.
    /// - Throws: `ReportFailure`, also where it is not what was written.
    package func part(_ name: String, of entry: Entry) throws(ReportFailure) -> [UInt8] {
        let place = self.place(of: name, entry)
        let bytes = try about(place) { () throws(SealedMatchError) in
            try DurableFile.read(place, limit: Self.maximumCount)
        }
        guard case .object(let parts)? = entry.members["parts"],
            parts[name] == .text(Hexadecimal.text(try Self.sha256(bytes).bytes))
        else { throw ReportFailure("\(place): was changed") }
        return bytes
    }

    /// The path of what belongs to an entry.
    package func place(of name: String, _ entry: Entry) -> String { "\(path)/\(Self.name(entry.number))-\(name)" }

    package static func sha256(_ bytes: [UInt8]) throws(ReportFailure) -> Bytes32 {
        try about("SHA-256") { () throws(SealedMatchError) in
            try Sodium.start()
            var hash = try SHA256()
            try unsafe bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try unsafe hash.update(raw) }
            return try hash.finish()
        }
    }
}
