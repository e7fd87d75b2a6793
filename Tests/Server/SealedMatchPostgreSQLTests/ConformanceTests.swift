import SealedMatchPostgreSQL
import SealedMatchTesting
import Testing

/// The store against its seams' contracts.
@Suite struct ConformanceTests {
    @Test func openings() async throws {
        var made: [(store: PostgreSQLOpenings, database: Database)] = []
        func make() throws -> PostgreSQLOpenings {
            let database = try Database()
            let store = try database.make()
            made.append((store, database))
            return store
        }
        func reopen(_ store: PostgreSQLOpenings) throws -> PostgreSQLOpenings {
            try #require(made.first { $0.store === store }).database.open()
        }
        try await OpeningsConformance.run(make: make, reopen: reopen)
        try MovingConformance.run(make: make, reopen: reopen)
        try LeasesConformance.run { try Database().make() }
    }
}
