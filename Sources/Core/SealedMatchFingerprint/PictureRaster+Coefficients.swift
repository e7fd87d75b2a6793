/// `Docs/Protocol.md`, 5.11, "Coefficients of a hypothesis".
extension PictureRaster {
    /// The 256 coefficients that the picture's hash was made from if the hypothesis is true; of "as sent" those of the
    /// fingerprint.
    package func coefficients(under hypothesis: Hypothesis, asSent fingerprint: PDQFingerprint) -> [Float] {
        switch hypothesis {
        case .asSent: fingerprint.coefficients
        case .raster(let tone, let shift, let zoom, _):
            // Coefficients of a hypothesis, step 5
            CosineTransform.coefficients(of: grid(tone: tone, shift: shift, zoom: zoom))
        case .changed(let change, let strength, let shift, _):
            CosineTransform.coefficients(of: grid(without: change, strength: strength, shift: shift))
        }
    }

    /// Coefficients of a hypothesis, steps 1–4: a triangle about each of 64 × 64 sample places. Up to the one
    /// division all numbers are whole and below 2^53: exact in double precision, in any order.
    func grid(tone: Int, shift: Int, zoom: Int) -> LumaGrid {
        // Step 1: for tone 0, too, all is f = 1,024 times as large, which leaves the quotient as it is.
        let table = (0..<256).map { Int32($0 * (1_024 + tone * (255 - $0))) }
        return Self.grid(of: cells.map { table[Int($0)] }, unit: 1_024, shift: shift, zoom: zoom)
    }

    private func grid(without change: HypothesisChange, strength: Int, shift: Int) -> LumaGrid {
        Self.grid(
            of: change.undone(cells, strength: strength), unit: Double(change.unit), shift: shift, zoom: 1_024)
    }

    /// Steps 2 to 4.
    /// - Parameters:
    ///   - cells: V of all raster cells.
    ///   - unit: f.
    private static func grid(of cells: [Int32], unit: Double, shift: Int, zoom: Int) -> LumaGrid {
        let bytes = unsafe cells.span.bytes
        let taps = (0..<LumaGrid.side).map { Taps(place: $0, shift: shift, zoom: zoom) }
        // Four raster rows, weighted and added, eight cells a vector, between their ends repeated for the cells beyond.
        var line = [SIMD8<Double>](repeating: SIMD8(repeating: 0), count: (PictureRaster.side + 2 * Taps.beyond) / 8)
        let inner = Taps.beyond / 8..<line.count - Taps.beyond / 8
        var values: [Float] = []
        values.reserveCapacity(LumaGrid.side * LumaGrid.side)
        for vertical in taps {
            let rows = vertical.rowStarts
            var column = 0
            for place in inner {
                var sum = SIMD8<Double>(repeating: 0)
                for k in 0..<4 {
                    let eight = unsafe bytes.unsafeLoadUnaligned(
                        fromByteOffset: 4 * (rows[k] + column), as: SIMD8<Int32>.self)
                    sum += vertical.weights[k] * SIMD8<Double>(eight)
                }
                line[place] = sum
                column += 8
            }
            for place in 0..<inner.lowerBound {
                line[place] = SIMD8(repeating: line[inner.lowerBound][0])
                line[inner.upperBound + place] = SIMD8(repeating: line[inner.upperBound - 1][7])
            }
            let sums = unsafe line.span.bytes
            for horizontal in taps {
                let four = unsafe sums.unsafeLoadUnaligned(
                    fromByteOffset: 8 * (Taps.beyond + horizontal.first), as: SIMD4<Double>.self)
                // Step 4.
                values.append(Float((horizontal.weights * four).sum() / (unit * vertical.sum * horizontal.sum)))
            }
        }
        return LumaGrid(values: values)
    }

    /// ω_i and Ω_i, steps 2 and 3. A triangle less than four cells wide covers the middles of four at most.
    private struct Taps {
        /// k of the first of the four cells. Those beyond the raster stand for its outermost.
        let first: Int
        let weights: SIMD4<Double>
        let sum: Double

        /// Cells beyond the raster on each side, whole vectors of them; a place in a profile's ranges takes no more
        /// than 11.
        static let beyond = 16

        init(place i: Int, shift: Int, zoom: Int) {
            let place = 131_072 + shift + (2 * i - 63) * 2 * zoom
            // The least k with 512·(2k + 1) > place − 1,915; the shift rounds down, also below 0.
            first = (place - 1_915 - 512) >> 10 + 1
            var weights = SIMD4<Double>(repeating: 0)
            for k in 0..<4 { weights[k] = Double(max(0, 1_915 - abs(512 * (2 * (first + k) + 1) - place))) }
            self.weights = weights
            sum = weights.sum()
        }

        /// Where the four rows of a raster start.
        var rowStarts: SIMD4<Int> {
            let rows = SIMD4(first, first + 1, first + 2, first + 3)
            return rows.clamped(lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: PictureRaster.side - 1))
                &* PictureRaster.side
        }
    }
}
