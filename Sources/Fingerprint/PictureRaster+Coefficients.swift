/// `Docs/Protocol.md`, 5.11, "Coefficients of a hypothesis".
extension PictureRaster {
    /// The 256 coefficients that the picture's hash was made from if the hypothesis is true; of "as sent" those of the fingerprint.
    package func coefficients(under hypothesis: Hypothesis, asSent fingerprint: PDQFingerprint) -> [Float] {
        switch hypothesis {
        case .asSent: fingerprint.coefficients
        case .raster(let tone, let shift, let zoom, _):
            // Step 5.
            CosineTransform.coefficients(of: grid(tone: tone, shift: shift, zoom: zoom))
        }
    }

    /// Steps 1 to 4: a triangle about each of 64 × 64 sample places, in whole numbers up to the one division.
    func grid(tone: Int, shift: Int, zoom: Int) -> LumaGrid {
        let places = LumaGrid.side
        let taps = PictureRaster.taps(shift: shift, zoom: zoom)
        // Step 1, as a table of 256 values.
        var values = [Int](repeating: 0, count: 256)
        for value in 0..<256 { values[value] = tone == 0 ? value : value * (1_024 + tone * (255 - value)) }
        let factor = tone == 0 ? 1 : 1_024
        var result = [Float](repeating: 0, count: places * places)
        var line = [Int](repeating: 0, count: PictureRaster.side)
        for i in 0..<places {
            for l in 0..<PictureRaster.side { line[l] = 0 }
            for (cell, weight) in taps[i].weights {
                let row = cell * PictureRaster.side
                for l in 0..<PictureRaster.side { line[l] &+= weight &* values[Int(cells[row &+ l])] }
            }
            for j in 0..<places {
                var above = 0
                for (cell, weight) in taps[j].weights { above &+= weight &* line[cell] }
                // Step 4. Both are below 2^53.
                result[i * places + j] = Float(Double(above) / Double(taps[i].sum * taps[j].sum * factor))
            }
        }
        return LumaGrid(values: result)
    }

    /// ω_i: the cells that sample place i takes, those beyond the raster by its outermost, and Ω_i.
    private struct Taps {
        var weights: [(cell: Int, weight: Int)] = []
        var sum = 0
    }

    /// Steps 2 and 3.
    private static func taps(shift: Int, zoom: Int) -> [Taps] {
        var result: [Taps] = []
        for i in 0..<LumaGrid.side {
            let place = 131_072 + shift + (2 * i - 63) * 2 * zoom
            var taps = Taps()
            // The first cell whose middle, 512·(2k + 1), can be nearer than 1,915; rounded down, also below 0.
            let first = (place - 1_915 - 512) >> 10
            for k in first...first + 5 {
                let distance = 512 * (2 * k + 1) - place
                let weight = 1_915 - (distance < 0 ? -distance : distance)
                guard weight > 0 else { continue }
                taps.weights.append((min(max(k, 0), side - 1), weight))
                taps.sum += weight
            }
            result.append(taps)
        }
        return result
    }
}
