import SealedMatchCrypto
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

/// Decoys of an honest client never use up the openings that the authority decodes (Docs/Security.md, 6).
@Suite struct OpeningCapTests {
    /// Every word is the greatest: the greatest intensities that an epoch can have.
    private struct Greatest: RandomSource {
        mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) {
            for index in buffer.indices { buffer[index] = 255 }
        }
    }

    /// One device that sends all that the collector takes of an account in its first epoch, and four that share it.
    @Test(arguments: [(1, 6), (1, 4), (1, 16), (4, 6)]) func aBusyFirstEpochStaysFarBelowTheCap(
        devices: Int, slots: Int
    )
        throws
    {
        var random = SeededRandom(UInt64(100 * devices + slots))
        var decoys = 0
        for _ in 0..<devices {
            var words = Greatest()
            var schedule = try DecoySchedule(
                epochWords: &words, devices: devices, coverSlots: slots, lastEpochVolume: 0)
            for _ in 0..<(65_536 / devices) { decoys += try schedule.next(&random) }
        }
        // More than 4,096 in any case; at most half of the cap, so that matches of any k fit beside them.
        #expect((4_097...(OpeningCaps.counted / 2 + 600)).contains(decoys))
    }
}
