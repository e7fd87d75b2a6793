import Foundation
import SealedMatchTestSupport
import Testing

/// The program that measures: its rows are what is quoted. How fast is not asked here.
@Suite struct MeasurementTests {
    @Test func storesAreMeasuredSideBySide() throws {
        let scratch = TemporaryDirectory()
        let database = try Database()
        let measurement = try fixture("measure", database.connection, scratch.path + "/authority.sqlite", "1024")
        let rows = String(decoding: measurement.output.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n")
        measurement.process.waitUntilExit()
        #expect(measurement.process.terminationStatus == 0)
        struct Row: Decodable {
            let store: String
            let openers, vouchers, vouchersPerSecond: Int
        }
        let decoded = try rows.map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
        #expect(decoded.map(\.store) == ["PostgreSQL", "PostgreSQL", "PostgreSQL", "SQLite"])
        #expect(decoded.allSatisfy { $0.vouchers == 1_024 && $0.vouchersPerSecond > 0 })
    }
}
