import Foundation
import SealedMatchCrypto
import SealedMatchLog
import SealedMatchProtocol

// The log's texts: a byte that chooses, then a note, a proof, a policy, an entry, a bundle or a key.

/// What is accepted is encoded again to the same bytes; nothing but `malformedLog` is thrown, and for a policy
/// `parameterOutOfRange`.
struct LogHarness {
    private let witness = try! VerifierKey(name: Array("w".utf8), kind: .cosignature, publicKey: Bytes32())

    func run(_ input: UnsafeRawBufferPointer) throws {
        guard let kind = input.first else { return }
        let bytes = [UInt8](input.dropFirst())
        do throws(SealedMatchError) {
            switch kind % 6 {
            case 0: try note(bytes)
            case 1: try proof(bytes)
            case 2:
                let policy = try LogPolicy(canonical: bytes, maximumAge: 1)
                promise(!policy.logs.isEmpty && !policy.witnesses.isEmpty, "a policy without keys")
            case 3: promise(try LogEntry(canonical: bytes).encoded == bytes, "an entry is not canonical")
            case 4:
                let count = bytes.count & 7
                let entries = try LogTiles.entries(bytes, count: count)
                promise(entries.count == count && LogTiles.bundle(entries) == bytes, "a bundle is not canonical")
            default: promise(try VerifierKey(canonical: bytes).encoded == bytes, "a key is not canonical")
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
        let checkpoint = try Checkpoint(note)
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

    private func promise(_ condition: Bool, _ message: StaticString) {
        guard condition else { fatalError("\(message)") }
    }

    /// Inputs to start from: those of Vectors/log.
    static func writeSeeds(_ write: (String, [UInt8]) throws -> Void) throws {
        let vectors = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Vectors/log/log.json")
        let kinds = ["note": 0, "checkpoint": 0, "proof": 1, "policy": 2, "entry": 3, "bundle": 4, "key": 5]
        let file = try JSONSerialization.jsonObject(with: Data(contentsOf: vectors)) as? [String: Any]
        var number = 0
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
                    try write("\(field)-\(number)", [UInt8(kind)] + bytes)
                }
            }
        }
    }
}
