import Foundation
import SealedMatchCrypto
import SealedMatchLog
import SealedMatchProtocol
import SealedMatchPublishing

// What a log says and serves: notes, proofs, policies, entries, keys, bundles and tiles.

/// What is accepted is encoded again to the same bytes; nothing but `malformedLog` is thrown, and for a policy
/// `parameterOutOfRange`.
struct LogHarness {
    enum Kind: String, CaseIterable { case note, proof, policy, entry, key, bundle, tile, watch }

    private let witness = try! VerifierKey(name: Array("w".utf8), kind: .cosignature, publicKey: Bytes32())
    private let log = try! FuzzLog()

    func run(_ kind: Kind, _ bytes: [UInt8]) throws {
        if kind == .watch { return try watch(bytes) }
        do throws(SealedMatchError) {
            switch kind {
            case .note: try note(bytes)
            case .proof: try proof(bytes)
            case .policy:
                let policy = try LogPolicy(canonical: bytes, maximumAge: 1)
                promise(!policy.logs.isEmpty && !policy.witnesses.isEmpty, "a policy without keys")
            case .entry: promise(try LogEntry(canonical: bytes).encoded == bytes, "an entry is not canonical")
            case .key: promise(try VerifierKey(canonical: bytes).encoded == bytes, "a key is not canonical")
            case .bundle: _ = try bundle(bytes)
            case .tile, .watch: try tile(bytes)
            }
        } catch {
            promise(error.code == .malformedLog || error.code == .parameterOutOfRange, "another error")
            throw error
        }
    }

    private func note(_ bytes: [UInt8]) throws(SealedMatchError) {
        let note = try SignedNote(canonical: bytes)
        var lines: [UInt8] = []
        for one in note.signatures {
            promise(!one.name.isEmpty && one.id.count == 4 && !one.signature.isEmpty, "a signature without parts")
            lines +=
                Array("— ".utf8) + one.name + [0x20] + Array(Data(one.id + one.signature).base64EncodedString().utf8)
            lines.append(0x0A)
        }
        promise(note.text + [0x0A] + lines == bytes, "a note is not canonical")
        _ = try? note.time(of: witness)
        let checkpoint = try Checkpoint(canonical: bytes)
        let text = Checkpoint.text(origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root)
        promise(note.text.starts(with: text), "a checkpoint is not canonical")
    }

    private func proof(_ bytes: [UInt8]) throws(SealedMatchError) {
        let proof = try LogProof(canonical: bytes)
        let again = LogProof.text(
            extra: proof.extra, index: proof.index, path: proof.path, checkpoint: proof.checkpoint.encoded)
        promise(again == bytes, "a proof is not canonical")
        // A path to the root of its own checkpoint would be a collision, or the empty path of one entry.
        if (try? proof.checkInclusion(of: [1, 2, 3])) != nil { promise(proof.path.isEmpty, "a path that proves") }
        try? LogTree.checkConsistency(
            oldSize: proof.index, oldRoot: Bytes32(), newSize: proof.checkpoint.size, newRoot: proof.checkpoint.root,
            path: proof.path)
    }

    /// A byte that says how many entries, then a bundle.
    private func bundle(_ bytes: [UInt8]) throws(SealedMatchError) -> [[UInt8]] {
        guard let count = bytes.first else { return [] }
        let bundle = Array(bytes.dropFirst())
        let entries = try LogTiles.entries(bundle, count: Int(count))
        promise(entries.count == Int(count) && LogTiles.bundle(entries) == bundle, "a bundle is not canonical")
        return entries
    }

    /// A byte that says how wide, then a tile.
    private func tile(_ bytes: [UInt8]) throws(SealedMatchError) {
        guard let width = bytes.first else { return }
        let tile = Array(bytes.dropFirst())
        let hashes = try LogTiles.hashes(tile, width: Int(width))
        promise(hashes.count == Int(width) && hashes.flatMap(\.bytes) == tile, "a tile is not canonical")
    }

    /// A byte that chooses a file and one of its bytes; then a bundle, which a log has signed. A monitor reads the log
    /// whatever its entries say, and sees the byte that differs.
    private func watch(_ bytes: [UInt8]) throws {
        guard let choice = bytes.first else { return }
        let entries = try bundle(Array(bytes.dropFirst()))
        guard !entries.isEmpty else { return }
        var files = try log.files(LogContents(entries))
        let report = try log.watch(files)
        promise(report.newEntries == entries.count, "a monitor has not seen all entries")
        promise(report.alarms.allSatisfy { entries.indices.contains($0.index) }, "an alarm of no entry")
        let names = files.keys.sorted()
        let name = names[Int(choice) % names.count]
        guard var changed = files[name] else { return }
        changed[Int(choice) % changed.count] ^= 1
        files[name] = changed
        promise((try? log.watch(files)) == nil, "a file of the log has changed, and a monitor says nothing")
    }

    private func promise(_ condition: Bool, _ message: StaticString) {
        guard condition else { fatalError("\(message)") }
    }

    /// Inputs to start from: those of Vectors/log, and a log of some of its entries.
    static func writeSeeds(_ write: (Kind, String, [UInt8]) throws -> Void) throws {
        let vectors = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Vectors/log/log.json")
        let kinds: [String: Kind] = [
            "note": .note, "checkpoint": .note, "proof": .proof, "policy": .policy, "entry": .entry, "bundle": .bundle,
            "key": .key,
        ]
        let file = try JSONSerialization.jsonObject(with: Data(contentsOf: vectors)) as? [String: Any]
        var number = 0
        var entries: [[UInt8]] = []
        for group in file?["testGroups"] as? [[String: Any]] ?? [] {
            for test in group["tests"] as? [[String: Any]] ?? [] {
                for (field, value) in test["input"] as? [String: Any] ?? [:] {
                    guard let kind = kinds[field], let digits = value as? String, digits.utf8.count <= 16_000 else {
                        continue
                    }
                    let characters = Array(digits)
                    let bytes = stride(from: 0, to: characters.count, by: 2).compactMap {
                        UInt8(String(characters[$0...($0 + 1)]), radix: 16)
                    }
                    number += 1
                    try write(kind, "\(field)-\(number)", (kind == .bundle ? [1] : []) + bytes)
                    if (try? LogEntry(canonical: bytes)) != nil { entries.append(bytes) }
                }
            }
        }
        for count in [1, 2, 5, 12] {
            let some = entries.prefix(count)
            try write(.bundle, "log-\(count)", [UInt8(some.count)] + LogTiles.bundle(some))
            try write(.watch, "log-\(count)", [0, UInt8(some.count)] + LogTiles.bundle(some))
            try write(.tile, "\(count)", [UInt8(count)] + [UInt8](repeating: 5, count: 32 * count))
        }
    }
}

/// A log with its own key and one witness, whose keys are the same in each run of the fuzzer.
private struct FuzzLog {
    private let key: VerifierKey
    private let witness: VerifierKey
    private let monitor: LogMonitor
    private let now: UInt64 = 1_800_000_000

    private static func secret(_ place: UInt8) throws -> SigningKey {
        try SigningKey(seed: SecretBytes.copying([UInt8](repeating: place, count: 32)))
    }

    init() throws {
        try Sodium.start()
        key = try VerifierKey(name: Array("log".utf8), kind: .note, publicKey: Self.secret(1).publicKey)
        witness = try VerifierKey(name: Array("w".utf8), kind: .cosignature, publicKey: Self.secret(2).publicKey)
        let policy = Array("log ".utf8) + key.encoded + Array("\nwitness w ".utf8) + witness.encoded
        monitor = LogMonitor(
            policy: try LogPolicy(canonical: policy + Array("\nquorum w\n".utf8), maximumAge: 60), growth: 2
        ) { _ in nil }
    }

    /// What it serves: a checkpoint, bundles and tiles.
    func files(_ contents: LogContents) throws -> [String: [UInt8]] {
        let size = contents.entries.count
        let text = Checkpoint.text(
            origin: key.name, size: UInt64(size), root: try contents.leaves.root(size: size))
        let time = (0..<8).map { UInt8(truncatingIfNeeded: now >> UInt64(56 - 8 * $0)) }
        let cosignature = try Self.secret(2).sign(SignedNote.cosigned(text, at: now)).encoded
        var files = [
            "checkpoint": text + [0x0A] + SignedNote.line(of: key, try Self.secret(1).sign(text).encoded)
                + SignedNote.line(of: witness, time + cosignature)
        ]
        for file in contents.bundles(size: size) + (try contents.tiles(size: size)) { files[file.name] = file.bytes }
        return files
    }

    func watch(_ files: [String: [UInt8]]) throws -> LogMonitor.Report {
        try monitor.watch({ name, _ in files[name] }, last: nil, now: now)
    }
}
