import Foundation

/// Ridge logistic regression on standardised, clipped features, by Newton's method.
struct TrainedAttack {
    private let mean: [Double], scale: [Double]
    private var weights: [Double]

    init(none: [[Double]], matched: [[Double]], ridge: Double = 30, rounds: Int = 7) {
        let d = none[0].count
        var mean = [Double](repeating: 0, count: d), scale = mean
        for row in none { for j in 0..<d { mean[j] += row[j] } }
        for j in 0..<d { mean[j] /= Double(none.count) }
        for row in none { for j in 0..<d { scale[j] += (row[j] - mean[j]) * (row[j] - mean[j]) } }
        for j in 0..<d { scale[j] = (scale[j] / Double(none.count)).squareRoot() + 1e-6 }
        self.mean = mean
        self.scale = scale
        weights = [Double](repeating: 0, count: d + 1)
        let rows = (none + matched).map { Self.standard($0, mean, scale) }
        let m = d + 1
        for _ in 0..<rounds {
            var gradient = [Double](repeating: 0, count: m)
            var hessian = [Double](repeating: 0, count: m * m)
            hessian.withUnsafeMutableBufferPointer { h in
                for (index, row) in rows.enumerated() {
                    row.withUnsafeBufferPointer { r in
                        var s = 0.0
                        for j in 0..<m { s += r[j] * weights[j] }
                        let p = 1 / (1 + exp(-max(-30, min(30, s))))
                        let error = (index < none.count ? 0 : 1) - p
                        let weight = max(p * (1 - p), 1e-4)
                        for j in 0..<m {
                            gradient[j] += r[j] * error
                            let v = weight * r[j]
                            if v == 0 { continue }
                            let base = j * m
                            for l in 0...j { h[base + l] += v * r[l] }
                        }
                    }
                }
                for j in 0..<m {
                    gradient[j] -= ridge * weights[j]
                    h[j * m + j] += ridge
                }
            }
            let step = Self.solve(&hessian, gradient, m)
            for j in 0..<m { weights[j] += step[j] }
        }
    }

    /// Log-odds that the sequence holds matches.
    func score(_ features: [Double]) -> Double {
        let row = Self.standard(features, mean, scale)
        var s = 0.0
        for j in row.indices { s += row[j] * weights[j] }
        return s
    }

    private static func standard(_ x: [Double], _ mean: [Double], _ scale: [Double]) -> [Double] {
        var out = [Double](repeating: 1, count: x.count + 1)
        for j in x.indices { out[j] = max(-6, min(6, (x[j] - mean[j]) / scale[j])) }
        return out
    }

    /// Cholesky; `a` holds the lower triangle.
    private static func solve(_ a: inout [Double], _ b: [Double], _ m: Int) -> [Double] {
        for j in 0..<m {
            for i in j..<m {
                var s = a[i * m + j]
                for l in 0..<j { s -= a[i * m + l] * a[j * m + l] }
                a[i * m + j] = i == j ? max(s, 1e-9).squareRoot() : s / a[j * m + j]
            }
        }
        var x = b
        for i in 0..<m {
            for l in 0..<i { x[i] -= a[i * m + l] * x[l] }
            x[i] /= a[i * m + i]
        }
        for i in (0..<m).reversed() {
            for l in (i + 1)..<max(m, i + 1) { x[i] -= a[l * m + i] * x[l] }
            x[i] /= a[i * m + i]
        }
        return x
    }
}
