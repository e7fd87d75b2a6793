internal import SealedMatchClient
internal import SealedMatchCrypto
internal import SealedMatchLog
internal import SealedMatchProtocol

/// The check of a set's proof, as a client makes it: parsing, policy, signatures, path.
struct LogBenchmarks {
    private let set: BlindedSet
    private let rounds: Int
    private let policy: LogPolicy
    private let proof: [UInt8]
    private let signed: [(key: Bytes32, message: [UInt8], signature: Signature)]

    private static let now: UInt64 = 1_800_000_000

    init(set: BlindedSet, rounds: Int) throws {
        self.set = set
        self.rounds = rounds
        let key = try SigningKey.random()
        let log = try VerifierKey(name: HashToGroup.ascii("log.example"), kind: .note, publicKey: key.publicKey)
        let entry = try SetEntry(header: set.header, terms: SetTerms(statement: Bytes32())).encoded
        // A tree of 2^20 entries of which the siblings are made up: the root is what the path leads to.
        let path = (0..<20).map { Bytes32(bigEndian: ($0, 2, 3, 4)) }
        let (index, size) = (UInt64(700_001), UInt64(1) << 20)
        let root = try LogTree.root(leaf: LogTree.leaf(entry), index: index, size: size, path: path)
        let text = Checkpoint.text(origin: log.name, size: size, root: root)
        let signature = try key.sign(text)
        var signed = [(key.publicKey, text, signature)]
        var note = text + [0x0A] + SignedNote.line(of: log, signature.encoded)
        var lines = ["log \(String(decoding: log.encoded, as: UTF8.self))"]
        for place in 0..<5 {
            let secret = try SigningKey.random()
            let witness = try VerifierKey(
                name: Array("witness\(place).example".utf8), kind: .cosignature, publicKey: secret.publicKey)
            let message = SignedNote.cosigned(text, at: Self.now)
            let cosignature = try secret.sign(message)
            let time = (0..<8).map { UInt8(truncatingIfNeeded: Self.now >> UInt64(56 - 8 * $0)) }
            note += SignedNote.line(of: witness, time + cosignature.encoded)
            signed.append((secret.publicKey, message, cosignature))
            lines.append("witness w\(place) \(String(decoding: witness.encoded, as: UTF8.self))")
        }
        lines += ["group three 3 w0 w1 w2 w3 w4", "quorum three", ""]
        policy = try LogPolicy(canonical: Array(lines.joined(separator: "\n").utf8), maximumAge: 1)
        proof = LogProof.text(extra: entry, index: index, path: path, checkpoint: note)
        self.signed = signed
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        var (times, floors, ratios) = ([Double](), [Double](), [Double]())
        for _ in 0..<max(rounds, 5) {
            let floor = try Stopwatch.time {
                for one in signed where !one.signature.verifies(one.message, publicKey: one.key) {
                    throw BenchmarkFailure(description: "a signature of the log does not verify")
                }
            }
            let time = try Stopwatch.time {
                _ = try LoggedSet(proof: proof, of: set.header, root: set.root, policy: policy, now: Self.now)
            }
            floors.append(floor / 1e3)
            times.append(time / 1e3)
            ratios.append(time / floor)
        }
        report(BenchmarkRow(.logVerify, times.median, "ms", floor: floors.median, ratio: ratios.median))
    }
}
