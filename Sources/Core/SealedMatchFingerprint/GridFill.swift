/// Grey levels of hidden cells, from what surrounds them: `Docs/Protocol.md`, 5.11, "Fill".
///
/// About the harmonic extension: what a picture most likely has there if its energy falls with the square of frequency.
package enum GridFill {
    /// - Parameter sums: of each cell's 16 raster cells.
    /// - Returns: 4,096 levels in 1/256; outside the mask those of the picture.
    @_optimize(size)
    package static func levels(_ sums: [Int32], hiding mask: MarkMask) -> [Int32] {
        let side = MarkCells.side
        var values = sums.map { 16 * $0 }
        var isKnown = [Bool](repeating: true, count: MarkCells.count)
        for row in 0..<side {
            for column in 0..<side where mask[row, column] { isKnown[row * side + column] = false }
        }
        fill(&values, isKnown, side: side)
        // Fill, step 4
        for _ in 0..<MarkTables.sweeps {
            for parity in 0...1 {
                for row in 0..<side {
                    let (above, below) = (max(row - 1, 0) * side, min(row + 1, side - 1) * side)
                    for column in stride(from: (row + parity) & 1, to: side, by: 2) where mask[row, column] {
                        let here = row * side
                        let sum =
                            values[above + column] + values[below + column] + values[here + max(column - 1, 0)]
                            + values[here + min(column + 1, side - 1)]
                        values[here + column] = (sum + 2) >> 2
                    }
                }
            }
        }
        return values
    }

    /// Fill, steps 2–3: an unknown cell takes the mean of what is known in the smallest square of a pyramid about it.
    @_optimize(size)
    private static func fill(_ values: inout [Int32], _ isKnown: [Bool], side: Int) {
        guard side > 1 else { return }
        let half = side / 2
        var means = [Int32](repeating: 0, count: half * half)
        var known = [Bool](repeating: false, count: half * half)
        for row in 0..<half {
            for column in 0..<half {
                var (sum, count): (Int32, Int32) = (0, 0)
                for y in 2 * row...2 * row + 1 {
                    for x in 2 * column...2 * column + 1 where isKnown[y * side + x] {
                        sum += values[y * side + x]
                        count += 1
                    }
                }
                known[row * half + column] = count > 0
                if count > 0 { means[row * half + column] = (2 * sum + count) / (2 * count) }
            }
        }
        fill(&means, known, side: half)
        for row in 0..<side {
            for column in 0..<side where !isKnown[row * side + column] {
                values[row * side + column] = means[(row / 2) * half + column / 2]
            }
        }
    }
}
