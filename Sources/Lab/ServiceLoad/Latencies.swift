/// Times of replies, in milliseconds.
struct Latencies {
    var all: [Double] = []

    /// The time below which a share of all are; 0 for none.
    func quantile(_ share: Double) -> Double {
        guard !all.isEmpty else { return 0 }
        let sorted = all.sorted()
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    /// The greatest distance between the distributions of two samples (Kolmogorov, Smirnov), and the distance that two
    /// samples of one distribution exceed once in a thousand runs.
    static func distance(_ a: [Double], _ b: [Double]) -> (distance: Double, bound: Double) {
        let (x, y) = (a.sorted(), b.sorted())
        var (i, j) = (0, 0)
        var greatest = 0.0
        while i < x.count, j < y.count {
            let value = min(x[i], y[j])
            while i < x.count, x[i] <= value { i += 1 }
            while j < y.count, y[j] <= value { j += 1 }
            greatest = max(greatest, abs(Double(i) / Double(x.count) - Double(j) / Double(y.count)))
        }
        let (n, m) = (Double(x.count), Double(y.count))
        // c(0.001) = sqrt(−ln(0.0005) / 2)
        return (greatest, 1.9495 * ((n + m) / (n * m)).squareRoot())
    }
}
