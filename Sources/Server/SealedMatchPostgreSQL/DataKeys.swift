public import SealedMatchCrypto

/// The keys that the store's secret cells are encrypted under. They are kept outside the database: whoever has the
/// database, a dump or a disk of it, and not these, opens nothing.
///
/// The first key encrypts; all of them decrypt. To change keys: give every process the list with the new key *behind*
/// the old one, then the list with the new key first, then run `PostgreSQLOpenings.encryptAnew`, then leave the old key
/// out. (Docs/Protocol.md, 4.11)
public final class DataKeys: Sendable {
    /// Bytes of a key.
    public static let keyCount = 32
    /// How many keys a list may have.
    public static let counts = 1...16

    let keys: [DataKey]

    /// A list of random keys, one behind another, of 32 bytes each.
    /// - Throws: `wrongLength` unless there are 1 to 16 whole keys; `nonCanonical` if one is there twice;
    ///   `outOfMemory`.
    public init(_ list: borrowing SecretBytes) throws(SealedMatchError) {
        guard list.count % Self.keyCount == 0, Self.counts.contains(list.count / Self.keyCount) else {
            throw SealedMatchError(.wrongLength, "data keys are a list of 1 to 16 keys of 32 bytes each")
        }
        keys = try unsafe list.withBytes { (raw) throws(SealedMatchError) in
            var keys: [DataKey] = []
            for start in stride(from: 0, to: raw.count, by: Self.keyCount) {
                let bytes = unsafe UnsafeRawBufferPointer(rebasing: raw[start..<(start + Self.keyCount)])
                keys.append(try unsafe DataKey(SecretBytes.copying(bytes)))
            }
            return keys
        }
        for (index, key) in keys.enumerated() {
            for other in keys[..<index] where key.secret.isSame(as: other.secret) {
                throw SealedMatchError(.nonCanonical, "a data key is in its list twice")
            }
        }
    }

    /// A new random key, a list of one.
    /// - Throws: `randomSourceFailed`, `outOfMemory`.
    public static func random() throws(SealedMatchError) -> SecretBytes {
        var random = SystemRandom()
        return try SecretBytes.random(count: keyCount, from: &random)
    }

    var first: DataKey { keys[0] }
}

/// One key, and the number that stands before what it encrypted.
final class DataKey: Sendable {
    let secret: SecretBytes
    /// 4 bytes, from a hash of the key: equal numbers of two keys only cost a try more.
    let number: [UInt8]

    static let numberCount = 4

    init(_ secret: consuming SecretBytes) throws(SealedMatchError) {
        var hashed = Array("SealedMatch store: data key".utf8) + [0]
        unsafe secret.withBytes { unsafe hashed += $0 }
        defer { hashed.wipe() }
        number = Array(try KDF.plainDigest(of: hashed).bytes.prefix(Self.numberCount))
        self.secret = secret
    }
}
