package import SealedMatchCrypto
internal import SealedMatchFiles
package import SealedMatchLog
package import SealedMatchProtocol

/// What is served of a log: reads a file by its path under the log's URL, or says that there is none.
package typealias LogFiles = (_ path: String, _ limit: Int) throws -> [UInt8]?

/// A log's folder on its publisher's disk (Docs/Protocol.md, 5.29): what a web server serves, and what waits.
package final class LogFolder {
    /// The folder's path.
    package let path: String
    /// The log's public key; its name is the checkpoints' origin.
    package let key: VerifierKey
    // Held as long as this lives: one process at a time works in the folder.
    private let lock: LockedDirectory

    private static let pendingName = "pending"
    private static let checkpointName = "checkpoint"
    private static let queueName = "queue"
    private static let keyName = "vkey"

    /// Makes a log without entries.
    /// - Throws: `fileFailed`, also for a folder that has a log.
    package static func create(at path: String, key: VerifierKey) throws(SealedMatchError) {
        // Others read what is served.
        try LockedDirectory.make(path, mode: 0o755)
        let lock = try LockedDirectory(path: path)
        try DurableFile.create(key.encoded + [0x0A], at: lock.path + "/" + keyName, isSecret: false)
    }

    package init(path: String) throws(SealedMatchError) {
        lock = try LockedDirectory(path: path)
        self.path = path
        let text = try DurableFile.read(path + "/" + Self.keyName, limit: 4_096)
        guard text.last == 0x0A else { throw SealedMatchError(.malformedLog, "the log's key is not one line") }
        key = try VerifierKey(canonical: text.dropLast())
        guard key.kind == .note else { throw SealedMatchError(.malformedLog, "the log's key is a witness'") }
    }

    /// A file of it, as it is served.
    package func file(_ name: String, _ limit: Int) throws(SealedMatchError) -> [UInt8]? {
        try DurableFile.readIfPresent(path + "/" + name, limit: limit)
    }

    /// The last checkpoint that has its quorum.
    package func checkpoint() throws(SealedMatchError) -> Checkpoint? { try signed(Self.checkpointName) }

    /// What the log has signed and not published yet.
    package func pending() throws(SealedMatchError) -> Checkpoint? { try signed(Self.pendingName) }

    /// - Throws: `inconsistentLog` where it is not this log's; `invalidLogSignature`.
    private func signed(_ name: String) throws(SealedMatchError) -> Checkpoint? {
        guard let bytes = try file(name, SignedNote.maximumCount) else { return nil }
        let checkpoint = try Checkpoint(canonical: bytes)
        guard checkpoint.origin == key.name, try checkpoint.note.isSigned(by: key) else {
            throw SealedMatchError(.inconsistentLog, "a checkpoint in the log's folder is not this log's")
        }
        return checkpoint
    }

    /// Entries that wait for publication; the first has the number `published`.
    /// - Parameter published: how many entries the last signed checkpoint has.
    package func queue(after published: Int) throws(SealedMatchError) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        while let entry = try file(Self.queued(published + entries.count), SetEntry.maximumCount) {
            entries.append(entry)
        }
        return entries
    }

    /// Puts an entry behind all others: durably, before this returns.
    /// - Returns: its place.
    /// - Throws: `inconsistentLog` for a set's entry that does not fit those before: it would be an alarm for ever;
    ///   what reading the log throws.
    package func add(_ entry: LogEntry) throws -> Int {
        let published = try signedSize()
        let entries = try LogContents(size: UInt64(published)) { try file($0, $1) }.entries + queue(after: published)
        let index = entries.count
        try Self.check(entries + [entry.encoded], from: index)
        try LockedDirectory.make(path + "/" + Self.queueName, mode: 0o755)
        try DurableFile.create(entry.encoded, at: path + "/" + Self.queued(index), isSecret: false)
        return index
    }

    /// That the entries of sets that are new fit those before ("Publishing", step 1).
    /// - Throws: `inconsistentLog`.
    static func check(_ entries: [[UInt8]], from first: Int) throws(SealedMatchError) {
        var sets = SetsOfLog()
        for (index, bytes) in entries.enumerated() {
            guard let entry = try? LogEntry(canonical: bytes), let fault = sets.add(entry).first, index >= first else {
                continue
            }
            throw SealedMatchError(.inconsistentLog, fault.reason)
        }
    }

    /// Entries of the last checkpoint that the log signed.
    package func signedSize() throws(SealedMatchError) -> Int {
        let sizes = (try pending()?.size, try checkpoint()?.size)
        return Int(max(sizes.0 ?? 0, sizes.1 ?? 0))
    }

    private static func queued(_ index: Int) -> String { "\(queueName)/\(index)" }

    /// Writes a file that is never changed: a tile, a bundle. One that is there must be the same.
    /// - Throws: `inconsistentLog` for another one.
    func keep(_ bytes: [UInt8], _ name: String) throws(SealedMatchError) {
        if let there = try file(name, max(bytes.count, 1 << 24)) {
            guard there == bytes else {
                throw SealedMatchError(.inconsistentLog, "a tile or a bundle of the log is there with other contents")
            }
            return
        }
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/" + part
            try LockedDirectory.make(folder, mode: 0o755)
        }
        try DurableFile.write(bytes, to: path + "/" + name, secret: false)
    }

    func setPending(_ note: [UInt8]) throws(SealedMatchError) {
        try DurableFile.write(note, to: path + "/" + Self.pendingName, secret: false)
    }

    /// The checkpoint with its quorum takes the place of the last one; then nothing is pending.
    func setCheckpoint(_ note: [UInt8], size: Int) throws(SealedMatchError) {
        try DurableFile.write(note, to: path + "/" + Self.checkpointName, secret: false)
        try LockedDirectory.remove(path + "/" + Self.pendingName)
        // What is in bundles need not wait any more. A kill on the way leaves files that nobody reads again.
        var index = size - 1
        while index >= 0, DurableFile.exists(path + "/" + Self.queued(index)) {
            try LockedDirectory.remove(path + "/" + Self.queued(index))
            index -= 1
        }
    }
}

extension LogFolder {
    /// The proof of a set's entry in the published checkpoint: of the first one, which monitors compare others with.
    /// - Throws: `proofMissing` for a set that is not in it; `inconsistentLog`; what reading throws.
    package func proof(of root: SetRoot) throws -> [UInt8] {
        guard let checkpoint = try checkpoint() else {
            throw SealedMatchError(.proofMissing, "the log has no published checkpoint")
        }
        let contents = try LogContents(size: checkpoint.size) { try file($0, $1) }
        try contents.check(checkpoint)
        for index in contents.entries.indices {
            guard let entry = try? SetEntry(canonical: contents.entries[index]), entry.root == root else { continue }
            return LogProof.text(
                extra: contents.entries[index], index: UInt64(index),
                path: try contents.leaves.path(to: index, size: contents.entries.count),
                checkpoint: checkpoint.encoded)
        }
        throw SealedMatchError(.proofMissing, "the set is not in the log's published entries")
    }
}
