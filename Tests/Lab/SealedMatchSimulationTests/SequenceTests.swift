import SealedMatchSimulation
import Testing

/// What a simulated account sends, and in which order.
@Suite struct SequenceTests {
    private func media(_ group: PopulationGroup, account: Int, seed: UInt64 = 3) -> [SentMedium] {
        var sequence = EpochSequence(group, seed: seed, group: 0, account: account, epoch: 0)
        var media: [SentMedium] = []
        while let medium = sequence.next() { media.append(medium) }
        return media
    }

    private func group(_ timing: PopulationGroup.Timing) -> PopulationGroup {
        var group = PopulationGroup(name: "a", accounts: 1)
        group.others = .fixed(12)
        group.known = .fixed(4)
        group.timing = timing
        group.recall = 1
        group.falsePositives = 0
        return group
    }

    @Test func order() {
        var starts = [Int](repeating: 0, count: 13), places = [Int](repeating: 0, count: 16)
        for account in 0..<4_000 {
            let end = media(group(.end), account: account)
            #expect(end.map(\.isKnown) == Array(repeating: false, count: 12) + Array(repeating: true, count: 4))
            let burst = media(group(.burst), account: account).map(\.isKnown)
            let start = burst.firstIndex(of: true) ?? -1
            #expect(burst.count == 16 && burst[start..<(start + 4)].allSatisfy { $0 } && burst.count { $0 } == 4)
            starts[start] += 1
            let even = media(group(.even), account: account)
            #expect(even.map(\.number) == Array(0..<16) && even.allSatisfy { $0.matches == $0.isKnown && !$0.isLost })
            for (place, medium) in even.enumerated() where medium.isKnown { places[place] += 1 }
        }
        #expect(GoodnessOfFit(starts, [Double](repeating: 1 / 13, count: 13)).fits)
        #expect(places.reduce(0, +) == 16_000)
        #expect(GoodnessOfFit(places, [Double](repeating: 1 / 16, count: 16)).fits)
    }

    @Test func recallAndLosses() {
        var group = group(.even)
        group.recall = 0.7
        group.falsePositives = 0.1
        group.lost = 0.2
        var (known, found, false_, lost, total) = (0, 0, 0, 0, 0)
        for account in 0..<4_000 {
            for medium in media(group, account: account) {
                total += 1
                known += medium.isKnown ? 1 : 0
                found += medium.isKnown && medium.matches ? 1 : 0
                false_ += !medium.isKnown && medium.matches ? 1 : 0
                lost += medium.isLost ? 1 : 0
            }
        }
        #expect(total == 64_000 && known == 16_000)
        #expect(abs(Double(found) / 16_000 - 0.7) < 5 * (0.21 / 16_000).squareRoot())
        #expect(abs(Double(false_) / 48_000 - 0.1) < 5 * (0.09 / 48_000).squareRoot())
        #expect(abs(Double(lost) / 64_000 - 0.2) < 5 * (0.16 / 64_000).squareRoot())
    }

    @Test func series() {
        var group = group(.even)
        group.series = 3
        group.falsePositives = 0.3
        var matching = 0
        for account in 0..<1_000 {
            let others = media(group, account: account).filter { !$0.isKnown }.map(\.matches)
            #expect(others.count == 12)
            for first in stride(from: 0, to: 12, by: 3) {
                #expect(Set(others[first..<(first + 3)]).count == 1)
                matching += others[first] ? 1 : 0
            }
        }
        #expect(abs(Double(matching) / 4_000 - 0.3) < 5 * (0.21 / 4_000).squareRoot())
    }

    @Test func devicesCount() {
        var apart = group(.even)
        apart.devices = 3
        apart.merging = false
        var merging = apart
        merging.merging = true
        var used = [0, 0, 0]
        for account in 0..<200 {
            var counts = [0, 0, 0]
            for medium in media(apart, account: account) {
                #expect(medium.number == counts[medium.device])
                counts[medium.device] += 1
            }
            used = zip(used, counts).map(+)
            #expect(media(merging, account: account).map(\.number) == Array(0..<16))
        }
        #expect(GoodnessOfFit(used, [1 / 3, 1 / 3, 1 / 3]).fits)
    }

    /// A log-normal mean stays an account's own from epoch to epoch; an epoch has no more than the collector takes.
    @Test func volumes() {
        var group = PopulationGroup(name: "a", accounts: 1)
        group.others = .logNormal(median: 100, spread: 1.5)
        var below = 0
        for account in 0..<400 {
            let sizes = (0..<8).map { EpochSequence(group, seed: 4, group: 0, account: account, epoch: $0).media }
            let mean = Double(sizes.reduce(0, +)) / 8
            below += mean < 100 ? 1 : 0
            let variance = sizes.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 7
            // Poisson: the variance is the mean.
            #expect(variance < mean * 6 + 5, "\(sizes)")
        }
        #expect((150...250).contains(below))
        group.others = .logNormal(median: 65_536, spread: 3)
        group.known = .fixed(100)
        for account in 0..<200 {
            #expect(EpochSequence(group, seed: 4, group: 0, account: account, epoch: 0).media <= VolumeLaw.most)
        }
    }
}
