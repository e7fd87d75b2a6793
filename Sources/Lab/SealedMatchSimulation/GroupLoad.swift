internal import Foundation
internal import SealedMatchCollector
internal import SealedMatchOpenings
internal import SealedMatchProtocol

/// What a group's vouchers cost: bytes and processor time. From the simulated volumes and the setting's sizes; nothing
/// is drawn.
package struct GroupLoad: Equatable, Sendable {
    /// Means of an account-epoch.
    package var vouchers = 0.0
    package var openings = 0.0
    /// Bytes that an account sends a day.
    package var sentBytes = 0.0
    /// Bytes of an account-epoch at the collector, and what stays of it after the authority has dealt with it.
    package var collectorBytes = 0.0
    package var prunedBytes = 0.0
    package var authorityBytes = 0.0
    /// Seconds of one core for an account-epoch.
    package var sealing = 0.0
    package var opening = 0.0
    package var decoding = 0.0

    private static let days = 30.0
    /// Fields of a row beside its bytes, and its copy in an index: Docs/Protocol.md, 4.11. Numbers and lengths take a
    /// few bytes each.
    private static let collectorRow = 96.0 + 64
    private static let registrationRow = 108.0 + 92
    private static let voucherRow = 142.0 + 60
    private static let openingRow = 52.0 + 24

    /// - Parameters:
    ///   - volumes: account-epochs by the number of vouchers that were sealed in them.
    ///   - matches: of all these account-epochs.
    package init(
        _ group: PopulationGroup, _ setting: SimulationSetting, volumes: [Int: Int], matches: Int, runs: Int,
        costs: ProcessorCosts
    ) {
        let epochs = Double(max(1, volumes.values.reduce(0, +)))
        let arriving = 1 - group.lost
        let curve = OpeningCurve(setting)
        // Devices that do not merge count apart: each has the first numbers.
        let counters = group.merging ? 1 : group.devices
        var opened = 0.0
        for (n, count) in volumes.sorted(by: { $0.key < $1.key }) {
            let weight = Double(count) / epochs
            let each = Double(n) / Double(counters)
            vouchers += weight * Double(n)
            openings += weight * arriving * Double(counters) * curve.openings(each)
            opened += weight * arriving * Double(counters) * curve.opened(each)
            decoding += weight * curve.decoding(n, counters: counters, arriving: arriving, runs: runs, costs: costs)
        }
        // A match opens its slot in place of chance.
        openings += Double(matches) / epochs * arriving
        let bytes = Double(VoucherHeader.voucherCount(setting.parameters))
        let body = bytes - Double(VoucherHeader.encodedCount + setting.slots * SealedSlot.encodedCount)
        sentBytes = vouchers * bytes / Self.days
        prunedBytes = vouchers * arriving * Self.collectorRow + Self.registrationRow
        collectorBytes = prunedBytes + vouchers * arriving * bytes
        authorityBytes =
            opened * (Double(VoucherHeader.encodedCount) + body + Self.voucherRow) + openings * Self.openingRow
        sealing = vouchers * Double(setting.slots) * costs.sealSlotMicroseconds / 1e6
        opening = vouchers * arriving * Double(setting.slots) * costs.openSlotMicroseconds / 1e6
    }
}

/// Mean chance openings of a device's first vouchers.
package struct OpeningCurve {
    private let setting: SimulationSetting
    /// Numbers at which the octaves begin, and the sums up to there.
    private var starts: [(number: Double, openings: Double, opened: Double)] = []
    private let means: [Double]
    private let shares: [Double]

    package init(_ setting: SimulationSetting) {
        self.setting = setting
        means = setting.chances.map { Double(setting.slots) * $0 }
        shares = setting.chances.map { 1 - pow(1 - $0, Double(setting.slots)) }
        var (openings, opened, first) = (0.0, 0.0, 0.0)
        for octave in 0..<CheckLevels.count {
            starts.append((first, openings, opened))
            let end = Double(32 << octave)
            openings += (end - first) * means[octave]
            opened += (end - first) * shares[octave]
            first = end
        }
    }

    private func octave(_ n: Double) -> Int { Arrivals.octave(of: Int(n)) }

    /// Mean chance openings of the first n vouchers; n need not be whole.
    package func openings(_ n: Double) -> Double {
        let at = octave(n)
        return starts[at].openings + (n - starts[at].number) * means[at]
    }

    /// How many of the first n vouchers have an opening, on average.
    func opened(_ n: Double) -> Double {
        let at = octave(n)
        return starts[at].opened + (n - starts[at].number) * shares[at]
    }

    /// Seconds of all tries of an epoch, each at the mean number of openings: after each of `runs` equal parts of the
    /// epoch, where something opened since the last try and t vouchers have an opening. (Docs/Protocol.md, "Reveal",
    /// when)
    func decoding(_ n: Int, counters: Int, arriving: Double, runs: Int, costs: ProcessorCosts) -> Double {
        var seconds = 0.0
        var last = 0.0
        // Not more runs than vouchers: between two of them nothing is new.
        let runs = min(runs, n)
        for run in 1...max(1, runs) where n > 0 {
            let each = Double(n) * Double(run) / Double(runs) / Double(counters)
            guard arriving * Double(counters) * opened(each) >= Double(setting.threshold) else { continue }
            let count = min(Double(RevealRule.cap), arriving * Double(counters) * openings(each))
            guard count > last else { continue }
            last = count
            let isDense = count <= Double(DenseDecoder.maximumShares)
            let work =
                isDense
                ? count * count * count * costs.denseNanoseconds
                : Double(setting.polynomials) * count * count * costs.stepsNanoseconds
            seconds += work / 1e9
        }
        return seconds
    }
}
