import Fingerprint
import Testing

@Suite struct ProfileTests {
    private func make(_ positions: [UInt8], probes: Int = 1, quality: Int = 50) throws(FingerprintError) {
        _ = try FingerprintProfile(
            id: 9, scaling: .native, positions: positions, probes: probes, minimumQuality: quality)
    }

    @Test func refusesBadProfiles() throws {
        #expect(throws: FingerprintError.badProfile) { try make([]) }
        #expect(throws: FingerprintError.badProfile) { try make([1, 2, 1]) }
        #expect(throws: FingerprintError.badProfile) { try make([255, 255]) }
        #expect(throws: FingerprintError.badProfile) { try make(Array(0...64)) }
        #expect(throws: FingerprintError.badProfile) { try make([1, 2], probes: 5) }
        #expect(throws: FingerprintError.badProfile) { try make([1, 2], probes: 0) }
        #expect(throws: FingerprintError.badProfile) { try make(Array(0...47), probes: 4_097) }
        #expect(throws: FingerprintError.badProfile) { try make([1, 2], quality: 101) }
        #expect(throws: FingerprintError.badProfile) { try make([1, 2], quality: -1) }
        try make([1, 2], probes: 4)
        try make(Array(192...255), probes: 4_096, quality: 0)
    }

    @Test func shortKeyTakesBitsInTheirOrder() throws {
        let profile = try FingerprintProfile(
            id: 9, scaling: .native, positions: [255, 0, 64], probes: 2, minimumQuality: 50)
        #expect(profile.shortKey(of: PDQHash(words: (0, 0, 0, 1 << 63))) == 1)
        #expect(profile.shortKey(of: PDQHash(words: (1, 0, 0, 0))) == 2)
        #expect(profile.shortKey(of: PDQHash(words: (0, 1, 0, 0))) == 4)
        #expect(profile.shortKey(of: PDQHash(words: (~1, ~1, ~0, ~(1 << 63)))) == 0)
    }

    @Test func standardProfile() throws {
        let profile = FingerprintProfile.standard
        #expect(profile.id == 1 && profile.positions.count == 48 && profile.probes == 16)
        #expect(profile.minimumQuality == 50 && profile.scaling == .native)
        #expect(profile.positions == profile.positions.sorted())
        #expect(
            try FingerprintProfile(
                id: 1, scaling: .native, positions: profile.positions, probes: 16, minimumQuality: 50) == profile)

        let picture = SyntheticPicture(kind: "waves", width: 300, height: 200)
        let fingerprint = try PDQFingerprint(
            pixels: picture.pixels.span.bytes, width: 300, height: 200, bytesPerRow: 900, format: .rgb8)
        let keys = profile.probes(of: fingerprint)
        #expect(keys.count == 16 && Set(keys).count == 16)
        #expect(keys.first == profile.shortKey(of: fingerprint.hash))
        #expect(keys.allSatisfy { $0 >> 48 == 0 })
    }
}
