import SealedMatchClient
import SealedMatchCrypto
import SealedMatchLog
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

/// A log of one entry, with two witnesses, of which both are needed.
private struct OneEntryLog {
    let log: VerifierKey
    let witnesses: [VerifierKey]
    let proof: [UInt8]

    /// - Parameter time: when the witnesses cosigned.
    init(_ header: SetHeader, terms: SetTerms, time: UInt64) throws {
        let key = try SigningKey.random()
        log = try VerifierKey(name: Array("log.example".utf8), kind: .note, publicKey: key.publicKey)
        let entry = try SetEntry(header: header, terms: terms).encoded
        let text = Checkpoint.text(origin: log.name, size: 1, root: try LogTree.leaf(entry))
        var note = text + [0x0A] + SignedNote.line(of: log, try key.sign(text).encoded)
        var witnesses: [VerifierKey] = []
        for name in ["one.example", "two.example"] {
            let secret = try SigningKey.random()
            let witness = try VerifierKey(
                name: Array(name.utf8), kind: .cosignature, publicKey: secret.publicKey)
            let stamp = withUnsafeBytes(of: time.bigEndian) { Array($0) }
            note += SignedNote.line(
                of: witness, stamp + (try secret.sign(SignedNote.cosigned(text, at: time)).encoded))
            witnesses.append(witness)
        }
        self.witnesses = witnesses
        proof = LogProof.text(extra: entry, index: 0, path: [], checkpoint: note)
    }

    func policy(maximumAge: UInt64 = 1_000) throws -> LogPolicy {
        var lines = ["log \(String(decoding: log.encoded, as: UTF8.self))"]
        for (index, witness) in witnesses.enumerated() {
            lines.append("witness w\(index) \(String(decoding: witness.encoded, as: UTF8.self))")
        }
        lines += ["group both all w0 w1", "quorum both", ""]
        return try LogPolicy(canonical: Array(lines.joined(separator: "\n").utf8), maximumAge: maximumAge)
    }
}

@Suite struct LoggedSetTests {
    private static func refusal(_ work: () throws -> Void) -> SealedMatchError.Code? {
        do {
            try work()
            return nil
        } catch {
            return (error as? SealedMatchError)?.code
        }
    }

    /// A client with a log policy opens a set with its proof, and shows the terms; each thing that is wrong has a code.
    @Test func setIsTakenWithItsProofAlone() throws {
        let fixture = try Fixture()
        let path = fixture.directory.file("set")
        try fixture.forge.write(to: path)
        let header = try fixture.open().header
        let terms = try SetTerms(statement: Bytes32(exactly: [UInt8](repeating: 9, count: 32)))
        let log = try OneEntryLog(header, terms: terms, time: fixture.now - 10)
        var trust = fixture.forge.trust
        trust.log = try log.policy()
        func open(_ proof: [UInt8]?, now: UInt64 = Fixture.now) throws -> BlindedSet {
            try BlindedSet.open(path: path, trust: trust, now: now, proof: proof)
        }
        let logged = try #require(try open(log.proof).logged)
        #expect(logged.index == 0 && logged.logSize == 1 && logged.terms == terms)
        #expect(Self.refusal { _ = try open(nil) } == .proofMissing)
        #expect(Self.refusal { _ = try open([]) } == .malformedLog)
        #expect(Self.refusal { _ = try open(log.proof.dropLast()) } == .malformedLog)
        #expect(Self.refusal { _ = try open(log.proof, now: Fixture.now + 1_000) } == .proofTooOld)
        var other = header
        other.version += 1
        other.issuedAt += 1
        let elsewhere = try OneEntryLog(other, terms: terms, time: fixture.now)
        #expect(Self.refusal { _ = try open(elsewhere.proof) } == .proofOfOtherSet)
        let stranger = try OneEntryLog(header, terms: terms, time: fixture.now)
        #expect(Self.refusal { _ = try open(stranger.proof) } == .unknownLog)
        // A log policy takes nothing away: what a set is refused for without one, it is with one.
        #expect(Self.refusal { _ = try open(log.proof, now: header.expiresAt) } == .setExpired)
        trust.minimumSignatures = 3
        #expect(Self.refusal { _ = try open(log.proof) } == .tooFewSignatures)
        trust.minimumSignatures = 2
        // In memory, too, and without a policy no proof is looked at.
        let bytes = try fixture.forge.file(fixture.forge.signatures())
        func inMemory(_ proof: [UInt8]?) throws -> BlindedSet {
            try bytes.withUnsafeBytes {
                try unsafe BlindedSet.open(copying: $0, trust: trust, now: Fixture.now, proof: proof)
            }
        }
        #expect(try inMemory(log.proof).logged?.terms == terms)
        #expect(Self.refusal { _ = try inMemory(nil) } == .proofMissing)
        trust.log = nil
        #expect(try open([1, 2, 3]).logged == nil)
    }
}
