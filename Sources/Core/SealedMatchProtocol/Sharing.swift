package import SealedMatchCrypto

/// K_e: opens the payloads of one account's matches in one epoch. 32 bytes, secret.
package struct EpochKey: ~Copyable, Sendable {
    package let bytes: SecretBytes

    /// From the k shared secrets p_1(0) … p_k(0), canonical words.
    ///
    ///     w = KDF(0, "shared words", p_1(0) ‖ … ‖ p_k(0));  K_e = KDF(w, "epoch key", pseudonym ‖ epoch)
    package init(secrets: [FieldElement], pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) {
        var words = KDF(.sharedWords, capacity: 8 * secrets.count)
        for secret in secrets { words.append(secret.word) }
        let zero = try SecretBytes.zeros(count: 32)
        let key = try words.deriveSecret(key: zero)
        bytes = try KDF(.epochKey, pseudonym, epoch).deriveSecret(key: key)
    }

    package init(bytes: consuming SecretBytes) { self.bytes = bytes }

    /// token = KDF(K_e, "resolution", pseudonym ‖ epoch)
    package borrowing func token(pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) -> ResolutionToken {
        ResolutionToken(canonical: try KDF(.resolution, pseudonym, epoch).derive(key: bytes))
    }

    /// The commitment of its token.
    public borrowing func commitment(pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) -> Commitment {
        var token = try token(pseudonym: pseudonym, epoch: epoch)
        defer { token.wipe() }
        return try token.commitment(pseudonym: pseudonym, epoch: epoch)
    }
}

/// The k polynomials of degree t − 1 over F_p of one account and epoch. Every device of the account derives the same
/// ones. Secret.
package struct Sharing: ~Copyable, Sendable {
    /// k.
    package let polynomials: Int
    /// t.
    package let threshold: Int
    // coefficient i of polynomial j is word j·t + i
    private let coefficients: SecretBytes

    /// Sharing, steps 1–2: the key is KDF(s_e, "polynomial key", pseudonym ‖ epoch ‖ t ‖ k); coefficients are the words
    /// of its key stream below p, in the order p_1's constant term first.
    package init(
        epochSecret: borrowing SecretBytes, pseudonym: Pseudonym, epoch: UInt32, parameters: Parameters
    ) throws(SealedMatchError) {
        var derivation = KDF(.polynomialKey, pseudonym, epoch)
        derivation.append(UInt16(parameters.threshold))
        derivation.append(UInt16(parameters.polynomials))
        var stream = try KeyStream(key: derivation.deriveSecret(key: epochSecret))
        try self.init(polynomials: parameters.polynomials, threshold: parameters.threshold, random: &stream)
    }

    package init(
        polynomials: Int, threshold: Int, random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) {
        var words = try SecretBytes.zeros(count: 8 * polynomials * threshold)
        for index in 0..<(polynomials * threshold) {
            var word: UInt64
            // A rejected word has probability 59/2^64; it tells nothing about the accepted ones.
            repeat { word = try random.word() } while word >= FieldElement.modulus
            unsafe words.withMutableBytes {
                unsafe $0.storeBytes(of: word.littleEndian, toByteOffset: 8 * index, as: UInt64.self)
            }
        }
        self.polynomials = polynomials
        self.threshold = threshold
        coefficients = words
    }

    /// z_j = p_j(x) for all j, by Horner's rule; constant time in the coefficients.
    package borrowing func share(at x: FieldElement) -> [FieldElement] {
        unsafe coefficients.withBytes { raw in
            (0..<polynomials).map { j in
                var value = FieldElement.zero
                for i in stride(from: threshold - 1, through: 0, by: -1) {
                    let word = unsafe UInt64(
                        littleEndian: raw.load(fromByteOffset: 8 * (j * threshold + i), as: UInt64.self))
                    value = value * x + FieldElement(unchecked: word)
                }
                return value
            }
        }
    }

    /// K_e of these polynomials.
    package borrowing func epochKey(pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) -> EpochKey {
        var secrets = share(at: .zero)
        defer { secrets.wipe() }
        return try EpochKey(secrets: secrets, pseudonym: pseudonym, epoch: epoch)
    }

    /// A share at a fresh x ∈ F_p \ {0}. x is never derived from the item: equal items must not give equal openings,
    /// which decoys never do.
    package borrowing func freshShare(
        random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> Share {
        var word: UInt64
        repeat { word = try random.word() } while word == 0 || word >= FieldElement.modulus
        let x = FieldElement(unchecked: word)
        return Share(x: x, z: share(at: x))
    }
}

/// One evaluation of the k polynomials: (x, p_1(x) … p_k(x)). What a decoy opens to looks the same, but lies on no
/// polynomials.
package struct Share: Equatable, Sendable {
    /// The place, never zero.
    package let x: FieldElement
    /// The k values at x.
    package let z: [FieldElement]

    /// A share from its parts.
    package init(x: FieldElement, z: [FieldElement]) {
        self.x = x
        self.z = z
    }
}
