import Foundation
import SealedMatchFingerprint
import Testing

/// The numbers of marks are those of `Vectors/marks.json`, which the specification prints.
@Suite struct MarkTablesTests {
    private struct Tables: Decodable {
        struct Mask: Decodable {
            let first: Int
            let count: Int
            let least: Int
            let penalty: Int
            let slope: Int
            let leastPenalty: Int
        }
        struct Strip: Decodable {
            let score: Int
            let penalty: Int
            let slope: Int
            let leastPenalty: Int
        }
        let logarithm: [UInt8]
        let shift: Int
        let bias: Int
        let threshold: Int
        let weights: [Int32]
        let masks: [Mask]
        let strip: Strip
    }

    @Test func areTheSpecified() throws {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
        let tables = try JSONDecoder().decode(
            Tables.self, from: Data(contentsOf: root.appending(path: "Vectors/marks.json")))
        #expect(tables.logarithm == MarkTables.logarithms)
        #expect(tables.weights == MarkTables.weights && tables.weights.count == 83)
        #expect(
            tables.shift == MarkTables.shift && tables.bias == MarkTables.bias
                && tables.threshold == MarkTables.threshold)
        #expect(tables.masks.count == MarkTables.kinds.count)
        for (mask, kind) in zip(tables.masks, MarkTables.kinds) {
            #expect(mask.first == kind.first && mask.count == kind.count && mask.least == kind.least)
            #expect(mask.penalty == kind.price.penalty && mask.slope == kind.price.slope)
            #expect(mask.leastPenalty == kind.price.leastPenalty)
        }
        #expect(tables.strip.score == MarkTables.stripScore)
        let price = MarkTables.strip
        #expect(tables.strip.penalty == price.penalty && tables.strip.slope == price.slope)
        #expect(tables.strip.leastPenalty == price.leastPenalty)
    }

    @Test(arguments: [1, 2, 3, 255, 256, 1_000_000, Int(Int32.max)])
    func pricesFollowTheLogarithm(_ weight: Int) {
        for price in MarkTables.kinds.map(\.price) + [MarkTables.strip] {
            // Straight between powers of two, so up to 0.086 below the logarithm, and rounded twice.
            let greatest = max(
                Double(price.leastPenalty), Double(price.penalty) - Double(price.slope) * log2(Double(weight)))
            #expect(Double(price.penalty(weight)) >= greatest - 0.001)
            #expect(Double(price.penalty(weight)) <= greatest + 0.1 * Double(price.slope) + 1)
        }
    }
}
