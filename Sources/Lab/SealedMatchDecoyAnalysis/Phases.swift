/// A scenario as the forward pass reads it: in each voucher the phase stays, or goes one on. Phase 0 is the account
/// without a match so far; at the end it is the hypothesis "no match".
struct Phases: Sendable {
    /// Weight of staying in phase p.
    private(set) var stay: [Float]
    /// Weight of going from phase p − 1 to p; enter[0] is not used.
    private(set) var enter: [Float]
    /// Whether the voucher that enters phase p is a match.
    private(set) var matches: [Bool]
    /// The phases in which all matches are placed.
    private(set) var accepted: Range<Int>

    var count: Int { stay.count }

    /// Consecutive vouchers, of which some match; the start is anywhere.
    init(pattern: [Bool]) {
        let m = pattern.count
        stay = [1] + [Float](repeating: 0, count: m) + [1]
        enter = [Float](repeating: 1, count: m + 2)
        matches = [false] + pattern + [false]
        accepted = m..<(m + 2)
    }

    /// Two rows with at least one voucher between them.
    init(rows first: Int, _ second: Int) {
        let a = Phases(pattern: [Bool](repeating: true, count: first))
        let b = Phases(pattern: [Bool](repeating: true, count: second))
        stay = a.stay + b.stay.dropFirst()
        enter = a.enter + b.enter.dropFirst()
        matches = a.matches + b.matches.dropFirst()
        accepted = (first + 1 + second)..<(first + 3 + second)
    }

    /// m matches with geometric gaps, each next voucher with probability `rate`.
    init(burst m: Int, rate: Float) {
        stay = [1] + [Float](repeating: 1 - rate, count: m - 1) + [1]
        enter = [1, 1] + [Float](repeating: rate, count: m - 1)
        matches = [Bool](repeating: true, count: m + 1)
        accepted = m..<(m + 1)
    }

    /// m matches anywhere: phase p has placed p of them.
    init(anywhere m: Int, weight: Float) {
        stay = [Float](repeating: 1, count: m + 1)
        enter = [Float](repeating: weight, count: m + 1)
        matches = [Bool](repeating: true, count: m + 1)
        accepted = m..<(m + 1)
    }

    /// The summed weights of all placements in n vouchers, by phase.
    func totals(_ n: Int, allowed: [Bool]?) -> [Double] {
        var now = [1.0] + [Double](repeating: 0, count: count - 1)
        for index in 0..<n {
            let open = allowed?[index] ?? true
            for p in stride(from: count - 1, to: 0, by: -1) {
                let entering = open || !matches[p] ? Double(enter[p]) * now[p - 1] : 0
                now[p] = Double(stay[p]) * now[p] + entering
            }
        }
        return now
    }
}
