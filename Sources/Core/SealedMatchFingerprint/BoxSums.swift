/// Sums of 64 × 64 numbers over the squares about each; beyond the grid the nearest one stands.
enum BoxSums {
    /// - Parameters:
    ///   - values: 4,096 numbers, row by row.
    ///   - radius: of squares of 2·radius + 1 cells a side.
    static func sums(of values: [Int], radius: Int) -> [Int] {
        let side = MarkCells.side
        // Along rows, and then the same along the columns of what came out, as its rows.
        return alongRows(alongRows(values, radius, side), radius, side)
    }

    /// The sums along rows, transposed.
    private static func alongRows(_ values: [Int], _ radius: Int, _ side: Int) -> [Int] {
        var result = [Int](repeating: 0, count: side * side)
        for row in 0..<side {
            let start = row * side
            var sum = (radius + 1) * values[start]
            for column in 0..<radius { sum += values[start + column] }
            for column in 0..<side {
                sum += values[start + min(column + radius, side - 1)]
                if column > 0 { sum -= values[start + max(column - radius - 1, 0)] } else { sum -= values[start] }
                result[column * side + row] = sum
            }
        }
        return result
    }
}
