package import SealedMatchProtocol
public import SealedMatchCrypto
public import SealedMatchLog

/// What the messenger pins: whose signatures a set needs, which fingerprint profiles, and the floors below which no
/// signature helps.
public struct TrustPolicy: Sendable {
    /// Ed25519 keys of the sources that the messenger trusts to audit.
    public var sources: [Bytes32]
    /// How many of them must have signed, at least 1. `minimumConfirmedSources` asks for signatures besides.
    public var minimumSignatures: Int
    /// Digests of the profiles that a set may have (`Parameters.profileDigest`): profile 2 alone, unless the messenger
    /// pins others. Nil takes any; then a signed set decides what matches.
    public var profiles: [Bytes32]? = [TrustPolicy.profile2]
    /// Floor of t.
    public var minimumThreshold = 30
    /// Floor of k; more polynomials keep chance openings from delaying a reveal, and 16 keep a chance decoding below
    /// 2^-380 (Docs/Security.md, 8).
    public var minimumPolynomials = 16
    /// Floor of M: M/N is how many slots of a voucher open by chance, and that is what hides matches (Docs/Decoys.md).
    public var minimumProbes = 32
    /// Ceilings of N_0 … N_11; see `minimumProbes`.
    public var maximumCheckLevels = CheckLevels.standard
    /// Floor of the confirmed support, at least 1. Of T pinned sources that have signed a set of S sources, at least
    /// T + q − S have each entry on a list that they compared themselves. So invented sources, which raise S, lower it
    /// (Docs/Security.md, "Sources").
    public var minimumConfirmedSources = 2
    /// Floor of n: a set of a few entries is a search for these few.
    public var minimumEntries = 1_000
    /// Floor of the separation: where entries lie nearer, a match opens several slots to one body, which chance never
    /// does.
    public var minimumSeparation = 6
    /// Ceiling of m: bounds the file, and what a dishonest builder could hide.
    public var maximumCells = 30_000_000
    /// Ceiling of the seconds from a set's issue to its expiry: 400 days, which no set exceeds.
    public var maximumLifetime = SetHeader.maximumLifetime
    /// Whether sets for tests are taken. False in everything that people use: whoever makes a test set knows its α.
    public var allowsTestSets = false
    /// The log that a set must be in, whose cosignatures its proof needs, and how old these may be. Nil asks for no
    /// proof: then an operator can give one user another set than all others, and nobody sees it (Docs/Security.md,
    /// "One set for everybody").
    public var log: LogPolicy?

    /// The digest of profile 2, `FingerprintProfile.standard` (Docs/Protocol.md, 5.11). A constant, because messengers
    /// pin it; a test computes it.
    public static let profile2 = Bytes32(
        bigEndian: (0x9576_67CA_A5E5_1F6B, 0xD269_CFC8_F0C6_D6D7, 0x62D8_25E7_ED70_03AD, 0x44FA_A768_4CBA_0604))

    /// The digest of profile 3, `FingerprintProfile.profile3`. A messenger that moves pins both: a client takes a set
    /// of another profile with the next epoch (Docs/Protocol.md, 5.6).
    public static let profile3 = Bytes32(
        bigEndian: (0xA92D_C7A8_E607_4D29, 0xECEC_10BE_0302_10D1, 0x6C3E_F643_EC28_EDD7, 0x2E54_60A2_E3CA_D48D))

    /// A policy with the default floors.
    /// - Parameters:
    ///   - sources: Ed25519 keys that the messenger pins.
    ///   - minimumSignatures: how many of them must have signed, at least 1.
    public init(sources: [Bytes32], minimumSignatures: Int) {
        self.sources = sources
        self.minimumSignatures = minimumSignatures
    }

    /// Docs/Protocol.md, "Opening a set", steps 4 and 5.
    /// - Throws: `parameterOutOfRange` for a policy that asks for no signature or no confirmed support;
    ///   `testSet`, `unknownProfile`, `belowFloor`, `invalidSignature`, `tooFewSignatures`, `supportNotConfirmed`.
    package func check(
        _ header: SetHeader, _ signatures: SetSignatures
    ) throws(SealedMatchError) -> VerifiedSigners {
        guard minimumSignatures >= 1, minimumConfirmedSources >= 1 else {
            throw SealedMatchError(.parameterOutOfRange, "a trust policy needs at least one signature")
        }
        guard allowsTestSets || !header.isTest else {
            throw SealedMatchError(.testSet, "the set is for tests, and this messenger takes none")
        }
        let parameters = header.parameters
        if let profiles {
            let profile = try parameters.profileDigest()
            guard profiles.contains(profile) else {
                throw SealedMatchError(
                    .unknownProfile, "the set's fingerprint profile is not one that this messenger pins")
            }
        }
        // As `violations(of:)`, which says which one it is. The C library has no room for that.
        guard parameters.threshold >= minimumThreshold, parameters.polynomials >= minimumPolynomials,
            parameters.probes >= minimumProbes, parameters.checkLevels.areWithin(maximumCheckLevels),
            parameters.separation >= minimumSeparation,
            header.entries >= minimumEntries, header.cells <= maximumCells,
            header.expiresAt - header.issuedAt <= maximumLifetime
        else {
            throw SealedMatchError(.belowFloor, "a parameter of the set is beyond what this messenger pins")
        }
        let signers = try VerifiedSigners(header, signatures, pinned: sources)
        guard signers.pinnedCount >= minimumSignatures else {
            throw SealedMatchError(.tooFewSignatures, "too few of the pinned sources have signed the set")
        }
        guard signers.confirmedSources >= minimumConfirmedSources else {
            throw SealedMatchError(
                .supportNotConfirmed, "too few of the pinned sources confirm each entry by their signatures")
        }
        return signers
    }
}
