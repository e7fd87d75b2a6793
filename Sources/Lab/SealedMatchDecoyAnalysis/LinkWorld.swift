internal import Foundation

/// Accounts with habits over twelve epochs, and what an authority has of them: for each account-epoch a pseudonym, and
/// for each voucher its N, its openings and its set. One that watches what comes also has each voucher's place among
/// all others, and the time, which its file does not hold.
///
/// Pseudonyms, voucher IDs and slots are as good as random (Docs/Security.md, 19), so they are left out. No account's
/// matches in an epoch reach the threshold.
struct LinkWorld: Sendable {
    static let epochs = 12
    static let daysPerEpoch = 30.0

    /// What is known of an account-epoch. A feature belongs to one kind of evidence.
    enum Evidence: Int, CaseIterable, Sendable {
        case volume, openings, levels, sets, order
        /// Of a pair of account-epochs, not of one.
        case edge
    }
    /// The evidence of each feature.
    static let evidence: [Evidence] =
        [.volume] + Array(repeating: .openings, count: 6) + Array(repeating: .levels, count: 6) + [.sets]
        + Array(repeating: .order, count: 14)

    let accounts: Int
    /// Which accounts have matches in each epoch.
    let matching: [Bool]
    /// [epoch][account][feature]
    private(set) var features: [[[Double]]]
    /// [epoch][account of the epoch before · accounts + account]: how often a row of the old pseudonym that comes after
    /// the change of epochs stands beside one of the new pseudonym.
    private(set) var edges: [[Double]]

    private struct Row {
        let arrival: Double
        /// What is due together leaves the outbox in this order.
        let release: Double
        let epoch: Int
        let account: Int
        let level: Int
        let openings: Int
        let old: Bool
    }

    /// - Parameters:
    ///   - bare: every account has one device and no match.
    ///   - isPrompt: every account takes a new set as soon as the others.
    ///   - isFile: an account-epoch's vouchers are in random order, as in the authority's file.
    init(
        accounts: Int, check: ShortCheck = ShortCheck(), bare: Bool = false, isPrompt: Bool = false,
        isFile: Bool = false, seed: UInt64
    ) {
        var random = SeededGenerator(seed: seed)
        let habits = (0..<accounts).map { _ in Habit(bare: bare, &random) }
        let laws = check.laws
        var rows: [Row] = []
        for epoch in 0..<Self.epochs {
            for (account, habit) in habits.enumerated() {
                let sealed = habit.epoch(&random)
                var numbers = [Int](repeating: 0, count: habit.devices.count)
                for item in sealed {
                    let level = check.level(numbers[item.device])
                    numbers[item.device] += 1
                    guard let law = laws[level] else { continue }
                    let start = Double(epoch) * Self.daysPerEpoch
                    let release = item.time + random.unit()
                    rows.append(
                        Row(
                            arrival: start + habit.arrival(release, &random), release: release, epoch: epoch,
                            account: account, level: level,
                            openings: law.openings(matching: item.matching, &random),
                            old: !isPrompt && item.time < habit.lag))
                }
            }
        }
        rows.sort { ($0.arrival, $0.release) < ($1.arrival, $1.release) }
        self.accounts = accounts
        matching = habits.map { $0.matches > 0 }
        features = Self.features(rows, accounts, check, shuffle: isFile ? { random.shuffle(&$0) } : { _ in })
        edges = Self.edges(rows, accounts)
    }

    private static func features(
        _ rows: [Row], _ accounts: Int, _ check: ShortCheck, shuffle: (inout [Row]) -> Void
    ) -> [[[Double]]] {
        var places = [[[Int]]](repeating: [[Int]](repeating: [], count: accounts), count: epochs)
        for (index, row) in rows.enumerated() { places[row.epoch][row.account].append(index) }
        return places.map { of in
            of.map { places in
                var own = places.map { rows[$0] }
                shuffle(&own)
                let alone = places.indices.filter { $0 == 0 || places[$0 - 1] + 1 != places[$0] }
                return volume(own.count) + openings(own, check) + levels(own)
                    + [Double(own.count { $0.old }) / Double(max(1, own.count))] + times(own, deliveries: alone.count)
            }
        }
    }

    /// The transform of a volume that makes its spread the same for all accounts (Poisson's and a quarter of the mean):
    /// the nearest mean is then the likeliest account, and no linker does better by volumes alone.
    private static func volume(_ count: Int) -> [Double] { [8 * asinh(Double(count).squareRoot() / 4)] }

    /// Openings beyond chance: over the epoch, a voucher, in the last quarter, in the best stretch of ten, vouchers
    /// without one, spread.
    private static func openings(_ rows: [Row], _ check: ShortCheck) -> [Double] {
        guard !rows.isEmpty else { return [Double](repeating: 0, count: 6) }
        let slots = Double(check.slots)
        let excess = rows.map { Double($0.openings) - slots / Double($0.level) }
        let variances = rows.map { slots / Double($0.level) * (1 - 1 / Double($0.level)) + 1e-9 }
        func score(_ range: Range<Int>) -> Double {
            excess[range].reduce(0, +) / variances[range].reduce(0, +).squareRoot()
        }
        let n = rows.count
        let stretches = (0...max(0, n - 10)).map { score($0..<min(n, $0 + 10)) }
        let none = rows.map { pow(1 - 1 / Double($0.level), slots) }
        let noneSpread = none.reduce(1e-9) { $0 + $1 * (1 - $1) }.squareRoot()
        let spread = zip(excess, variances).reduce(0) { $0 + $1.0 * $1.0 / $1.1 - 1 } / Double(2 * n).squareRoot()
        return [
            score(0..<n), excess.reduce(0, +) / Double(n), score((n - (n + 3) / 4)..<n),
            (stretches.max() ?? 0), (Double(rows.count { $0.openings == 0 }) - none.reduce(0, +)) / noneSpread, spread,
        ]
    }

    /// How many vouchers have each N, which tells how many devices send; and how often N falls from row to row.
    private static func levels(_ rows: [Row]) -> [Double] {
        let counts = [5...5, 6...6, 7...7, 8...8, 9...255].map { range in rows.count { range.contains($0.level) } }
        let falls = zip(rows, rows.dropFirst()).count { $0.level > $1.level }
        return counts.map { log(1 + Double($0)) } + [Double(falls) / Double(max(1, rows.count))]
    }

    /// Shares of days of the week and of hours of the day, and of rows that do not follow one of the same pseudonym.
    private static func times(_ rows: [Row], deliveries: Int) -> [Double] {
        var days = [Double](repeating: 1, count: 7), hours = [Double](repeating: 1, count: 6)
        for row in rows {
            days[Int(row.arrival) % 7] += 1
            hours[Int((row.arrival - row.arrival.rounded(.down)) * 6) % 6] += 1
        }
        let count = Double(rows.count)
        // One sum of three arrays takes the compiler a quarter of a minute.
        var shares: [Double] = days.map { $0 / (count + 7) }
        shares += hours.map { $0 / (count + 6) }
        shares.append(Double(deliveries) / max(1, count))
        return shares
    }

    private static func edges(_ rows: [Row], _ accounts: Int) -> [[Double]] {
        var edges = [[Double]](repeating: [Double](repeating: 0, count: accounts * accounts), count: epochs)
        for (a, b) in zip(rows, rows.dropFirst()) where a.epoch != b.epoch {
            let (old, new) = a.epoch < b.epoch ? (a, b) : (b, a)
            if new.epoch == old.epoch + 1 { edges[new.epoch][old.account * accounts + new.account] += 1 }
        }
        return edges
    }
}

/// What an account does alike in every epoch.
private struct Habit {
    /// Vouchers of an epoch, on average.
    let volume: Double
    /// Each device's share.
    let devices: [Double]
    let weekdays: [Double]
    /// Of the day, from 0 to 1.
    let hour: Double
    /// Online at this time of the day only; nil: always.
    let delivery: Double?
    /// Days after the epoch's start at which it takes the new set.
    let lag: Double
    /// In each epoch.
    let matches: Int
    let scenario: Int

    struct Item {
        let time: Double
        let device: Int
        let matching: Bool
    }

    init(bare: Bool, _ random: inout SeededGenerator) {
        volume = min(2_000, max(8, 60 * exp(1.1 * random.gauss())))
        let many = random.unit()
        devices = (0..<(bare || many < 0.5 ? 1 : many < 0.85 ? 2 : 3)).map { _ in 0.1 + random.unit() }
        weekdays = (0..<7).map { _ in exp(0.7 * random.gauss()) }
        hour = random.unit()
        delivery = random.unit() < 0.3 ? random.unit() : nil
        lag = random.unit() < 0.1 ? 30 * random.unit() : 1 + random.unit()
        matches = random.unit() < 0.2 && !bare ? [3, 10, 20][random.below(3)] : 0
        scenario = random.below(3)
    }

    /// Sealed vouchers in order.
    func epoch(_ random: inout SeededGenerator) -> [Item] {
        let count = random.poisson(volume * exp(0.25 * random.gauss()))
        let dayWeights = (0..<30).map { weekdays[$0 % 7] * exp(0.5 * random.gauss()) }
        let times = (0..<count).map { _ in
            let moment = hour + 0.12 * random.gauss()
            return Double(random.choice(dayWeights)) + moment - moment.rounded(.down)
        }.sorted()
        let matching = places(count, &random)
        return times.indices.map { Item(time: times[$0], device: random.choice(devices), matching: matching[$0]) }
    }

    /// In a row, in the last quarter, or anywhere.
    private func places(_ count: Int, _ random: inout SeededGenerator) -> [Bool] {
        var out = [Bool](repeating: false, count: count)
        let window = scenario == 0 ? matches : scenario == 1 ? Scenario.lateWindow(count) : count
        let width = min(count, max(window, min(matches, count)))
        let first = scenario == 0 ? random.below(count - width + 1) : count - width
        var left = min(matches, width)
        for offset in 0..<width where random.below(width - offset) < left {
            out[first + offset] = true
            left -= 1
        }
        return out
    }

    /// When a voucher that is due at `time` reaches the collector.
    func arrival(_ time: Double, _ random: inout SeededGenerator) -> Double {
        guard let delivery else { return time + 0.02 * random.unit() }
        let day = (time - delivery).rounded(.up)
        return day + delivery
    }
}

extension SeededGenerator {
    /// Normal, by Box and Muller.
    fileprivate mutating func gauss() -> Double { (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit()) }

    /// By counting an exponential clock; the mean is at most some thousands.
    fileprivate mutating func poisson(_ mean: Double) -> Int {
        var time = -log(1 - unit()), count = 0
        while time < mean {
            count += 1
            time -= log(1 - unit())
        }
        return count
    }

    fileprivate mutating func shuffle<Element>(_ elements: inout [Element]) {
        for index in stride(from: elements.count - 1, to: 0, by: -1) { elements.swapAt(index, below(index + 1)) }
    }

    /// A place with a probability that is proportional to its weight.
    fileprivate mutating func choice(_ weights: [Double]) -> Int {
        var place = unit() * weights.reduce(0, +)
        return weights.firstIndex {
            place -= $0; return place < 0
        } ?? weights.count - 1
    }
}
