import Foundation
import SealedMatchCrypto
import SealedMatchLog
import Testing

/// What somebody sends who wants the parsers to fail: nothing but `malformedLog` may come of it.
@Suite struct HostileTextTests {
    static let vectors = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Vectors/log")

    private static func outcome<Result>(_ work: () throws -> Result) -> SealedMatchError.Code? {
        do {
            _ = try work()
            return nil
        } catch let error as SealedMatchError {
            return error.code
        } catch {
            return .primitiveFailed
        }
    }

    private func texts() throws -> (proof: [UInt8], checkpoint: [UInt8]) {
        struct Upstream: Decodable {
            struct Signed: Decodable { let note: String }
            struct Proof: Decodable { let proof: String }
            let checkpoints: [Signed]
            let proofs: [Proof]
        }
        let file = try JSONDecoder().decode(
            Upstream.self, from: Data(contentsOf: Self.vectors.appending(path: "upstream.json")))
        return (Array(file.proofs[0].proof.utf8), Array(file.checkpoints[1].note.utf8))
    }

    /// Every beginning of a proof and of a checkpoint but the whole: refused, or the end of a signature line.
    @Test func everyBeginningIsRefused() throws {
        let (proof, checkpoint) = try texts()
        for count in 0..<proof.count {
            #expect(Self.outcome { try LogProof(canonical: Array(proof.prefix(count))) } == .malformedLog)
        }
        for count in 0..<checkpoint.count {
            let ends = count > 0 && checkpoint[count - 1] == 0x0A && count > 150
            let outcome = Self.outcome { try Checkpoint(canonical: Array(checkpoint.prefix(count))) }
            #expect(outcome == (ends ? nil : .malformedLog), "\(count)")
        }
    }

    /// Every bit of a proof turned: another proof, or refused as malformed. Never anything else.
    @Test func everyBitIsRefusedOrAnother() throws {
        var (proof, checkpoint) = try texts()
        let original = try LogProof(canonical: proof)
        for index in proof.indices {
            for bit in 0..<8 {
                proof[index] ^= 1 << bit
                switch Self.outcome({ try LogProof(canonical: proof) }) {
                case nil:
                    let other = try LogProof(canonical: proof)
                    #expect(
                        other.index != original.index || other.path != original.path
                            || other.checkpoint.encoded != original.checkpoint.encoded)
                case .malformedLog: break
                case let code: Issue.record("\(index), \(bit): \(String(describing: code))")
                }
                proof[index] ^= 1 << bit
            }
        }
        for index in checkpoint.indices {
            checkpoint[index] ^= 0x80
            #expect([nil, .malformedLog].contains(Self.outcome { try Checkpoint(canonical: checkpoint) }))
            checkpoint[index] ^= 0x80
        }
    }

    /// The longest note is read, one byte more is not; 64 lines for one witness are 64 signatures, and no more work.
    @Test func sizesAreBounded() throws {
        let key = try SigningKey.random()
        let witness = try VerifierKey(
            name: Array("w".utf8), kind: .cosignature, publicKey: key.publicKey)
        func note(_ count: Int) throws -> [UInt8] {
            let line = SignedNote.line(of: witness, [UInt8](repeating: 1, count: 72))
            return [UInt8](repeating: 0x62, count: count - line.count - 2) + [0x0A, 0x0A] + line
        }
        _ = try SignedNote(canonical: note(SignedNote.maximumCount))
        #expect(
            Self.outcome { try SignedNote(canonical: note(SignedNote.maximumCount + 1)) } == .malformedLog)
        let text = Checkpoint.text(origin: Array("o".utf8), size: 1, root: Bytes32())
        var lines: [UInt8] = []
        for time in 0..<64 as Range<UInt64> {
            let signature = try key.sign(SignedNote.cosigned(text, at: time)).encoded
            let stamp = withUnsafeBytes(of: time.bigEndian) { Array($0) }
            lines += SignedNote.line(of: witness, stamp + signature)
        }
        #expect(try SignedNote(text: text, lines: lines).time(of: witness) == 63)
        #expect(Self.outcome { try SignedNote(text: text, lines: lines + lines.prefix(200)) } == .malformedLog)
        #expect(Self.outcome { try SignedNote(text: text, lines: [0x0A] + lines) } == .malformedLog)
        #expect(Self.outcome { try SignedNote(text: text, lines: []) } == .malformedLog)
    }

    /// Bytes have one text in base 64: other padding, bits that are not used, and a character alone are refused.
    @Test func base64HasOneText() throws {
        let (proof, _) = try texts()
        let first = try #require(proof.firstIndex(of: 0x0A))
        func read(_ extra: String) throws -> [UInt8] {
            try LogProof(canonical: proof[...first] + Array("extra \(extra)\n".utf8) + proof[(first + 1)...]).extra
        }
        for (text, bytes) in [("QUJD", "ABC"), ("QUI=", "AB"), ("QQ==", "A"), ("QUJDQQ==", "ABCA")] {
            #expect(try read(text) == Array(bytes.utf8))
        }
        for text in [
            "QUJDA===", "A===", "====", "QUJD====", "QUI", "QUJ=", "QR==", "QQ=", "QQ===", "Q=Q=", "QUJD QUJD", "QUJ-",
            "",
        ] {
            #expect(Self.outcome { try read(text) } == .malformedLog, "\(text)")
        }
    }

    /// Random bytes of all sorts of lengths.
    @Test func noiseIsRefused() throws {
        var random = SystemRandomNumberGenerator()
        for round in 0..<3_000 {
            let bytes = (0..<(round % 300)).map { _ in
                UInt8.random(in: round % 2 == 0 ? 0...255 : 9...126, using: &random)
            }
            #expect(Self.outcome { try LogProof(canonical: bytes) } == .malformedLog)
            #expect(Self.outcome { try Checkpoint(canonical: bytes) } == .malformedLog)
            #expect(Self.outcome { try LogEntry(canonical: bytes) } == .malformedLog)
            #expect(Self.outcome { try VerifierKey(canonical: bytes) } == .malformedLog)
            #expect(Self.outcome { try LogPolicy(canonical: bytes, maximumAge: 1) } == .malformedLog)
            _ = Self.outcome { try LogTiles.entries(bytes, count: round % 5) }
        }
    }
}
