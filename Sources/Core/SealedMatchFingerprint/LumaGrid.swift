/// The 64 × 64 blurred luma values that PDQ hashes.
struct LumaGrid {
    static let side = 64
    /// Pictures with a smaller side are not hashed.
    static let leastSide = 5
    /// Row-major, 0...255.
    var values: [Float]

    /// PDQ's quality: gradients in whole steps of 1/100 of the range, summed over both axes, over 90, at most 100.
    @inline(never)
    var quality: Int {
        let side = LumaGrid.side
        var sum = 0
        for row in 0..<side {
            for column in 0..<side {
                let here = values[row * side + column]
                if row + 1 < side {
                    sum += abs(Int((here - values[(row + 1) * side + column]) * 100 / 255))
                }
                if column + 1 < side {
                    sum += abs(Int((here - values[row * side + column + 1]) * 100 / 255))
                }
            }
        }
        return min(sum / 90, 100)
    }

    /// The source row or column that grid line `line` takes in a picture of `length` lines: int((line + 1/2) · length /
    /// 64).
    static func source(of line: Int, length: Int) -> Int {
        (2 * line + 1) * length / 128
    }
}
