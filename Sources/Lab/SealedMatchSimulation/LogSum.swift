internal import Foundation

/// Sums of numbers given by their logarithms: nothing underflows.
enum LogSum {
    static let zero = -Double.infinity

    static func of(_ terms: some Collection<Double>) -> Double {
        guard let most = terms.max(), most > zero else { return zero }
        return most + log(terms.reduce(0) { $0 + exp($1 - most) })
    }
}

/// A sum that grows, kept as the greatest term's logarithm and the sum over that term.
struct LogAccumulator {
    private var most = LogSum.zero
    private var sum = 0.0

    mutating func add(_ term: Double) {
        if term <= most {
            // Below a rounding of the sum.
            if term > most - 45 { sum += exp(term - most) }
        } else {
            sum = sum * exp(most - term) + 1
            most = term
        }
    }

    var log: Double { sum > 0 ? most + Foundation.log(sum) : LogSum.zero }
}

/// A law of counts, by logarithms of its masses and tails: a probability of 10^-400 is a number like others.
package enum CountLaw {
    case binomial(Int, Double)
    case poisson(Double)

    private var most: Int {
        switch self {
        case .binomial(let n, let p): p > 0 ? n : 0
        case .poisson(let mean): mean > 0 ? Int.max / 2 : 0
        }
    }

    private var mode: Int {
        switch self {
        case .binomial(let n, let p): min(n, Int(Double(n + 1) * p))
        case .poisson(let mean): Int(mean)
        }
    }

    /// ln P(X = g).
    package func logMass(_ g: Int) -> Double {
        guard g >= 0, g <= most else { return LogSum.zero }
        switch self {
        case .binomial(let n, let p):
            if p <= 0 { return 0 }
            if p >= 1 { return g == n ? 0 : LogSum.zero }
            return LogFactorial.of(n) - LogFactorial.of(g) - LogFactorial.of(n - g) + Double(g) * log(p)
                + Double(n - g) * log1p(-p)
        case .poisson(let mean):
            return mean <= 0 ? 0 : Double(g) * log(mean) - mean - LogFactorial.of(g)
        }
    }

    /// ln P(X = 0), …, ln P(X = n − 1), ln P(X ≥ n), n the number of the factorials.
    func logMasses(_ logFactorials: [Double]) -> [Double] {
        var logs = [Double](repeating: LogSum.zero, count: logFactorials.count + 1)
        if case .poisson(let mean) = self, mean > 0 {
            let logMean = log(mean)
            for g in logFactorials.indices { logs[g] = Double(g) * logMean - mean - logFactorials[g] }
        } else {
            for g in logFactorials.indices { logs[g] = logMass(g) }
        }
        logs[logFactorials.count] = logTail(logFactorials.count)
        return logs
    }

    /// P(X = g + 1) / P(X = g).
    private func ratio(_ g: Int) -> Double {
        switch self {
        case .binomial(let n, let p): Double(n - g) / Double(g + 1) * p / (1 - p)
        case .poisson(let mean): mean / Double(g + 1)
        }
    }

    /// ln P(X ≥ g): all terms are positive, and summed from the greatest one outwards until they change nothing.
    package func logTail(_ g: Int) -> Double {
        if g <= 0 { return 0 }
        guard g <= most else { return LogSum.zero }
        if case .binomial(_, let p) = self, p >= 1 { return 0 }
        let start = max(g, mode)
        var sum = 1.0
        var term = 1.0
        var at = start
        while at < most, term > sum * 1e-18 {
            term *= ratio(at)
            at += 1
            sum += term
        }
        term = 1
        at = start
        while at > g, term > sum * 1e-18 {
            at -= 1
            term /= ratio(at)
            sum += term
        }
        return min(0, logMass(start) + log(sum))
    }
}
