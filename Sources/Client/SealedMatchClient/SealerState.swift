package import SealedMatchProtocol
package import SealedMatchCrypto

/// What a sealer must remember between runs; the messenger keeps it as it keeps the account secret. `"SMC1" ‖ …`
/// (Docs/Protocol.md, "Client state").
package struct SealerState: Sendable, Equatable {
    package let epoch: UInt32
    /// Newest set version used: older sets are refused.
    package var setVersion: UInt64
    /// t, k and c of this epoch: t and k fix the polynomials, c the decoys, so they do not change inside it. Neither
    /// does the profile: under another one a picture that was sent has other keys, and would count again.
    package let threshold: Int
    package let polynomials: Int
    package let coverSlots: Int
    package let profileDigest: Bytes32
    package var decoys: DecoySchedule
    package var distinctness = DistinctnessStore()

    /// Bytes before the tags.
    private static let fixedCount = 60 + DecoySchedule.encodedCount
    /// Largest encoding, in bytes.
    package static let maximumEncodedCount = fixedCount + 8 * DistinctnessStore.maximumTags

    package init(epoch: UInt32, setVersion: UInt64, parameters: Parameters, decoys: DecoySchedule)
        throws(SealedMatchError)
    {
        self.epoch = epoch
        self.setVersion = setVersion
        threshold = parameters.threshold
        polynomials = parameters.polynomials
        coverSlots = parameters.coverSlots
        profileDigest = try parameters.profileDigest()
        self.decoys = decoys
    }

    /// Whether sets of these parameters may be used in this epoch.
    package func allows(_ parameters: Parameters) throws(SealedMatchError) -> Bool {
        let digest = try parameters.profileDigest()
        return threshold == parameters.threshold && polynomials == parameters.polynomials
            && coverSlots == parameters.coverSlots
            && profileDigest == digest
    }

    package var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.fixedCount + 8 * distinctness.tags.count)
        out.magic("SMC1")
        out.put(epoch)
        out.put(setVersion)
        out.put(UInt16(threshold))
        out.put(UInt16(polynomials))
        out.put(UInt32(coverSlots))
        out.put(UInt32(distinctness.tags.count))
        out.put(decoys.encoded)
        out.put(profileDigest)
        for tag in distinctness.tags { out.put(tag) }
        return out.bytes
    }

    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `parameterOutOfRange`.
    package init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        try reader.magic("SMC1")
        epoch = try reader.number(UInt32.self)
        setVersion = try reader.number(UInt64.self)
        threshold = Int(try reader.number(UInt16.self))
        polynomials = Int(try reader.number(UInt16.self))
        coverSlots = Int(truncatingIfNeeded: try reader.number(UInt32.self))
        guard Parameters.thresholds.contains(threshold), Parameters.polynomialCounts.contains(polynomials),
            Parameters.coverCounts.contains(coverSlots)
        else {
            throw SealedMatchError(.parameterOutOfRange, "the client state's parameters are out of range")
        }
        let count = Int(try reader.number(UInt32.self))
        decoys = try DecoySchedule(canonical: reader.take(DecoySchedule.encodedCount), coverSlots: coverSlots)
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
