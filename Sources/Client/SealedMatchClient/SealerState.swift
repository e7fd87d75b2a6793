package import SealedMatchProtocol
package import SealedMatchCrypto

/// What a sealer must remember between runs; the messenger keeps it as it keeps the account secret. `"SMC2" ‖ …`
/// (Docs/Protocol.md, "Client state").
package struct SealerState: Sendable, Equatable {
    package let epoch: UInt32
    /// Newest set version used: older sets are refused.
    package var setVersion: UInt64
    /// t, k and the profile of this epoch: they fix the polynomials, so they do not change inside it. Under another
    /// profile a picture that was sent has other keys, and would count again.
    package let threshold: Int
    package let polynomials: Int
    package let profileDigest: Bytes32
    /// v: vouchers that this device sealed in this epoch, up to 2^32 − 1. The check level of the next one follows from
    /// it.
    package private(set) var number: UInt32 = 0
    package var distinctness = DistinctnessStore()

    /// Bytes before the tags.
    private static let fixedCount = 60
    /// Largest encoding, in bytes.
    package static let maximumEncodedCount = fixedCount + 8 * DistinctnessStore.maximumTags

    package init(epoch: UInt32, setVersion: UInt64, parameters: Parameters) throws(SealedMatchError) {
        self.epoch = epoch
        self.setVersion = setVersion
        threshold = parameters.threshold
        polynomials = parameters.polynomials
        profileDigest = try parameters.profileDigest()
    }

    /// A set is used, and another device's state merged, only if it has the same polynomials in this epoch.
    /// - Throws: `setMismatch`.
    package func checkPolynomials(of other: SealerState) throws(SealedMatchError) {
        guard threshold == other.threshold, polynomials == other.polynomials, profileDigest == other.profileDigest
        else {
            throw SealedMatchError(
                .setMismatch, "threshold parameters and profile may change at an epoch's start only")
        }
    }

    /// The number of the next voucher, which counts as sealed from now on.
    package mutating func takeNumber() -> UInt32 {
        defer { number += number < UInt32.max ? 1 : 0 }
        return number
    }

    /// Takes in what another device of the account sealed in the same epoch; another epoch's state is ignored.
    /// - Throws: `setMismatch` when that device's t, k or profile is another one, `storeFull`; then nothing changed.
    package mutating func merge(_ other: SealerState) throws(SealedMatchError) {
        // Merging, step 1: a state of another epoch is ignored
        guard other.epoch == epoch else { return }
        // Merging, step 2: one of this epoch with another t, k or profile is refused
        try checkPolynomials(of: other)
        // Merging, step 3: the union of the tags, and the greater of the numbers
        try distinctness.merge(other.distinctness)
        number = max(number, other.number)
    }

    package var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.fixedCount + 8 * distinctness.tags.count)
        out.magic("SMC2")
        out.put(epoch)
        out.put(setVersion)
        out.put(UInt16(threshold))
        out.put(UInt16(polynomials))
        out.put(number)
        out.put(UInt32(distinctness.tags.count))
        out.put(profileDigest)
        for tag in distinctness.tags { out.put(tag) }
        return out.bytes
    }

    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `parameterOutOfRange`.
    package init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        try reader.magic("SMC2")
        epoch = try reader.number(UInt32.self)
        setVersion = try reader.number(UInt64.self)
        threshold = Int(try reader.number(UInt16.self))
        polynomials = Int(try reader.number(UInt16.self))
        number = try reader.number(UInt32.self)
        guard Parameters.thresholds.contains(threshold), Parameters.polynomialCounts.contains(polynomials) else {
            throw SealedMatchError(.parameterOutOfRange, "the client state's parameters are out of range")
        }
        let count = Int(try reader.number(UInt32.self))
        profileDigest = try reader.bytes32()
        guard count <= DistinctnessStore.maximumTags else {
            throw SealedMatchError(.parameterOutOfRange, "the client state has too many tags")
        }
        guard reader.remaining == 8 * count else {
            throw SealedMatchError(.wrongLength, "the client state's length does not follow from its count")
        }
        var tags: [UInt64] = []
        tags.reserveCapacity(count)
        for _ in 0..<count { tags.append(try reader.number(UInt64.self)) }
        distinctness = try DistinctnessStore(ascending: tags)
    }
}
