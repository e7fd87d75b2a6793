/// The mean, over all placements of a scenario, of the product of the matching vouchers' factors; of eight epochs at a
/// time. All sums are over places or by a recursion, and exact up to rounding: every term is positive.
struct PlacementMean {
    /// One value for each of eight epochs.
    typealias Lanes = SIMD8<Double>

    let scenario: Scenario
    let matches: Int
    /// Of each voucher the group within which the order is lost, ascending: for `shuffledRow` alone.
    let groups: [Int]

    /// - Parameters:
    ///   - factors: one for each voucher of the epoch.
    ///   - allowed: of each lane the vouchers that may match, in every lane as many; nil: all.
    func callAsFunction(_ factors: [Lanes], allowed: [[Bool]?]) -> Lanes {
        switch scenario {
        case .row: Self.pattern(factors, (0..<matches).map { $0 }).mean
        case .shuffledRow: shuffledRow(factors)
        case .everyOther: Self.pattern(factors, (0..<matches).map { 2 * $0 }).mean
        case .twoRows: Self.twoRows(factors, matches / 2, matches - matches / 2)
        case .burst: Self.burst(factors, matches)
        case .scattered: Self.anywhere(factors, matches)[matches]
        case .late, .known: Self.anywhere(Self.chosen(factors, allowed), matches)[matches]
        }
    }

    /// The factors of the allowed vouchers of each lane.
    private static func chosen(_ factors: [Lanes], _ allowed: [[Bool]?]) -> [Lanes] {
        let places = allowed.map { allowed in factors.indices.filter { allowed?[$0] ?? true } }
        return places[0].indices.map { index in
            var lanes = Lanes()
            for lane in lanes.indices { lanes[lane] = factors[places[lane][index]][lane] }
            return lanes
        }
    }

    /// The means of products over all sets of 0, 1, …, m of the vouchers: E_j ← ((i − j)·E_j + j·x·E_(j−1))/i with the
    /// i-th voucher's factor x.
    static func anywhere(_ factors: [Lanes], _ m: Int) -> [Lanes] {
        var means = [Lanes](repeating: Lanes(), count: m + 1)
        means[0] = Lanes(repeating: 1)
        for (index, factor) in factors.enumerated() {
            let i = index + 1
            for j in stride(from: min(i, m), to: 0, by: -1) {
                means[j] = (means[j] * Double(i - j) + factor * means[j - 1] * Double(j)) / Double(i)
            }
        }
        return means
    }

    /// The products of the vouchers at `offsets` from a start, for each start.
    private static func pattern(_ factors: [Lanes], _ offsets: [Int]) -> [Lanes] {
        (0..<(factors.count - (offsets.last ?? 0))).map { start in
            offsets.reduce(Lanes(repeating: 1)) { $0 * factors[start + $1] }
        }
    }

    /// A row, from each start so many matches in each of the groups that it touches, anywhere in the group.
    private func shuffledRow(_ factors: [Lanes]) -> Lanes {
        var means: [[Lanes]] = [], group: [Int] = [], first = 0
        while first < factors.count {
            let end = groups[first...].firstIndex { $0 != groups[first] } ?? factors.count
            group += [Int](repeating: means.count, count: end - first)
            means.append(Self.anywhere(Array(factors[first..<end]), min(matches, end - first)))
            first = end
        }
        let starts = factors.count - matches + 1
        return (0..<starts).reduce(Lanes()) { sum, start in
            var product = Lanes(repeating: 1), voucher = start
            while voucher < start + matches {
                let here = (voucher..<(start + matches)).prefix { group[$0] == group[voucher] }.count
                product *= means[group[voucher]][here]
                voucher += here
            }
            return sum + product
        } / Double(starts)
    }

    /// A row of a vouchers, later one of b, and at least one voucher between them.
    private static func twoRows(_ factors: [Lanes], _ a: Int, _ b: Int) -> Lanes {
        let first = pattern(factors, (0..<a).map { $0 }), second = pattern(factors, (0..<b).map { $0 })
        let starts = second.count - a - 1
        var sum = Lanes(), later = Lanes()
        for start in (0..<starts).reversed() {
            later += second[start + a + 1]
            sum += first[start] * later
        }
        return sum / Double(starts * (starts + 1) / 2)
    }

    /// m vouchers of a window whose width has the law of `Scenario.burstWidths`.
    private static func burst(_ factors: [Lanes], _ m: Int) -> Lanes {
        Scenario.burstWidths(m, factors.count).reduce(Lanes()) { $0 + windows(factors, $1.width, m) * $1.weight }
    }

    /// The mean over all windows of w vouchers and all sets of m in them. A window is the end of one block of w
    /// vouchers and the beginning of the next; sums of products of both are kept by the number of factors, and joined.
    private static func windows(_ factors: [Lanes], _ w: Int, _ m: Int) -> Lanes {
        var ends = [Lanes](repeating: Lanes(), count: (w + 1) * (m + 1))
        var beginning = [Lanes](repeating: Lanes(), count: m + 1)
        var sum = Lanes()
        for block in stride(from: 0, through: factors.count - w, by: w) {
            for j in 0...m { ends[w * (m + 1) + j] = Lanes(repeating: j == 0 ? 1 : 0) }
            for offset in (0..<w).reversed() {
                let (row, next, factor) = (offset * (m + 1), (offset + 1) * (m + 1), factors[block + offset])
                ends[row] = ends[next]
                for j in stride(from: 1, through: m, by: 1) {
                    ends[row + j] = ends[next + j] + factor * ends[next + j - 1]
                }
            }
            for j in 0...m { beginning[j] = Lanes(repeating: j == 0 ? 1 : 0) }
            for offset in 0..<min(w, factors.count - w - block + 1) {
                if offset > 0 {
                    let factor = factors[block + w + offset - 1]
                    for j in stride(from: m, to: 0, by: -1) { beginning[j] += factor * beginning[j - 1] }
                }
                for j in 0...m { sum += ends[offset * (m + 1) + j] * beginning[m - j] }
            }
        }
        let sets = (0..<m).reduce(1.0) { $0 * Double(w - $1) / Double($1 + 1) }
        return sum / (sets * Double(factors.count - w + 1))
    }
}

extension [PlacementMean.Lanes] {
    fileprivate var mean: PlacementMean.Lanes { reduce(PlacementMean.Lanes(), +) / Double(count) }
}
