import SealedMatchDecoyAnalysis
import Testing

@Suite struct CheckLevelsTests {
    @Test func levelsGoByOctavesFrom32() {
        let levels = CheckLevels.recommended
        let at = [
            0: 5, 31: 5, 32: 6, 63: 6, 64: 6, 127: 6, 128: 7, 255: 7, 256: 8, 511: 8, 512: 16, 1_023: 16, 1_024: 28,
            2_047: 28, 2_048: 36, 4_095: 36, 4_096: 80, 8_191: 80, 8_192: 160, 16_383: 160, 16_384: 255, 32_767: 255,
            65_535: 255, 65_536: 255, 1 << 30: 255,
        ]
        for (voucher, level) in at { #expect(levels[voucher] == level, "\(voucher)") }
    }

    @Test(arguments: [0, 1, 31, 32, 33, 64, 1_000, 65_536, 70_000]) func vouchersAreCountedByLevel(_ n: Int) {
        let levels = CheckLevels.recommended
        let counted = Dictionary(grouping: 0..<n) { levels[$0] }.mapValues(\.count)
        #expect(levels.vouchers(n) == counted)
    }
}
