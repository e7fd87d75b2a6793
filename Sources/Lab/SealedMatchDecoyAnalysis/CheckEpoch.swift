/// Draws epochs of n vouchers of one device.
package struct CheckEpoch: Sendable {
    private let laws: [ShortCheck.Law]
    /// 1/μ of each voucher.
    private let scales: [Double]

    package init(_ check: ShortCheck, volume: Int) {
        let laws = check.laws
        self.laws = (0..<volume).compactMap { laws[check.level($0)] }
        scales = (0..<volume).map { 1 / check.mean($0) }
    }

    /// The number of openings of each voucher.
    /// - Parameter matching: which vouchers match; nil: none.
    package func openings(matching: [Bool]? = nil, _ random: inout SeededGenerator) -> [Int] {
        laws.indices.map { laws[$0].openings(matching: matching?[$0] ?? false, &random) }
    }

    /// o/μ of each voucher: its likelihood ratio, "match" against "none".
    package func ratios(_ openings: [Int]) -> [Double] { zip(openings, scales).map { Double($0) * $1 } }

    /// The ratios of eight epochs without a match, one in each lane.
    func ratios(_ random: inout SeededGenerator) -> [PlacementMean.Lanes] {
        laws.indices.map { index in
            var lanes = PlacementMean.Lanes()
            for lane in lanes.indices { lanes[lane] = Double(laws[index].none.draw(&random)) }
            return lanes * scales[index]
        }
    }
}
