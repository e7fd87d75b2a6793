import SealedMatchProtocol

/// The likelihood of one stream of openings, by a forward pass over the joint states of the hidden chains times the
/// scenario's phases, for eight draws of the secret intensities at a time.
///
/// A second description of the process in floating point. Its constants are `DecoySchedule`'s.
final class ForwardPass {
    /// One value for each of eight draws.
    typealias Lanes = SIMD8<Float>
    /// Draws in a pass.
    static let width = 8

    private let process: DecoyProcess
    private let lastVolume: UInt32
    private let intensities: [Lanes]
    /// Slots whose chain keeps its state from voucher to voucher; bit i of a hidden state is the i-th of them.
    private let chains: [Int]
    private let hidden: Int
    private let keep: [Float]
    private var drawnOn: [Lanes]
    private var on: [Lanes]
    /// P(o | state) at (o + 1)·hidden + state, o in −1...c + 1.
    private let emission: UnsafeMutableBufferPointer<Lanes>
    /// Of phase p and a state, at p·hidden + state.
    private var now: UnsafeMutableBufferPointer<Lanes>
    private var ceiling: UInt64 = 0

    /// - Parameter intensities: U_i / 2^32 of each draw: eight arrays of c numbers.
    init(_ process: DecoyProcess, volume: Int, intensities draws: [[Float]], phases: Int) {
        self.process = process
        lastVolume = UInt32(process.lastVolume(of: volume))
        intensities = (0..<process.coverSlots).map { slot in
            var lanes = Lanes()
            for lane in 0..<Self.width { lanes[lane] = draws[lane][slot] }
            return lanes
        }
        chains = (0..<process.coverSlots).filter { DecoySchedule.Kind.of($0).redraw < 1 << 32 }
        hidden = 1 << chains.count
        keep = chains.map { 1 - Self.probability(DecoySchedule.Kind.of($0).redraw) }
        on = [Lanes](repeating: Lanes(), count: chains.count)
        drawnOn = on
        emission = .allocate(capacity: (process.coverSlots + 3) * hidden)
        now = .allocate(capacity: phases * hidden)
    }

    deinit {
        emission.deallocate()
        now.deallocate()
    }

    private static func probability(_ word: UInt64) -> Float { Float(Double(word) / 0x1p32) }

    /// The tables for the vouchers that share a ceiling B.
    private func set(_ ceiling: UInt64) {
        if ceiling == self.ceiling { return }
        self.ceiling = ceiling
        let c = process.coverSlots
        let bound = Self.probability(ceiling)
        func row(_ o: Int) -> Int { (o + 1) * hidden }
        emission.update(repeating: Lanes())
        emission[row(0)] = Lanes(repeating: 1)
        func convolve(_ from: Int, _ to: Int, _ p: Lanes) {
            for o in stride(from: c, through: 0, by: -1) {
                emission[row(o) + to] = emission[row(o) + from] * (1 - p) + emission[row(o - 1) + from] * p
            }
        }
        var next = 0
        for slot in 0..<c {
            let kind = DecoySchedule.Kind.of(slot)
            let level = intensities[slot] * bound
            let least = Lanes(repeating: Self.probability(kind.leastGain))
            let gain = pointwiseMin(Lanes(repeating: 1), pointwiseMax(least, 2 * level))
            if kind.redraw < 1 << 32 {
                on[next] = level / gain
                drawnOn[next] = on[next] * (1 - keep[next])
                next += 1
            } else {
                convolve(0, 0, level)
            }
        }
        for (index, slot) in chains.enumerated() {
            let kind = DecoySchedule.Kind.of(slot)
            let least = Lanes(repeating: Self.probability(kind.leastGain))
            let gain = pointwiseMin(Lanes(repeating: 1), pointwiseMax(least, 2 * intensities[slot] * bound))
            for state in 0..<(1 << index) { convolve(state, state | 1 << index, gain) }
        }
    }

    /// The likelihood of each phase at the end, for each draw: mass · 2^exponent.
    struct Result {
        var mass: [SIMD8<Double>]
        var exponent: SIMD8<Double>
    }

    /// - Parameters:
    ///   - x: openings of each voucher, 0...c + 1.
    ///   - allowed: which vouchers may match; nil: all.
    func run(_ x: [UInt8], _ phases: Phases, allowed: [Bool]?) -> Result {
        let last = phases.count - 1
        var exponent = SIMD8<Double>()
        var top = 0
        now.update(repeating: Lanes())
        let now = self.now.baseAddress!, emission = self.emission.baseAddress!
        for index in x.indices {
            set(
                DecoySchedule.ceiling(
                    coverSlots: process.coverSlots, devices: process.devices, lastEpochVolume: lastVolume,
                    count: UInt32(index)))
            if index == 0 { start() } else { for p in 0...top { redraw(now + p * hidden) } }
            let unmatched = emission + (Int(x[index]) + 1) * hidden
            let matched = unmatched - hidden
            let open = allowed?[index] ?? true
            let reached = min(last, top + 1)
            for p in stride(from: reached, to: 0, by: -1) {
                let to = now + p * hidden, from = to - hidden
                let seen = phases.matches[p] ? matched : unmatched
                let stay = phases.stay[p], enter = open || !phases.matches[p] ? phases.enter[p] : 0
                if enter == 0 {
                    for state in 0..<hidden { to[state] = stay * unmatched[state] * to[state] }
                } else if stay == 0 {
                    for state in 0..<hidden { to[state] = enter * seen[state] * from[state] }
                } else {
                    for state in 0..<hidden {
                        to[state] = stay * unmatched[state] * to[state] + enter * seen[state] * from[state]
                    }
                }
            }
            for state in 0..<hidden { now[state] *= unmatched[state] }
            if open || !phases.matches[reached] { top = reached }
            if index & 3 == 3 { exponent += rescale((top + 1) * hidden) }
        }
        let mass = (0...last).map { p in
            var sum = SIMD8<Double>()
            if p <= top { for state in 0..<hidden { sum += SIMD8<Double>(now[p * hidden + state]) } }
            return sum
        }
        return Result(mass: mass, exponent: exponent)
    }

    /// The first voucher draws every chain.
    private func start() {
        now[0] = Lanes(repeating: 1)
        for index in chains.indices {
            for state in 0..<(1 << index) {
                now[state | 1 << index] = now[state] * on[index]
                now[state] *= 1 - on[index]
            }
        }
    }

    /// Each chain draws its state afresh, or keeps it.
    @inline(__always) private func redraw(_ states: UnsafeMutablePointer<Lanes>) {
        for index in 0..<chains.count {
            let (keep, drawnOn) = (keep[index], drawnOn[index])
            let bit = 1 << index
            var base = 0
            while base < hidden {
                for state in base..<(base + bit) {
                    let sum = states[state] + states[state + bit]
                    let isOn = keep * states[state + bit] + drawnOn * sum
                    states[state + bit] = isOn
                    states[state] = sum - isOn
                }
                base += 2 * bit
            }
        }
    }

    /// Multiplies each draw's masses by a power of two that brings their sum near 1.
    /// - Returns: the powers that were taken out.
    private func rescale(_ count: Int) -> SIMD8<Double> {
        var sum = Lanes()
        for index in 0..<count { sum += now[index] }
        var scale = Lanes(repeating: 1)
        var taken = SIMD8<Double>()
        for lane in 0..<Self.width where sum[lane] > 0 && sum[lane].isFinite {
            let exponent = max(-120, min(120, sum[lane].exponent))
            scale[lane] = Float(sign: .plus, exponent: -Int(exponent), significand: 1)
            taken[lane] = Double(exponent)
        }
        for index in 0..<count { now[index] *= scale }
        return taken
    }
}
