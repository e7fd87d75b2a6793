/// The coefficients that a listed hash was made from if a hypothesis is true, and what the hypothesis costs, in 1/256
/// of the spread. Source: `Docs/Protocol.md`, 5.11, "Probes".
package struct Reading: Sendable {
    /// 256 of them.
    package let coefficients: [Float]
    /// Less than 0 for what is likelier than the picture as it was sent.
    package let penalty: Int
    /// Of a mark's hypothesis that of its own grid, else that of the fingerprint.
    package let quality: Int

    package init(coefficients: [Float], penalty: Int, quality: Int) {
        self.coefficients = coefficients
        self.penalty = penalty
        self.quality = quality
    }
}

/// `Docs/Protocol.md`, 5.11, "Hypotheses of marks".
extension PictureRaster {
    /// Shifts of the sample places: those of two sizes that the listed picture may have had.
    private static let shifts = [0, 315]

    /// Two readings without a translucent strip, if there is one; then two for each mask. Those of a lower quality are
    /// left out, and those that no list may hold are not likelier than the picture as it was sent.
    /// - Parameters:
    ///   - leastQuality: the profile's probe quality.
    ///   - listedQuality: its minimum quality.
    @_optimize(size)
    func readingsWithoutMarks(leastQuality: Int, listedQuality: Int) -> [Reading] {
        // Hypotheses of marks, step 1
        var found: [Reading] = []
        if let strip = TranslucentStrip(in: self) {
            found += strip.raster.readings(
                hiding: strip.letters, sums: MarkCells(strip.raster).sums,
                penalty: MarkTables.strip.penalty(strip.edge.score), leastQuality: leastQuality,
                listedQuality: listedQuality)
        }
        let cells = MarkCells(self)
        let marks = Mark.all(MarkScore.scores(of: cells))
        for kind in MarkTables.kinds {
            guard let (mask, weight) = Mark.mask(kind, of: marks) else { continue }
            found += readings(
                hiding: mask, sums: cells.sums, penalty: kind.price.penalty(weight), leastQuality: leastQuality,
                listedQuality: listedQuality)
        }
        return found
    }

    @_optimize(size)
    package func readings(
        hiding mask: MarkMask, sums: [Int32], penalty: Int, leastQuality: Int, listedQuality: Int
    ) -> [Reading] {
        // Hypotheses of marks, steps 2–3
        let levels = GridFill.levels(sums, hiding: mask)
        var found: [Reading] = []
        for shift in Self.shifts {
            var grid = grid(tone: 0, shift: shift, zoom: 1_024)
            for row in 0..<LumaGrid.side {
                for column in 0..<LumaGrid.side where mask[row, column] {
                    let place = row * LumaGrid.side + column
                    // Below 2^16: exact.
                    grid.values[place] = Float(levels[place]) / 256
                }
            }
            let quality = grid.quality
            guard quality >= leastQuality else { continue }
            // Hypotheses of marks, step 5: below the profile's minimum quality it is at least 0
            found.append(
                Reading(
                    coefficients: CosineTransform.coefficients(of: grid),
                    penalty: quality < listedQuality ? max(penalty, 0) : penalty, quality: quality))
        }
        return found
    }
}
