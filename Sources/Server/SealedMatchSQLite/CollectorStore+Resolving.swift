internal import GRDB
public import SealedMatchCollector
public import SealedMatchCrypto
internal import SealedMatchProtocol

extension CollectorStore {
    /// Releases the name that an encoded request asks for, and counts the request. (Docs/Protocol.md, "Resolve")
    /// - Throws: `wrongLength`, `invalidMagic`, `epochInPast`, `notRegistered`, `tokenMismatch`; `fileFailed`,
    ///   `damagedStore`, `interrupted`, where nothing is counted.
    public func resolve(_ request: [UInt8]) throws(SealedMatchError) -> ReleasedName {
        // The transaction ends well for a refusal, too: its count must be on disk.
        try file.write { db -> Result<ReleasedName, SealedMatchError> in
            var epoch: UInt32?
            do throws(SealedMatchError) {
                // Resolve, step 1: it decodes
                let request = try ResolutionRequest(canonical: request)
                epoch = try Self.isRegistered(request.epoch, db) ? request.epoch : nil
                return .success(try Self.resolve(request, db))
            } catch {
                guard error.isRefusal else { throw error }
                try Self.count("refusals", of: epoch, db)
                return .failure(error)
            }
        }.get()
    }

    private static func resolve(
        _ request: ResolutionRequest, _ db: Database
    ) throws(SealedMatchError) -> ReleasedName {
        try StoreFile.mappingErrors {
            // Resolve, step 2: the epoch has not expired
            try checkExpiry(request.epoch, db)
            // Resolve, steps 3–4: the pseudonym is registered, and the token opens its commitment
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT \(registrationColumns), id, released, released IS NULL
                    FROM registration WHERE epoch = ? AND pseudonym = ?
                    """,
                arguments: [request.epoch, request.pseudonym.encoded.databaseBlob]
            ).map { RowReader($0) }
            let registration = try request.check(row.map { try Self.registration($0) })
            guard let row else {
                throw SealedMatchError(.notRegistered, "the pseudonym is not registered in this epoch")
            }
            // Resolve, step 5: the first release of a registration takes the next number
            let number: Int
            if try row.integer(7) == 1 {
                number = try Int.fetchOne(db, sql: "SELECT coalesce(sum(releases), 0) + 1 FROM resolution") ?? 1
                try db.execute(
                    sql: "UPDATE registration SET released = ? WHERE id = ?", arguments: [number, row.integer(5)])
                try count("releases", of: request.epoch, db)
            } else {
                number = try row.integer(6, in: 1...Int64.max)
                try count("repeats", of: request.epoch, db)
            }
            return ReleasedName(number: UInt64(number), token: request.token, registration: registration)
        }
    }

    private static func isRegistered(_ epoch: UInt32, _ db: Database) throws(SealedMatchError) -> Bool {
        try StoreFile.mappingErrors {
            try Row.fetchOne(db, sql: "SELECT 1 FROM registration WHERE epoch = ? LIMIT 1", arguments: [epoch]) != nil
        }
    }

    /// Adds 1 to a column of `resolution`.
    private static func count(_ column: String, of epoch: UInt32?, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO resolution (epoch, \(column)) VALUES (?, 1)
                ON CONFLICT DO UPDATE SET \(column) = \(column) + 1
                """, arguments: [epoch.map(Int64.init) ?? -1])
    }

    /// What was asked for so far, by epoch, ascending; first what belongs to none.
    public func resolutionCounts() throws(SealedMatchError) -> [ResolutionCounts] {
        try file.read { db in
            let most = Int64(Int32.max)
            return try Row.fetchAll(db, sql: "SELECT epoch, releases, repeats, refusals FROM resolution ORDER BY epoch")
                .map { row in
                    let reader = RowReader(row)
                    return ResolutionCounts(
                        epoch: try reader.integer(0) < 0 ? nil : reader.epoch(0),
                        releases: try reader.integer(1, in: 0...most), repeats: try reader.integer(2, in: 0...most),
                        refusals: try reader.integer(3, in: 0...most))
                }
        }
    }
}
