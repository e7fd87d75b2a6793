/// A strip at the upper or lower edge through which the picture shows, darker or lighter: `Docs/Protocol.md`, 5.11,
/// "Translucent strip".
package struct TranslucentStrip {
    /// The raster without it, and the cells in which letters stood on it.
    package let raster: PictureRaster
    package let letters: MarkMask
    package let edge: Edge

    /// Nil where none is found.
    @_optimize(size)
    package init?(in raster: PictureRaster) {
        guard let found = Self.find(in: raster) else { return nil }
        let side = PictureRaster.side
        var cells = raster.cells
        var odd = MarkMask()
        func row(_ k: Int) -> Int { (found.isBelow ? side - 1 - k : k) * side }
        // Translucent strip, steps 5–6
        for k in 0..<(found.row - 1) {
            for column in 0..<side {
                let place = row(k) + column
                let value =
                    (256 * found.outer + found.factor * (256 * Int(cells[place]) - found.inner) + 32_768) >> 16
                if value < -24 || value > 279 { odd.insert((place / side) >> 2, column >> 2) }
                cells[place] = UInt8(min(max(value, 0), 255))
            }
        }
        for k in (found.row - 1)...found.row {
            for column in 0..<side { cells[row(k) + column] = cells[row(found.row + 1) + column] }
        }
        guard let raster = PictureRaster(cells: cells) else { return nil }
        self.raster = raster
        letters = odd.grown
        edge = found
    }

    /// Where it ends.
    package struct Edge {
        /// How clear it is, in 1/16.
        package let score: Int
        package let isBelow: Bool
        /// e, counted from the picture's edge.
        package let row: Int
        /// Σo, Σn and ⌊256·vo/cv⌋ of back 2.
        package let outer: Int
        package let inner: Int
        package let factor: Int
    }

    /// Translucent strip, steps 1–4.
    @_optimize(size)
    private static func find(in raster: PictureRaster) -> Edge? {
        var best: Edge?
        for isBelow in [false, true] {
            let rows = Rows(raster, isBelow: isBelow)
            for edge in 8...52 {
                let near = rows.fit(outer: edge + 1, inner: edge - 2)
                guard near.score > max(best?.score ?? 0, MarkTables.stripScore - 1) else { continue }
                let far = rows.fit(outer: edge + 1, inner: edge - 4)
                let score = min(near.score, far.score)
                guard score > max(best?.score ?? 0, MarkTables.stripScore - 1) else { continue }
                best = Edge(
                    score: score, isBelow: isBelow, row: edge, outer: rows.sums[edge + 1], inner: rows.sums[edge - 2],
                    factor: near.factor)
            }
        }
        return best
    }

    /// The 64 rows at one edge, counted from it.
    private struct Rows {
        let cells: [UInt8]
        let isBelow: Bool
        private(set) var sums = [Int](repeating: 0, count: 64)
        private var squares = [Int](repeating: 0, count: 64)

        @_optimize(size)
        init(_ raster: PictureRaster, isBelow: Bool) {
            cells = raster.cells
            self.isBelow = isBelow
            for k in 0..<64 {
                for column in 0..<PictureRaster.side {
                    let value = self[k, column]
                    sums[k] &+= value
                    squares[k] &+= value &* value
                }
            }
        }

        private subscript(k: Int, column: Int) -> Int {
            Int(cells[(isBelow ? PictureRaster.side - 1 - k : k) &* PictureRaster.side &+ column])
        }

        /// How much better the row inside is a darker or lighter copy of the one outside than the same.
        @_optimize(size)
        func fit(outer: Int, inner: Int) -> (score: Int, factor: Int) {
            var product = 0
            for column in 0..<PictureRaster.side { product &+= self[outer, column] &* self[inner, column] }
            let spread = 256 * squares[outer] - sums[outer] * sums[outer]
            let joint = 256 * product - sums[outer] * sums[inner]
            guard spread > 0, 10 * joint > 2 * spread, 10 * joint < 8 * spread else { return (0, 0) }
            let slope = (joint << 12) / spread
            let own = 256 * squares[inner] - sums[inner] * sums[inner]
            let rest = max(own - (slope * joint) >> 12, 0)
            let apart = 256 * (squares[outer] + squares[inner] - 2 * product)
            return (16 * apart / (rest + 262_144), 256 * spread / joint)
        }
    }
}
