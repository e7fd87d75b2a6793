import SealedMatchCrypto
import SealedMatchProtocol

/// The library's decoys under attack: one account's epoch, run by `DecoySchedule` itself.
package struct DecoyProcess: Sendable, Hashable {
    /// c.
    package var coverSlots = 6
    /// Among how many devices the account divides its decoys (`DecoySchedule.devices`).
    package var devices = 1
    /// How many of these devices send, each the same share of the vouchers.
    package var activeDevices = 1
    /// What each device sent in the last epoch; nil: as much as in this one.
    package var lastVolume: Int?

    package init(coverSlots: Int = 6, devices: Int = 1, activeDevices: Int = 1, lastVolume: Int? = nil) {
        self.coverSlots = coverSlots
        self.devices = devices
        self.activeDevices = activeDevices
        self.lastVolume = lastVolume
    }

    /// n̂ of each device for `volume` vouchers of the account.
    func lastVolume(of volume: Int) -> Int { lastVolume ?? volume / activeDevices }

    /// The decoys of one epoch with fresh intensities.
    /// - Returns: one stream for each active device: the number of decoys in each of its vouchers, 0...c.
    func sample(volume: Int, _ random: inout SeededGenerator) -> (streams: [[UInt8]], intensities: [UInt32]) {
        let epoch = random.draw()
        var streams: [[UInt8]] = []
        var intensities: [UInt32] = []
        for _ in 0..<activeDevices {
            // Every device draws the same intensities: the epoch's words come from the account's secret.
            var words = SeededGenerator(seed: epoch)
            guard
                var schedule = try? DecoySchedule(
                    epochWords: &words, devices: devices, coverSlots: coverSlots,
                    lastEpochVolume: lastVolume(of: volume))
            else {
                // No input from outside comes here. A figure of a process that was left out would be a wrong figure.
                preconditionFailure("a seeded generator cannot fail, and the parameters are the lab's own")
            }
            intensities = (0..<coverSlots).map { schedule.intensities[$0] }
            streams.append(
                (0..<(volume / activeDevices)).map { _ in
                    var fresh = InlineArray<32, UInt64>(repeating: 0)
                    for word in 0..<(2 * coverSlots) { fresh[word] = random.draw() }
                    return UInt8(schedule.step(fresh))
                })
        }
        return (streams, intensities)
    }
}
