internal import GRDB
public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol

extension CollectorStore: NoticeBoard {
    /// Keeps a notice, in one transaction. (Docs/Protocol.md, "Notify")
    /// - Throws: as `NoticeBoard` says; `interrupted`.
    public func post(_ order: NoticeOrder, on day: UInt32) throws(SealedMatchError) -> IntakeOutcome {
        try file.write { db in
            let request = order.request
            // Notify, step 2: the epoch has not expired
            try Self.checkExpiry(request.epoch, db)
            // Notify, steps 3–4: the pseudonym is registered, and the token opens its commitment
            let row = try Row.fetchOne(
                db,
                sql: "SELECT \(Self.registrationColumns), id FROM registration WHERE epoch = ? AND pseudonym = ?",
                arguments: [request.epoch, request.pseudonym.encoded.databaseBlob]
            ).map { RowReader($0) }
            _ = try request.check(row.map { try Self.registration($0) })
            guard let id = try row?.integer(5) else { return .alreadyStored }
            // Notify, step 5: compare and insert
            let known = try Self.notices(db, where: "registration.id = ?", [id])
            let outcome = try order.outcome(beside: known)
            if outcome == .stored {
                try db.execute(
                    sql: "INSERT INTO notice (registration, root, kind, day) VALUES (?, ?, ?, ?)",
                    arguments: [id, order.root.encoded.databaseBlob, Int64(order.kind.rawValue), day])
            }
            return outcome
        }
    }

    /// What an account is to be told. (Docs/Protocol.md, "Notify")
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func notices(of account: AccountID) throws(SealedMatchError) -> [Notice] {
        try file.read { db in
            try Self.notices(db, where: "registration.account = ?", [account.encoded.databaseBlob]).inOrder
        }
    }

    static func notices(
        _ db: Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [Notice] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT registration.epoch, \(RowReader.bounded("notice.root", 32)), notice.kind, notice.day
                FROM registration JOIN notice ON notice.registration = registration.id
                WHERE \(condition)
                """, arguments: arguments
        ).map { row in
            let reader = RowReader(row)
            guard let kind = Notice.Kind(rawValue: UInt8(try reader.integer(2, in: 0...255))) else {
                throw SealedMatchError(.damagedStore, "the database holds a notice of no kind")
            }
            return Notice(
                epoch: try reader.epoch(0), root: SetRoot(canonical: try reader.bytes32(1)), kind: kind,
                day: UInt32(try reader.integer(3, in: 0...Int64(UInt32.max))))
        }
    }

    /// Before their registrations go.
    static func forgetNotices(_ db: Database, of condition: String, _ arguments: StatementArguments) throws {
        try db.execute(
            sql: "DELETE FROM notice WHERE registration IN (SELECT id FROM registration WHERE \(condition))",
            arguments: arguments)
    }
}
