import Foundation
import SealedMatchCrypto
import SealedMatchLog
import Testing

/// Notes, checkpoints and proofs of logs that others run: Vectors/log/upstream.json, which says where each is from.
private struct Upstream: Decodable {
    struct Note: Decodable {
        let source: String
        let note: String
        let key: String
    }
    struct Signed: Decodable {
        let source: String
        let origin: String
        let note: String
        let keys: [String]
        let times: [UInt64]
    }
    struct Proof: Decodable {
        let source: String
        let key: String
        let entry: String
        let proof: String
    }
    struct Pair: Decodable {
        let source: String
        let old: String
        let new: String
        let path: [String]
    }
    let notes: [Note]
    let checkpoints: [Signed]
    let proofs: [Proof]
    let consistency: [Pair]

    static func load() throws -> Upstream {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try JSONDecoder().decode(
            Upstream.self, from: Data(contentsOf: root.appending(path: "Vectors/log/upstream.json")))
    }
}

private func key(_ text: String) throws -> VerifierKey { try VerifierKey(canonical: Array(text.utf8)) }

@Suite struct UpstreamLogTests {
    @Test func notesVerify() throws {
        let upstream = try Upstream.load()
        #expect(upstream.notes.count == 1)
        for one in upstream.notes {
            let note = try SignedNote(canonical: Array(one.note.utf8))
            #expect(try note.isSigned(by: key(one.key)), "\(one.source)")
        }
    }

    /// Signatures and cosignatures of all keys that are known, and a change in the text breaks each of them.
    @Test func checkpointsVerify() throws {
        let upstream = try Upstream.load()
        #expect(upstream.checkpoints.count == 5)
        var witnessed = 0
        for one in upstream.checkpoints {
            let checkpoint = try Checkpoint(canonical: Array(one.note.utf8))
            #expect(checkpoint.origin == Array(one.origin.utf8))
            let changed = try Checkpoint(
                canonical: Array(one.note.replacing("\n\(checkpoint.size)\n", with: "\n\(checkpoint.size + 1)\n").utf8))
            for (text, time) in zip(one.keys, one.times) {
                #expect(try checkpoint.note.time(of: key(text)) == time, "\(one.source): \(text)")
                witnessed += time > 0 ? 1 : 0
                #expect(throws: SealedMatchError(.invalidLogSignature, "")) {
                    _ = try changed.note.time(of: key(text))
                }
            }
        }
        #expect(witnessed == 6)
    }

    /// The policy of a client that pins a public log and its witnesses takes the log's checkpoint, at its time.
    @Test func policyTakesPublicCheckpoint() throws {
        let one = try #require(try Upstream.load().checkpoints.first { $0.keys.count == 5 })
        var lines = ["log \(one.keys[0])"]
        for (index, key) in one.keys.dropFirst().enumerated() { lines.append("witness w\(index) \(key)") }
        lines += ["group all-of-them 3 w0 w1 w2 w3", "quorum all-of-them", ""]
        let policy = try LogPolicy(canonical: Array(lines.joined(separator: "\n").utf8), maximumAge: 86_400)
        let checkpoint = try Checkpoint(canonical: Array(one.note.utf8))
        try policy.check(checkpoint, now: one.times[1] + 86_400)
        #expect(throws: SealedMatchError(.proofTooOld, "")) {
            try policy.check(checkpoint, now: one.times[1] + 86_401)
        }
    }

    @Test func inclusionIsRecomputed() throws {
        let upstream = try Upstream.load()
        #expect(upstream.proofs.count == 1)
        for one in upstream.proofs {
            let proof = try LogProof(canonical: Array(one.proof.utf8))
            #expect(try proof.checkpoint.note.isSigned(by: key(one.key)))
            try proof.checkInclusion(of: Array(one.entry.utf8))
            #expect(throws: SealedMatchError(.inconsistentLog, "")) {
                try proof.checkInclusion(of: Array(one.entry.utf8.dropLast()))
            }
        }
    }

    @Test func consistencyIsRecomputed() throws {
        let upstream = try Upstream.load()
        #expect(upstream.consistency.count == 2)
        for one in upstream.consistency {
            let (old, new) = (
                try Checkpoint(canonical: Array(one.old.utf8)), try Checkpoint(canonical: Array(one.new.utf8))
            )
            var path = try one.path.map { try Bytes32(exactly: Array(#require(Data(base64Encoded: $0)))) }
            func check() throws {
                try LogTree.checkConsistency(
                    oldSize: old.size, oldRoot: old.root, newSize: new.size, newRoot: new.root, path: path)
            }
            try check()
            path[0][0] ^= 1
            #expect(throws: SealedMatchError(.inconsistentLog, "")) { try check() }
        }
    }
}
