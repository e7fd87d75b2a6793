import Foundation
import SealedMatchDecoyAnalysis
import Testing

/// The figures of Docs/Decoys.md: some computed again from another seed, all compared with their bounds.
@Suite struct CheckFigureTests {
    /// The figures that the page was made of.
    static let published: [String: Published] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/Lab/Decoys/decoys.jsonl")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [:] }
        let rows = text.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Published.self, from: Data($0.utf8))
        }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })
    }()

    struct Published: Decodable {
        let name: String
        let value: Double
        let error: Double?
    }

    @Test func recomputedAdvantagesAgreeWithThePublishedOnes() throws {
        #if DEBUG
            let figures = CheckCurve.figures(.least, seed: 4)
        #else
            let figures = CheckCurve.figures(.quick, seed: 4)
        #endif
        #expect(figures.count >= 5)
        for figure in figures {
            let published = try #require(Self.published[figure.name], "\(figure.name) is not published")
            let error = try #require(figure.error), other = try #require(published.error)
            let allowed = 4 * (error * error + other * other).squareRoot()
            #expect(error > 0 && abs(figure.value - published.value) < allowed, "\(figure) \(published)")
        }
    }

    /// The theorem's closed bound is at least what the attack reaches, in every published cell that has one.
    @Test func boundsHold() {
        var compared = 0
        for (name, bound) in Self.published where name.hasPrefix("check.bound.") {
            let cell = name.replacing("check.bound.", with: "check.")
            guard let found = Self.published[cell] else {
                Issue.record("\(cell) is not published")
                continue
            }
            #expect(bound.value >= found.value - 3 * (found.error ?? 0), "\(cell)")
            compared += 1
        }
        #expect(compared >= 60)
    }

    /// An attacker who has lost the order within a day knows less than one who has it, and more than one who has lost
    /// all of it.
    @Test func lostOrderLiesBetween() throws {
        for n in CheckCurve.volumes {
            let found = try ["scattered", "shuffled", "row"].map { try #require(Self.published["check.\($0).\(n)"]) }
            for (less, more) in zip(found, found.dropFirst()) {
                #expect(less.value <= more.value + 4 * ((less.error ?? 0) + (more.error ?? 0)), "\(n)")
            }
        }
    }

    /// Docs/Decoys.md, "What it replaced": no cell is above the former process's, whose figures stand there as text,
    /// and no price.
    @Test func noCellIsAboveTheFormerProcess() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Docs/Decoys.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        let section = try #require(page.split(separator: "\n## ").first { $0.hasPrefix("What it replaced") })
        let scenarios = ["row", "burst", "scattered", "late", "other", "known10"]
        var compared = 0
        for line in section.split(separator: "\n") where line.hasPrefix("| ") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let volume = Int(cells[0].replacing(",", with: "")) else { continue }
            let kind = cells.count == 5 ? "twelve." : ""
            for (scenario, cell) in zip(scenarios, cells.dropFirst()) {
                guard cell.contains("±") else { continue }
                let former = try #require(Double(cell.split(separator: " ")[0]))
                let found = try #require(Self.published["check.\(kind)\(scenario).\(volume)"])
                #expect(found.value < former, "\(kind)\(scenario).\(volume)")
                compared += 1
            }
            if cells.count == 8 {
                let price = try #require(Self.published["check.price.beyond.\(volume)"])
                #expect(price.value <= (try #require(Double(cells[7]))))
            }
        }
        #expect(compared == 50)
    }

    /// ½·√(E[L²] − 1) without a match, over every pair of placements of small epochs.
    @Test(arguments: [
        (Scenario.row, 3, 8), (.everyOther, 3, 8), (.scattered, 3, 8), (.late, 2, 17), (.scattered, 2, 35),
        (.row, 2, 36), (.known(among: 8), 3, 8),
    ])
    func boundsEqualEnumeration(_ scenario: Scenario, _ matches: Int, _ volume: Int) throws {
        let check = ShortCheck(slots: 4)
        let allowed: [Bool]? = scenario == .late ? (0..<volume).map { $0 >= volume - 15 } : nil
        let places = placements(scenario, matches, volume, allowed: allowed)
        var second = 0.0
        for a in places {
            for b in places {
                second += a.filter { b.contains($0) }.reduce(1) { $0 * (1 + Double(check.level($1) - 1) / 4) }
            }
        }
        second /= Double(places.count * places.count)
        let found = try #require(CheckBound(check, volume: volume).advantage(scenario, matches: matches, epochs: 3))
        #expect(abs(found - min(1, (second * second * second - 1).squareRoot() / 2)) < 1e-9)
    }

    /// A known set is drawn anew for each account; the bound takes the mean over the sets.
    @Test func boundsOfKnownSetsEqualEnumeration() throws {
        let check = ShortCheck(slots: 4), volume = 34
        var second = 0.0, sets = 0.0
        for a in 0..<volume {
            for b in (a + 1)..<volume {
                let (x, y) = (Double(check.level(a) - 1) / 4, Double(check.level(b) - 1) / 4)
                // One match in a known pair: the same voucher twice in half of the cases.
                second += 0.25 * (1 + x) + 0.25 * (1 + y) + 0.5
                sets += 1
            }
        }
        let found = try #require(CheckBound(check, volume: volume).advantage(.known(among: 2), matches: 1))
        #expect(abs(found - (second / sets - 1).squareRoot() / 2) < 1e-9)
    }

    /// The exact law against drawn epochs, across levels.
    @Test(arguments: [30, 100, 300]) func pricesAgreeWithDrawnEpochs(_ volume: Int) {
        let price = CheckPrice(ShortCheck(), volume: volume)
        let epoch = CheckEpoch(ShortCheck(), volume: volume)
        var random = SeededGenerator(seed: 6)
        let totals = (0..<600).map { _ in epoch.openings(&random).reduce(0, +) }
        let mean = SampleMean(totals.map(Double.init))
        #expect(abs(mean.value - price.mean) < 4 * mean.standardError)
        let above = totals.count { $0 > price.percentile }, from = totals.count { $0 >= price.percentile }
        // Six of 600 are expected above; both counts would leave these bounds by chance once in a thousand times.
        #expect(above <= 15 && from >= 1, "\(above) \(from)")
    }

    @Test func pricesOfOneSlotAreExact() {
        // One voucher, two slots: both open with probability 1/81, or 1/121.
        #expect(CheckPrice(ShortCheck(slots: 2, constant: 9), volume: 1).percentile == 2)
        #expect(CheckPrice(ShortCheck(slots: 2, constant: 11), volume: 1).percentile == 1)
        #expect(CheckPrice(ShortCheck(slots: 1, constant: 200), volume: 1).percentile == 0)
        #expect(CheckPrice(ShortCheck(constant: 1), volume: 7).percentile == 224)
        let all = CheckPrice(ShortCheck(constant: 1), volume: 7)
        #expect(all.matchesBeyondThreshold(polynomials: 224) == 1 && all.matchesBeyondThreshold(polynomials: 223) == 2)
    }

    /// One suspected voucher is a finite sum, and the attack draws it.
    @Test(arguments: [5, 8, 36] as [UInt8]) func suspectedVouchersAgreeWithTheAttack(_ level: UInt8) {
        let exact = SuspectedVoucher(level: Int(level))
        let check = ShortCheck(constant: level)
        let found = SampleMean(
            CheckAttack(check, volume: 3, .known(among: 1), matches: 1).run(accounts: 2_000, seed: 9))
        #expect(abs(found.value - exact.advantage) < 4 * found.standardError)
        let accusing = (0...32).reduce(0.0) { sum, o in
            let p = 1 / Double(level)
            let none = CheckAttackTests.binomial(32, p, o), matched = CheckAttackTests.binomial(31, p, o - 1)
            return sum + max(0, matched - 2 * none)
        }
        #expect(abs(exact.accusing(factor: 2) - accusing) < 1e-12)
        #expect(abs(exact.accusing(factor: 1) - exact.clearing(factor: 1)) < 1e-12)
        #expect(abs(exact.cleared - CheckAttackTests.binomial(32, 1 / Double(level), 0)) < 1e-12)
        #expect(exact.factor(quantile: 0.01) < 1 || level == 36)
        #expect(exact.factor(quantile: 0.99) > 1)
    }

    @Test func recomputedDelaysAgreeWithThePublishedOnes() throws {
        for others in [0, 100, 300] {
            let matches = RevealDelay().matches(afterOthers: others, epochs: 200, seed: 9)
            let published = try #require(Self.published["reveal.middle.\(others)"])
            #expect(abs(Double(matches[100]) - published.value) <= 1)
        }
    }

    /// Below t matches nothing, whatever k is; no chance opening, no delay: with one slot only the match itself opens.
    @Test func theThresholdIsAFloor() {
        func matches(_ polynomials: Int, slots: Int, others: Int) -> [Int] {
            RevealDelay(threshold: 5, polynomials: polynomials)
                .matches(afterOthers: others, check: ShortCheck(slots: slots), epochs: 20, seed: 1)
        }
        #expect(matches(4, slots: 1, others: 0).allSatisfy { $0 == 5 })
        #expect(matches(1 << 20, slots: 32, others: 50).allSatisfy { $0 == 6 })
        #expect(matches(40, slots: 32, others: 50).allSatisfy { $0 > 6 })
    }

    @Test(arguments: [0, 1, 31, 32, 33, 64, 1_000, 65_536, 70_000]) func vouchersAreCountedByLevel(_ n: Int) {
        let check = ShortCheck()
        #expect(check.vouchers(n) == Dictionary(grouping: 0..<n) { check.level($0) }.mapValues(\.count))
        #expect(check.level(0) == 5 && check.level(300) == 8 && check.level(70_000) == 255)
    }

    @Test func publishedFiguresAreComplete() {
        let scenarios = ["row", "burst", "scattered", "late", "other", "known10"]
        for n in CheckCurve.volumes {
            let names =
                scenarios.flatMap { ["check.\($0).\(n)", "check.twelve.\($0).\(n)"] } + ["check.shuffled.\(n)"]
                + ["mean", "p99", "beyond"].map { "check.price.\($0).\(n)" }
                + CheckCurve.rivals.flatMap { rival in
                    ["row", "scattered", "late", "beyond"].map { "check.\(rival.name).\($0).\(n)" }
                }
            #expect(names.filter { Self.published[$0] == nil } == [])
        }
    }
}
