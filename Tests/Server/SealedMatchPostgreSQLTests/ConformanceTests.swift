import SealedMatchPostgreSQL
import SealedMatchTesting
import Testing

/// The store against its seams' contracts.
@Suite struct ConformanceTests {
    @Test func openings() async throws {
        var made: [(store: PostgreSQLOpenings, database: Database)] = []
        try await OpeningsConformance.run(
            make: {
                let database = try Database()
                let store = try database.make()
                made.append((store, database))
                return store
            },
            reopen: { store in try #require(made.first { $0.store === store }).database.open() })
        try LeasesConformance.run { try Database().make() }
    }
}
