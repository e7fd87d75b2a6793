internal import Foundation

/// ln(n!), by a table and, from 256 on, Stirling's series: an error below 10^-14 of it.
enum LogFactorial {
    private static let table: [Double] = {
        var sums = [0.0]
        for n in 1..<256 { sums.append(sums[n - 1] + log(Double(n))) }
        return sums
    }()

    static func of(_ n: Int) -> Double {
        if n < table.count { return table[n] }
        let x = Double(n)
        let series = 1 / (12 * x) - 1 / (360 * x * x * x)
        return (x + 0.5) * log(x) - x + 0.918_938_533_204_672_8 + series
    }
}
