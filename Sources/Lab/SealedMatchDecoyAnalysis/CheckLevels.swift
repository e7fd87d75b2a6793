/// The levels of a short check: a slot that does not match opens with probability 1/N, N by the number of the voucher
/// in its device's epoch (Docs/Decoys.md, "What replaces the decoys").
package struct CheckLevels: Sendable, Hashable {
    /// N_0 … N_11, each 1...255. The voucher with number v, from 0, has N_i, i the bit length of ⌊v/32⌋, at most 11.
    package let steps: [Int]

    package static let recommended = CheckLevels([5, 6, 6, 7, 8, 16, 28, 36, 80, 160, 255, 255])

    package init(_ steps: [Int]) {
        precondition(steps.count == 12 && steps.allSatisfy((1...255).contains), "the levels are the lab's own")
        self.steps = steps
    }

    /// One N for all vouchers.
    package init(constant level: Int) { self.init([Int](repeating: level, count: 12)) }

    /// The recommended levels with another N for the first 32 vouchers.
    package init(first level: Int) { self.init([level] + Self.recommended.steps.dropFirst()) }

    /// N of the voucher with number v.
    package subscript(voucher: Int) -> Int {
        let blocks = voucher >> 5
        return steps[min(steps.count - 1, Int.bitWidth - blocks.leadingZeroBitCount)]
    }

    /// How many of an epoch's first n vouchers have each level.
    package func vouchers(_ n: Int) -> [Int: Int] {
        var first = 0
        var out: [Int: Int] = [:]
        for (index, level) in steps.enumerated() where first < n {
            let end = index == steps.count - 1 ? n : min(n, 32 << index)
            out[level, default: 0] += end - first
            first = end
        }
        return out
    }
}
