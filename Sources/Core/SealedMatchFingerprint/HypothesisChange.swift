/// What was done to a picture's tones, and is undone on its raster: `Docs/Protocol.md`, 5.11, "Coefficients of a
/// hypothesis", step 1. The value is the kind in a set file.
public enum HypothesisChange: UInt8, Sendable {
    /// Its corners were darkened.
    case vignette = 2
    /// Its contrast was raised by a curve like an S.
    case curve = 3
    /// It was made lighter until highlights were cut off.
    case highlights = 4

    /// Strengths begin at 1.
    var greatestStrength: Int { self == .vignette ? 2_048 : 31 }

    /// f: what a value of the raster is multiplied by where nothing is undone.
    var unit: Int {
        switch self {
        case .vignette: 1_024
        case .curve: 1_048_576
        case .highlights: 2
        }
    }

    /// V of all 65,536 raster cells, row by row; each is below 2^29.
    @_optimize(size)
    func undone(_ cells: [UInt8], strength: Int) -> [Int32] {
        var values: [Int32] = []
        values.reserveCapacity(cells.count)
        switch self {
        case .vignette:
            let squares = (0..<PictureRaster.side).map { (2 * $0 - 255) * (2 * $0 - 255) }
            for (row, far) in squares.enumerated() {
                for column in 0..<PictureRaster.side {
                    let lift = 1_024 + strength * (far + squares[column]) / 131_072
                    values.append(Int32(Int(cells[row * PictureRaster.side + column]) * lift))
                }
            }
        case .curve, .highlights:
            let table = (0..<256).map { value in
                if self == .highlights { return Int32(2 * value + strength * max(0, value - 225)) }
                return Int32(unit * value + strength * value * (255 - value) * (255 - 2 * value))
            }
            for cell in cells { values.append(table[Int(cell)]) }
        }
        return values
    }
}
