import Foundation

/// The exact likelihood ratio of an attacker who is *told* the epoch's intensities, by a forward pass over the chains'
/// hidden states.
///
/// By the data-processing inequality its advantage is an upper bound for every attacker who is not told them. Only for
/// the schedule at constant volume, scenarios `row`, `scattered` and `late`. An independent description of the process:
/// probabilities in floating point, no code shared with it.
struct LikelihoodRatio {
    let n: Int
    private var hidden = 1
    private var chains: [(redraw: Double, on: Double)] = []
    /// P(observation o | hidden state s), o in 0...c + 1 at s·stride + o + 1; index 0 is o = −1.
    private var emission: [Double] = []
    private let stride: Int

    /// - Parameter intensities: U_i / 2^32, one for each cover slot.
    init(n: Int, intensities: [Double]) {
        self.n = n
        let c = intensities.count
        stride = c + 3
        let ceiling = min(0.6, 1200 / Double(c * max(300, n)))
        var always = [1.0]
        var gains: [Double] = []
        for (slot, u) in intensities.enumerated() {
            let level = u * ceiling
            let (period, least): (Double, Double) = [(10, 1), (1, 1), (150, 0.08), (6, 1), (1, 1), (16, 1)][slot % 6]
            let gain = min(1, max(least, 2 * level))
            if period == 1 {
                always = Self.convolve(always, level)
            } else {
                chains.append((1 / period, level / gain))
                gains.append(gain)
            }
        }
        hidden = 1 << chains.count
        emission = [Double](repeating: 0, count: hidden * stride)
        for state in 0..<hidden {
            var p = always
            for (index, gain) in gains.enumerated() where state >> index & 1 == 1 { p = Self.convolve(p, gain) }
            for (o, v) in p.enumerated() { emission[state * stride + o + 1] = v }
        }
    }

    private static func convolve(_ p: [Double], _ q: Double) -> [Double] {
        var out = [Double](repeating: 0, count: p.count + 1)
        for (i, v) in p.enumerated() {
            out[i] += v * (1 - q)
            out[i + 1] += v * q
        }
        return out
    }

    /// log P(x | ten matches) − log P(x | none).
    func logRatio(_ x: UnsafeBufferPointer<UInt8>, _ scenario: Scenario) -> Double {
        let m = Scenario.matches
        // Phases. row: 0 before, 1...10 inside, 11 after. Others: phase r = matches placed so far. The last block is
        // the sequence without matches.
        let phases = scenario == .row ? m + 2 : m + 1
        var now = [Double](repeating: 0, count: (phases + 1) * hidden)
        var next = now
        for state in 0..<hidden {
            var p = 1.0
            for (index, chain) in chains.enumerated() { p *= state >> index & 1 == 1 ? chain.on : 1 - chain.on }
            now[state] = p
            now[phases * hidden + state] = p
        }
        let windowStart = scenario == .late ? n - Scenario.lateWindow(n) : 0
        var logNone = 0.0, logMatched = 0.0
        for i in 0..<n {
            let o = Int(x[i])
            now.withUnsafeMutableBufferPointer { now in
                next.withUnsafeMutableBufferPointer { next in
                    next.update(repeating: 0)
                    if i > 0 {
                        for phase in 0...phases {
                            for (index, chain) in chains.enumerated() {
                                let bit = 1 << index
                                for state in 0..<hidden where state & bit == 0 {
                                    let a = phase * hidden + state, b = a | bit
                                    let drawn = chain.redraw * (now[a] + now[b])
                                    now[a] = (1 - chain.redraw) * now[a] + drawn * (1 - chain.on)
                                    now[b] = (1 - chain.redraw) * now[b] + drawn * chain.on
                                }
                            }
                        }
                    }
                    func move(_ from: Int, _ to: Int, _ weight: Double, _ seen: Int) {
                        if weight == 0 || seen < -1 || seen + 1 >= stride { return }
                        for state in 0..<hidden {
                            next[to * hidden + state] +=
                                weight * now[from * hidden + state] * emission[state * stride + seen + 1]
                        }
                    }
                    move(phases, phases, 1, o)
                    if scenario == .row {
                        let start = i <= n - m ? 1 / Double(n - m + 1 - i) : 0
                        move(0, 0, 1 - start, o)
                        move(0, 1, start, o - 1)
                        for phase in 1..<m { move(phase, phase + 1, 1, o - 1) }
                        move(m, m + 1, 1, o)
                        move(m + 1, m + 1, 1, o)
                    } else {
                        for placed in 0...m {
                            let left = i >= windowStart ? Double(m - placed) / Double(n - i) : 0
                            if left > 1 { continue }
                            move(placed, placed, 1 - left, o)
                            if placed < m { move(placed, placed + 1, left, o - 1) }
                        }
                    }
                    // The two hypotheses are scaled apart, so that neither underflows.
                    var none = 0.0, matched = 0.0
                    for s in 0..<hidden { none += next[phases * hidden + s] }
                    for s in 0..<(phases * hidden) { matched += next[s] }
                    logNone += log(none)
                    logMatched += log(matched)
                    if none > 0 { for s in 0..<hidden { next[phases * hidden + s] /= none } }
                    if matched > 0 { for s in 0..<(phases * hidden) { next[s] /= matched } }
                }
            }
            if logNone == -.infinity { return .infinity }
            if logMatched == -.infinity { return -.infinity }
            swap(&now, &next)
        }
        // A row that ends with the sequence is still in phase 10, one that never began has weight 0 by then.
        return logMatched - logNone
    }
}
