package import SealedMatchCrypto

/// K_e: opens the payloads of one account's matches in one epoch. 32 bytes, secret.
package struct EpochKey: ~Copyable, Sendable {
    package let bytes: SecretBytes

    /// From the k shared secrets p_1(0) … p_k(0), written canonically, 4 bytes each.
    ///
    ///     w = KDF(0, "shared words", p_1(0) ‖ … ‖ p_k(0));  K_e = KDF(w, "epoch key", pseudonym ‖ epoch)
    package init(secrets: [FieldElement], pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) {
        var words = KDF(.sharedWords, capacity: 4 * secrets.count)
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

/// The k polynomials of degree t − 1 over F_q of one account and epoch. Every device of the account derives the same
/// ones. Secret.
package struct Sharing: ~Copyable, Sendable {
    /// k.
    package let polynomials: Int
    /// t.
    package let threshold: Int
    // Coefficient i of polynomial j is word i·k + j: the loop over all polynomials walks memory in order.
    private let coefficients: SecretBytes

    /// Sharing, steps 1–2: the key is KDF(s_e, "polynomial key", pseudonym ‖ epoch ‖ t ‖ k ‖ the profile's digest);
    /// coefficients are words of its key stream, without their highest bit and below q, in the order p_1's constant
    /// term first.
    ///
    /// Under another profile a picture has other keys, and so other tags: shares of two profiles must not add up.
    package init(
        epochSecret: borrowing SecretBytes, pseudonym: Pseudonym, epoch: UInt32, parameters: Parameters,
        profileDigest: Bytes32
    ) throws(SealedMatchError) {
        var derivation = KDF(.polynomialKey, pseudonym, epoch)
        derivation.append(UInt16(parameters.threshold))
        derivation.append(UInt16(parameters.polynomials))
        derivation.append(profileDigest)
        var stream = try KeyStream(key: derivation.deriveSecret(key: epochSecret))
        try self.init(polynomials: parameters.polynomials, threshold: parameters.threshold, random: &stream)
    }

    package init(
        polynomials: Int, threshold: Int, random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) {
        var words = try SecretBytes.zeros(count: 4 * polynomials * threshold)
        for j in 0..<polynomials {
            for i in 0..<threshold {
                var word: UInt32
                // A rejected word has probability 2^-31; it tells nothing about the accepted ones.
                repeat { word = try random.word31() } while word == FieldElement.modulus
                unsafe words.withMutableBytes {
                    unsafe $0.storeBytes(of: word, toByteOffset: 4 * (i * polynomials + j), as: UInt32.self)
                }
            }
        }
        self.polynomials = polynomials
        self.threshold = threshold
        coefficients = words
    }

    /// z_j = p_j(x) for all j, by Horner's rule; constant time in the coefficients.
    package borrowing func share(at x: FieldElement) -> [FieldElement] {
        var values = [FieldElement](repeating: .zero, count: polynomials)
        var span = values.mutableSpan
        unsafe coefficients.withBytes { raw in
            for i in stride(from: threshold - 1, through: 0, by: -1) {
                let row = 4 * i * polynomials
                for j in 0..<polynomials {
                    let word = unsafe raw.load(fromByteOffset: row + 4 * j, as: UInt32.self)
                    unsafe span[unchecked: j] = unsafe span[unchecked: j] * x + FieldElement(unchecked: word)
                }
            }
        }
        return values
    }

    /// K_e of these polynomials.
    package borrowing func epochKey(pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) -> EpochKey {
        var secrets = share(at: .zero)
        defer { secrets.wipe() }
        return try EpochKey(secrets: secrets, pseudonym: pseudonym, epoch: epoch)
    }

    /// A share at a fresh x ∈ F_q \ {0}. x is never derived from the item: equal items must not give equal openings,
    /// which chance never does.
    package borrowing func freshShare(
        random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> Share {
        var word: UInt32
        repeat { word = try random.word31() } while word == 0 || word == FieldElement.modulus
        let x = FieldElement(unchecked: word)
        return Share(x: x, z: share(at: x))
    }
}

/// One evaluation of the k polynomials: (x, p_1(x) … p_k(x)). What opens by chance looks the same, but lies on no
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

    /// x ‖ z_1 … z_k, each word written at random: 4(k + 1) bytes. Plain residues would be below q in every word, which
    /// what opens by chance is not (Docs/Protocol.md, section 8).
    package func writtenAtRandom(_ random: inout some RandomSource & ~Copyable) throws(SealedMatchError) -> [UInt8] {
        // Bit i, the lowest first, is the coin of word i.
        var coins = [UInt8](repeating: 0, count: (z.count + 8) / 8)
        defer { coins.wipe() }
        var span = coins.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (raw) throws(SealedMatchError) in try unsafe random.fill(raw) }
        var out = ByteWriter(capacity: 4 * (z.count + 1))
        for index in 0...z.count {
            let value = index == 0 ? x : z[index - 1]
            out.put(value.word(coin: UInt32(coins[index / 8] >> UInt8(index % 8)) & 1))
        }
        return out.bytes
    }
}
