/// What 4 × 4 raster cells have in common, for each of 64 × 64 cells: `Docs/Protocol.md`, 5.11, "Cells".
package struct MarkCells {
    /// Cells on a side.
    package static let side = 64
    package static let count = side * side
    /// The greatest step from a raster cell to the one above or to the left.
    package private(set) var steps = [UInt8](repeating: 0, count: MarkCells.count)
    /// The greatest and the least value.
    package private(set) var highest = [UInt8](repeating: 0, count: MarkCells.count)
    package private(set) var lowest = [UInt8](repeating: 255, count: MarkCells.count)
    /// The sum of the 16 values.
    package private(set) var sums = [Int32](repeating: 0, count: MarkCells.count)

    @_optimize(size)
    package init(_ raster: PictureRaster) {
        let side = PictureRaster.side
        // Cells, steps 1 and 2, of four raster rows: first along columns, then in groups of four along the row.
        var step = [UInt8](repeating: 0, count: side)
        var high = step
        var low = step
        var sum = [UInt16](repeating: 0, count: side)
        let values = raster.cells.span
        for row in 0..<Self.side {
            for column in 0..<side { (step[column], high[column], low[column], sum[column]) = (0, 0, 255, 0) }
            for y in 4 * row..<4 * row + 4 {
                // What has no cell above or to the left is compared with itself.
                let (here, above) = (y * side, max(y - 1, 0) * side)
                for column in 0..<side {
                    let value = unsafe values[unchecked: here + column]
                    let up = unsafe values[unchecked: above + column]
                    step[column] = max(step[column], max(value, up) &- min(value, up))
                    high[column] = max(high[column], value)
                    low[column] = min(low[column], value)
                    sum[column] &+= UInt16(value)
                }
                for column in 1..<side {
                    let value = unsafe values[unchecked: here + column]
                    let left = unsafe values[unchecked: here + column - 1]
                    step[column] = max(step[column], max(value, left) &- min(value, left))
                }
            }
            for column in 0..<side {
                let cell = row * Self.side + column >> 2
                steps[cell] = max(steps[cell], step[column])
                highest[cell] = max(highest[cell], high[column])
                lowest[cell] = min(lowest[cell], low[column])
                sums[cell] += Int32(sum[column])
            }
        }
    }
}
