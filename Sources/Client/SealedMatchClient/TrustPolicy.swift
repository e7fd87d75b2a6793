package import SealedMatchProtocol
public import SealedMatchCrypto

/// What the messenger pins: whose signatures a set needs, which fingerprint profiles, and the floors below which no
/// signature helps.
public struct TrustPolicy: Sendable {
    /// Ed25519 keys of the sources that the messenger trusts to audit.
    public var sources: [Bytes32]
    /// How many of them must have signed, at least. A set of S sources with parameter q always needs more than S − q
    /// trusted signatures besides: then each entry's claim of support was audited by one of the sources it names,
    /// whatever sources the builder invented (Docs/Security.md, "Sources").
    public var minimumSignatures: Int
    /// Digests of the profiles that a set may have (`Parameters.profileDigest`): profile 2 alone, unless the messenger
    /// pins others. Nil takes any; then a signed set decides what matches.
    public var profiles: [Bytes32]? = [TrustPolicy.profile2]
    /// Floor of t.
    public var minimumThreshold = 30
    /// Floor of k; more polynomials keep decoys from delaying a reveal, and 4 keep a chance decoding below 2^-200.
    public var minimumPolynomials = 4
    /// Floor of c: with fewer cover slots decoys hide less.
    public var minimumCoverSlots = 6
    /// Floor of q.
    public var minimumSources = 2
    /// Floor of n: a set of a few entries is a search for these few.
    public var minimumEntries = 1_000
    /// Floor of the separation: where entries lie nearer, a match opens several slots, which decoys never do.
    public var minimumSeparation = 6
    /// Ceiling of m: bounds the file, and what a dishonest builder could hide.
    public var maximumCells = 30_000_000

    /// The digest of profile 2, `FingerprintProfile.standard` (Docs/Protocol.md, 5.11). A constant, because messengers
    /// pin it; a test computes it.
    public static let profile2 = Bytes32(
        bigEndian: (0x9576_67CA_A5E5_1F6B, 0xD269_CFC8_F0C6_D6D7, 0x62D8_25E7_ED70_03AD, 0x44FA_A768_4CBA_0604))

    public init(sources: [Bytes32], minimumSignatures: Int) {
        self.sources = sources
        self.minimumSignatures = minimumSignatures
    }

    /// - Throws: `parameterOutOfRange` for a policy that asks for no signature; `unknownProfile`, `belowFloor`,
    ///   `tooFewSignatures`, `invalidSignature`.
    /// - Returns: all sources whose signatures verify, pinned or not.
    package func check(_ header: SetHeader, _ signatures: SetSignatures) throws(SealedMatchError) -> [Bytes32] {
        guard minimumSignatures >= 1 else {
            throw SealedMatchError(.parameterOutOfRange, "a trust policy needs at least one signature")
        }
        let parameters = header.parameters
        if let profiles {
            let profile = try parameters.profileDigest()
            guard profiles.contains(profile) else {
                throw SealedMatchError(
                    .unknownProfile, "the set's fingerprint profile is not one that this messenger pins")
            }
        }
        guard parameters.threshold >= minimumThreshold, parameters.polynomials >= minimumPolynomials,
            parameters.coverSlots >= minimumCoverSlots, parameters.minimumSources >= minimumSources,
            parameters.separation >= minimumSeparation, header.entries >= minimumEntries, header.cells <= maximumCells
        else {
            throw SealedMatchError(.belowFloor, "a parameter of the set is below the floor that this messenger pins")
        }
        // validSigners lists a source once: places ascend with distinct keys.
        let signers = try signatures.validSigners(of: header)
        let trusted = signers.count { sources.contains($0) }
        guard trusted >= minimumSignatures, trusted + parameters.minimumSources > header.sources.count else {
            throw SealedMatchError(.tooFewSignatures, "too few of the pinned sources have signed the set")
        }
        return signers
    }
}
