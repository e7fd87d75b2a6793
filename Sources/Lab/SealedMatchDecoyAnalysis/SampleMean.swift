/// The mean of independent samples, and its standard error.
package struct SampleMean: Sendable {
    package let value: Double
    package let standardError: Double

    package init(_ samples: [Double]) {
        let count = Double(samples.count)
        let mean = samples.reduce(0, +) / count
        value = mean
        standardError = (samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) / count).squareRoot()
    }
}
