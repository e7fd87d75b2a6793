public import SealedMatchFingerprint
public import SealedMatchCrypto

/// The parameters that a set fixes for its clients; signed with it (Docs/Protocol.md, "Parameters").
public struct Parameters: Equatable, Sendable {
    /// t: matching vouchers of one account in one epoch that open them.
    public var threshold: Int = 30
    /// k: interleaved polynomials; more of them tolerate more chance openings.
    public var polynomials: Int = 312
    /// N_0 … N_11: a slot that does not match opens with probability 1/N.
    public var checkLevels: CheckLevels = .standard
    /// Bytes of plaintext payload that a voucher carries, padded to this size.
    public var payloadCount: Int = 1024
    /// q: sources that must list an entry.
    public var minimumSources: Int = 2
    /// r: two perceptual keys of the set differ in more than this many bits, two probes of a picture in at most so
    /// many.
    public var separation: Int = 6
    /// How pictures become keys: bit positions, b, M probes, and hypotheses.
    public var profile: FingerprintProfile = .standard

    /// The defaults.
    public init() {}

    /// M: slots in each voucher.
    public var probes: Int { profile.probes }
    /// Length of an epoch, 30 days; a constant of the protocol, because a change would renumber the epochs of every
    /// client.
    public static let secondsPerEpoch: UInt64 = 30 * 86_400

    /// The epoch of a moment, in seconds since 1970.
    /// - Throws: `parameterOutOfRange` for a clock past the 32-bit epoch count.
    public static func epoch(at seconds: UInt64) throws(SealedMatchError) -> UInt32 {
        guard let epoch = UInt32(exactly: seconds / secondsPerEpoch) else {
            throw SealedMatchError(.parameterOutOfRange, "the clock is beyond the last epoch")
        }
        return epoch
    }

    /// Identifies how media become keys, M and r aside: KDF("profile", id (4) ‖ minimum quality (1) ‖ probe quality (1)
    /// ‖ b (1) ‖ H (1) ‖ positions ‖ hypotheses (8·H) ‖ marks (1, or nothing if it is 0)). Clients pin it, and keep to
    /// one within an epoch.
    public func profileDigest() throws(SealedMatchError) -> Bytes32 {
        var hash = KDF(.profile)
        hash.append(profile.id)
        hash.append(UInt8(truncatingIfNeeded: profile.minimumQuality))
        hash.append(UInt8(truncatingIfNeeded: profile.probeQuality))
        hash.append(UInt8(truncatingIfNeeded: profile.positions.count))
        hash.append(UInt8(truncatingIfNeeded: profile.hypotheses.count))
        hash.append(profile.positions)
        for hypothesis in profile.hypotheses { hash.append(hypothesis.encoded) }
        if profile.marks != 0 { hash.append(UInt8(truncatingIfNeeded: profile.marks)) }
        return try hash.hash()
    }

    // The ranges, and why: Docs/Protocol.md, "Parameters". They bound every allocation that a set file can ask for.
    package static let thresholds = 2...1024
    package static let polynomialCounts = 16...1024
    package static let payloadCounts = 128...16_384
    package static let separations = 0...16
    package static let maximumSources = 16

    /// - Throws: `parameterOutOfRange`.
    package func validate(sources: Int) throws(SealedMatchError) {
        guard Self.thresholds.contains(threshold), Self.polynomialCounts.contains(polynomials),
            Self.payloadCounts.contains(payloadCount),
            (1...Self.maximumSources).contains(sources), (1...sources).contains(minimumSources),
            Self.separations.contains(separation)
        else {
            throw SealedMatchError(.parameterOutOfRange, "a parameter of the set is outside its allowed range")
        }
    }
}
