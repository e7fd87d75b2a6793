import SealedMatchDecoyAnalysis

/// All placements of a scenario, as lists of matching vouchers, found by trying all subsets.
func placements(_ scenario: Scenario, _ m: Int, _ n: Int, allowed: [Bool]?) -> [[Int]] {
    func choose(_ from: Int, _ count: Int) -> [[Int]] {
        if count == 0 { return [[]] }
        if from >= n { return [] }
        let rest = choose(from + 1, count)
        if let allowed, !allowed[from] { return rest }
        return choose(from + 1, count - 1).map { [from] + $0 } + rest
    }
    return choose(0, m).filter { places in
        switch scenario {
        case .row: return places == Array(places[0]..<(places[0] + m))
        case .everyOther: return places == (0..<m).map { places[0] + 2 * $0 }
        case .twoRows:
            let half = m / 2
            return places[..<half] == (0..<half).map { places[0] + $0 }[...]
                && places[half...] == (half..<m).map { places[half] + $0 - half }[...]
                && places[half] > places[half - 1] + 1
        default: return true
        }
    }
}
