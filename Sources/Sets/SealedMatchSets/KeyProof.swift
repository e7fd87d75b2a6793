public import SealedMatchProtocol
public import SealedMatchCrypto
public import SealedMatchFiles

/// A proof that a key is in a set, or that it is not: V = α·H(y) with a DLEQ proof for (B, L, H(y), V). Anybody decodes
/// y from the table and compares.
///
/// Non-membership covers this key, not every probe of every recompression. Proofs are to be published for a corpus
/// fixed beforehand: each one tells its reader V, and a service that proved anything asked for would be a membership
/// oracle.
///
/// `"SMPROOF1" ‖ root (32) ‖ kind (1) ‖ bits (32) ‖ V (32) ‖ proof (64)`, 169 bytes.
public struct KeyProof: Equatable, Sendable {
    /// The set that the proof is about.
    public let root: SetRoot
    /// The key that is, or is not, in it.
    public let key: EntryKey
    /// V = α·H(y).
    public let evaluated: Point
    /// That V is α·H(y).
    public let proof: DLEQProof

    /// What a proof shows.
    public enum Verdict: String, Sendable {
        case member = "the key is in the set"
        case nonMember = "the key is not in the set"
    }

    /// Bytes of the encoding.
    public static let encodedCount = 169

    /// - Throws: `unknownSet` when the secrets are not the set's.
    public static func make(
        _ key: EntryKey, in header: SetHeader, secrets: borrowing SetSecrets
    ) throws(SealedMatchError) -> KeyProof {
        var random = SystemRandom()
        return try make(key, in: header, secrets: secrets, fresh: random.bytes32())
    }

    /// - Parameter fresh: what the nonce is hedged with.
    package static func make(
        _ key: EntryKey, in header: SetHeader, secrets: borrowing SetSecrets, fresh: Bytes32
    ) throws(SealedMatchError) -> KeyProof {
        guard secrets.tableID == header.tableID, secrets.key.publicKey == header.publicKey else {
            throw SealedMatchError(.unknownSet, "these are the secrets of another set")
        }
        let element = try TableElement(tableID: header.tableID).point(of: key)
        let evaluated = try secrets.key.evaluate(element)
        let proof = try DLEQProof.prove(secrets.key, elements: [element], evaluated: [evaluated], fresh: fresh)
        return KeyProof(root: try header.root(), key: key, evaluated: evaluated, proof: proof)
    }

    /// The same by whoever holds α.
    /// - Throws: `unknownSet` when the key is not the set's; what `holder` does.
    public static func make(
        _ key: EntryKey, in header: SetHeader, by holder: some BlindingKey
    ) throws(SealedMatchError) -> KeyProof {
        guard holder.publicKey == header.publicKey else {
            throw SealedMatchError(.unknownSet, "this is the key of another set")
        }
        let element = try TableElement(tableID: header.tableID).point(of: key)
        var encodings = [element.encoded]
        try holder.evaluate(&encodings)
        let evaluated = try Point(canonical: encodings[0])
        let proof = try holder.prove(elements: [element], evaluated: [evaluated])
        return KeyProof(root: try header.root(), key: key, evaluated: evaluated, proof: proof)
    }

    /// Verifies the proof against a set file. Everything is public.
    /// - Throws: `unknownSet` for a proof about another set, `nonCanonical` for a key that the set's profile cannot
    ///   give, `rootMismatch`, `proofRejected`, `identityPoint`.
    public func verify(in set: SetFile) throws(SealedMatchError) -> Verdict {
        // Key proofs, step 1: root, key and table are the set's
        guard try root == set.header.root() else {
            throw SealedMatchError(.unknownSet, "the proof is about another set")
        }
        guard key.fits(set.header.parameters.profile) else {
            throw SealedMatchError(.nonCanonical, "the proof's key has bits that the profile does not name")
        }
        guard try set.tableDigest() == set.header.tableDigest else {
            throw SealedMatchError(.rootMismatch, "the table is not the header's")
        }
        let element = try TableElement(tableID: set.header.tableID).point(of: key)
        // Key proofs, steps 2–3: V is α·H(y); is it what the cells sum to?
        try proof.verifyVarTime(publicKey: set.header.publicKey, elements: [element], evaluated: [evaluated])
        let positions = try TablePositions(of: key, seed: set.header.positionSeed, cells: set.header.cells)
        let decoded = try unsafe set.table().decode(at: positions, substitute: .identity)
        return decoded == evaluated ? .member : .nonMember
    }

    /// The 169 bytes.
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.encodedCount)
        out.magic("SMPROOF1")
        out.put(root.encoded)
        out.put([key.kind.rawValue])
        out.put(key.bits)
        out.put(evaluated.encoded)
        out.put(proof.encoded)
        return out.bytes
    }

    private init(root: SetRoot, key: EntryKey, evaluated: Point, proof: DLEQProof) {
        self.root = root
        self.key = key
        self.evaluated = evaluated
        self.proof = proof
    }

    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `invalidPoint`, `identityPoint`, `invalidScalar`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else {
            throw SealedMatchError(.wrongLength, "a key proof has 169 bytes")
        }
        var reader = ByteReader(bytes)
        try reader.magic("SMPROOF1")
        root = SetRoot(canonical: try reader.bytes32())
        guard let kind = EntryKey.Kind(rawValue: try reader.number(UInt8.self)) else {
            throw SealedMatchError(.nonCanonical, "the proof's key has an unknown kind")
        }
        let bits = try reader.take(32)
        guard bits[kind.count...].allSatisfy({ $0 == 0 }) else {
            throw SealedMatchError(.nonCanonical, "a reserved byte is not zero")
        }
        key = try EntryKey(kind: kind, bytes: Array(bits[0..<kind.count]))
        evaluated = try Point(canonical: reader.bytes32())
        guard !evaluated.isIdentity else {
            throw SealedMatchError(.identityPoint, "the evaluated element is the identity")
        }
        proof = try DLEQProof(canonical: reader.take(DLEQProof.encodedCount))
    }
}
