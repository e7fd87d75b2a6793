import SealedMatchFingerprint
import Testing

@Suite struct ProfileTests {
    private func make(_ positions: [UInt8], probes: Int = 1, quality: Int = 50) throws(FingerprintError) {
        _ = try FingerprintProfile(
            id: 9, positions: positions, probes: probes, minimumQuality: quality)
    }

    @Test func refusesBadProfiles() throws {
        #expect(throws: FingerprintError.badProfile) { try make([]) }
        #expect(throws: FingerprintError.badProfile) { try make([1, 2, 1]) }
        #expect(throws: FingerprintError.badProfile) { try make([255, 255]) }
        #expect(throws: FingerprintError.badProfile) { try make(Array(0...64)) }
        #expect(throws: FingerprintError.badProfile) { try make([1, 2], probes: 5) }
        #expect(throws: FingerprintError.badProfile) { try make([1, 2], probes: 0) }
        #expect(throws: FingerprintError.badProfile) { try make(Array(0...47), probes: 65) }
        #expect(throws: FingerprintError.badProfile) { try make([1, 2], quality: 101) }
        #expect(throws: FingerprintError.badProfile) { try make([1, 2], quality: -1) }
        for (probeQuality, hypotheses) in [
            (101, [Hypothesis.asSent]), (-1, [.asSent]), (40, []), (40, [Hypothesis](repeating: .asSent, count: 17)),
            (40, [.raster(tone: 0, shift: 0, zoom: 1_024, penalty: 0)]),
            (40, [.asSent, .raster(tone: 3, shift: 0, zoom: 1_024, penalty: 0)]),
            (40, [.asSent, .raster(tone: 0, shift: 2_049, zoom: 1_024, penalty: 0)]),
            (40, [.asSent, .raster(tone: 0, shift: 0, zoom: 999, penalty: 0)]),
            (40, [.asSent, .raster(tone: 0, shift: 0, zoom: 1_101, penalty: 0)]),
            (40, [.asSent, .raster(tone: 0, shift: 0, zoom: 1_024, penalty: 1_025)]),
            (40, [.asSent, .changed(.vignette, strength: 0, shift: 0, penalty: 0)]),
            (40, [.asSent, .changed(.vignette, strength: 2_049, shift: 0, penalty: 0)]),
            (40, [.asSent, .changed(.curve, strength: 32, shift: 0, penalty: 0)]),
            (40, [.asSent, .changed(.highlights, strength: 32, shift: 0, penalty: 0)]),
            (40, [.asSent, .changed(.curve, strength: 1, shift: -2_049, penalty: 0)]),
            (40, [.asSent, .changed(.curve, strength: 1, shift: 0, penalty: 1_025)]),
        ] {
            #expect(throws: FingerprintError.badProfile) {
                try FingerprintProfile(
                    id: 9, positions: [1], probes: 1, minimumQuality: 50, probeQuality: probeQuality,
                    hypotheses: hypotheses)
            }
        }
        for marks in [-1, 2] {
            #expect(throws: FingerprintError.badProfile) {
                try FingerprintProfile(id: 9, positions: [1], probes: 1, minimumQuality: 50, marks: marks)
            }
        }
        try make([1, 2], probes: 4)
        try make(Array(192...255), probes: 64, quality: 0)
        try make(Array(0..<5), probes: 32)
        #expect(throws: FingerprintError.badProfile) { try make(Array(0..<5), probes: 33) }
        try make(Array(0..<6), probes: 64)
    }

    @Test func shortKeyTakesBitsInTheirOrder() throws {
        let profile = try FingerprintProfile(
            id: 9, positions: [255, 0, 64], probes: 2, minimumQuality: 50)
        #expect(profile.shortKey(of: PDQHash(words: (0, 0, 0, 1 << 63))) == 1)
        #expect(profile.shortKey(of: PDQHash(words: (1, 0, 0, 0))) == 2)
        #expect(profile.shortKey(of: PDQHash(words: (0, 1, 0, 0))) == 4)
        #expect(profile.shortKey(of: PDQHash(words: (~1, ~1, ~0, ~(1 << 63)))) == 0)
    }

    @Test func standardProfile() throws {
        let profile = FingerprintProfile.standard
        #expect(profile.id == 2 && profile.positions.count == 50 && profile.probes == 32)
        #expect(profile.minimumQuality == 50 && profile.probeQuality == 40)
        #expect(profile.hypotheses.count == 7)
        // The 50 lowest frequencies.
        func frequency(_ position: Int) -> Int {
            (position / 16 + 1) * (position / 16 + 1) + (position % 16 + 1) * (position % 16 + 1)
        }
        let lowest = (0..<256).sorted { (frequency($0), $0) < (frequency($1), $1) }.prefix(50)
        #expect(profile.positions == lowest.sorted().map { UInt8($0) })
        #expect(profile.positions == profile.positions.sorted())
        #expect(
            try FingerprintProfile(
                id: 2, positions: profile.positions, probes: 32, minimumQuality: 50, probeQuality: 40,
                hypotheses: profile.hypotheses)
                == profile)

        let picture = SyntheticPicture(kind: "waves", width: 300, height: 200)
        let fingerprint = try PDQFingerprint(
            pixels: picture.pixels.span.bytes, width: 300, height: 200, bytesPerRow: 900, format: .rgb8)
        let raster = try PictureRaster(
            pixels: picture.pixels.span.bytes, width: 300, height: 200, bytesPerRow: 900, format: .rgb8)
        let keys = profile.probes(of: fingerprint, raster: raster, separation: 6)
        #expect(keys.count == 32 && Set(keys).count == 32)
        for a in keys { for b in keys { #expect((a ^ b).nonzeroBitCount <= 6) } }
        #expect(keys.first == profile.shortKey(of: fingerprint.hash))
        #expect(keys.allSatisfy { $0 >> 50 == 0 })
    }
}
