/// PDQ's two-dimensional cosine transform: 64 × 64 luma values to 16 × 16 coefficients, without the constant terms.
package enum CosineTransform {
    static let outputs = 16

    /// D[i][k] = √(2/64) · cos(π/128 · (i + 1) · (2k + 1)), stored as row k of 16 values.
    ///
    /// Computed as `pdqhash` does: the factor in single precision, product and cosine in double, result in single. The
    /// cosine is our own, so that the module needs no libm; a test compares all 1,024 values with libm's.
    package static let matrix: [SIMD16<Float>] = {
        let factor: Double = (2.0 / 64.0).squareRoot()
        let scale = Double(Float(factor))
        var rows: [SIMD16<Float>] = []
        rows.reserveCapacity(LumaGrid.side)
        for k in 0..<LumaGrid.side {
            var row = SIMD16<Float>(repeating: 0)
            for i in 0..<outputs {
                let value: Double = scale * cosine(ofStep: (i + 1) * (2 * k + 1))
                row[i] = Float(value)
            }
            rows.append(row)
        }
        return rows
    }()

    /// cos(π · step / 128), step ≥ 0, by its Taylor series on 0...π/4.
    private static func cosine(ofStep step: Int) -> Double {
        let turn = step % 256
        let half = turn <= 128 ? turn : 256 - turn
        if half > 64 { return -cosine(ofStep: 128 - half) }
        let throughSine = half > 32
        let x: Double = Double(throughSine ? 64 - half : half) * (Double.pi / 128)
        // Horner from the term of degree 20 or 21, whose successor is below 2^-75.
        var sum: Double = 1
        var degree = 20
        while degree > 0 {
            let lower = Double(throughSine ? degree * (degree + 1) : degree * (degree - 1))
            sum = 1 - x * x / lower * sum
            degree -= 2
        }
        return throughSine ? x * sum : sum
    }

    /// Coefficient 16i + j, of vertical frequency i + 1 and horizontal frequency j + 1: D · A · Dᵀ.
    /// Each sum runs over k upwards in single precision, so that the roundings are those of `pdqhash`.
    static func coefficients(of grid: LumaGrid) -> [Float] {
        let side = LumaGrid.side
        let matrix = matrix
        // T = D · A, as 16 rows of 64.
        var partial = [SIMD16<Float>](repeating: SIMD16(repeating: 0), count: side)
        for column in 0..<side {
            var sum = SIMD16<Float>(repeating: 0)
            for k in 0..<side { sum += matrix[k] * grid.values[k * side + column] }
            partial[column] = sum
        }
        var result = [Float](repeating: 0, count: outputs * outputs)
        for i in 0..<outputs {
            var sum = SIMD16<Float>(repeating: 0)
            for k in 0..<side { sum += matrix[k] * partial[k][i] }
            for j in 0..<outputs { result[i * outputs + j] = sum[j] }
        }
        return result
    }
}
