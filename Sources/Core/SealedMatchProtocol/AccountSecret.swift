public import SealedMatchCrypto

/// The secret that an account's devices share over their own channel: one for each epoch, by a one-way ratchet. Never
/// backed up in the clear.
///
/// A thief of s_e reads this epoch's and later epochs' payloads and can compute shares, nothing of earlier epochs.
public struct AccountSecret: ~Copyable, Sendable {
    private var bytes: SecretBytes
    /// The epoch that the secret is of; public.
    public private(set) var epoch: UInt32

    /// Epochs that one step may skip: a clock that jumps further is an error for the messenger to look at, because the
    /// ratchet has no way back.
    public static let maximumSkip: UInt32 = 64
    /// Bytes of the export: `"SMA1" ‖ epoch (4) ‖ s_e (32)`.
    public static let encodedCount = 40

    private init(bytes: consuming SecretBytes, epoch: UInt32) {
        self.bytes = bytes
        self.epoch = epoch
    }

    /// A new account secret, for the epoch of a moment in seconds since 1970.
    ///
    /// The ratchet has no way back and one step of at most 64 epochs: a secret of a clock that stands at 1970 could
    /// never reach the present.
    /// - Parameter header: of the set that the account begins with.
    /// - Throws: `setNotYetIssued` more than a day before that set was issued; `parameterOutOfRange` for a clock past
    ///   the last epoch; `randomSourceFailed`, `outOfMemory`.
    public static func create(at now: UInt64, under header: SetHeader) throws(SealedMatchError) -> AccountSecret {
        var random = SystemRandom()
        return try create(epoch: firstEpoch(at: now, issuedAt: header.issuedAt), random: &random)
    }

    /// The epoch in which an account begins.
    package static func firstEpoch(at now: UInt64, issuedAt: UInt64) throws(SealedMatchError) -> UInt32 {
        // Epochs and ratchet, step 1: a clock more than 86,400 seconds before the set's issuedAt makes none
        guard !SetHeader.isAhead(issuedAt, of: now) else {
            throw SealedMatchError(.setNotYetIssued, "the clock is before the set was issued; set it first")
        }
        return try Parameters.epoch(at: now)
    }

    package static func create(
        epoch: UInt32, random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> AccountSecret {
        AccountSecret(bytes: try SecretBytes.random(count: 32, from: &random), epoch: epoch)
    }

    /// From an export of another device.
    /// - Throws: `wrongLength`, `invalidMagic`.
    public init(canonical exported: UnsafeRawBufferPointer) throws(SealedMatchError) {
        guard exported.count == Self.encodedCount else {
            throw SealedMatchError(.wrongLength, "an exported account secret has 40 bytes")
        }
        var reader = ByteReader(unsafe Array(exported[0..<8]))
        try reader.magic("SMA1")
        let epoch = try reader.number(UInt32.self)
        let bytes = try unsafe SecretBytes.copying(UnsafeRawBufferPointer(rebasing: exported[8...]))
        self.init(bytes: bytes, epoch: epoch)
    }

    /// The export, for the account's other devices; secret.
    public borrowing func encoded() throws(SealedMatchError) -> SecretBytes {
        var header = ByteWriter()
        header.magic("SMA1")
        header.put(epoch)
        var out = try SecretBytes.zeros(count: Self.encodedCount)
        unsafe out.withMutableBytes { out in
            for index in 0..<8 { unsafe out[index] = header.bytes[index] }
            unsafe bytes.withBytes { bytes in
                for index in 0..<32 { unsafe out[8 + index] = unsafe bytes[index] }
            }
        }
        return out
    }

    /// Whether the other is this secret in this epoch, in constant time.
    package borrowing func isSame(as other: borrowing AccountSecret) -> Bool {
        epoch == other.epoch && bytes.isSame(as: other.bytes)
    }

    /// A copy for a change that may fail halfway.
    package borrowing func clone() throws(SealedMatchError) -> AccountSecret {
        AccountSecret(bytes: try bytes.clone(), epoch: epoch)
    }

    /// s_{e+1} = KDF(s_e, "epoch ratchet", e + 1), s_e wiped; as often as needed.
    /// - Throws: `epochInPast`; `epochTooFar` beyond `maximumSkip`. Then nothing changed.
    public mutating func ratchet(to target: UInt32) throws(SealedMatchError) {
        guard target >= epoch else {
            throw SealedMatchError(.epochInPast, "the account secret is in a later epoch already")
        }
        guard target - epoch <= Self.maximumSkip else {
            throw SealedMatchError(.epochTooFar, "the clock is too far ahead of the account secret's epoch")
        }
        // Epochs and ratchet, step 2: s_{e+1} = KDF(s_e, "epoch ratchet", e + 1)
        while epoch < target {
            var derivation = KDF(.ratchet)
            derivation.append(epoch + 1)
            bytes = try derivation.deriveSecret(key: bytes)
            epoch += 1
        }
    }

    /// The account's pseudonym in this epoch: KDF(s_e, "pseudonym", account ‖ epoch), the same on all devices.
    package borrowing func pseudonym(of account: AccountID) throws(SealedMatchError) -> Pseudonym {
        var derivation = KDF(.pseudonym)
        derivation.append(account.encoded)
        derivation.append(epoch)
        return Pseudonym(canonical: try derivation.derive(key: bytes))
    }

    /// The polynomials of this epoch, under t, k and the profile.
    package borrowing func sharing(
        pseudonym: Pseudonym, parameters: Parameters
    ) throws(SealedMatchError) -> Sharing {
        try sharing(pseudonym: pseudonym, parameters: parameters, profileDigest: parameters.profileDigest())
    }

    /// The same under a profile of which the digest is known.
    package borrowing func sharing(
        pseudonym: Pseudonym, parameters: Parameters, profileDigest: Bytes32
    ) throws(SealedMatchError) -> Sharing {
        try Sharing(
            epochSecret: bytes, pseudonym: pseudonym, epoch: epoch, parameters: parameters,
            profileDigest: profileDigest)
    }

    /// The key of this epoch's distinctness tags.
    package borrowing func distinctnessKey(pseudonym: Pseudonym) throws(SealedMatchError) -> SecretBytes {
        try KDF(.distinctnessKey, pseudonym, epoch).deriveSecret(key: bytes)
    }
}
