internal import GRDB
package import SealedMatchCollector
package import SealedMatchCrypto
internal import SealedMatchProtocol

// What a move to a work queue reads. (Docs/Operating.md, "Moving to a cluster")
extension CollectorStore {
    /// The first epoch that has not expired.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    package func firstEpoch() throws(SealedMatchError) -> UInt32 {
        try file.read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT firstEpoch FROM expiry WHERE id = 1") else {
                throw SealedMatchError(.damagedStore, "the database has lost the epoch from which it takes vouchers")
            }
            return try RowReader(row).epoch(0)
        }
    }

    /// Registrations with the numbers of their releases, in the order of registration.
    /// - Parameter after: the row after which the page begins; 0 for the first.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`. A damaged row is reported in the page.
    package func registrations(after: Int64, limit: Int) throws(SealedMatchError) -> KeptRegistrationPage {
        try file.read { db in
            var page = KeptRegistrationPage(last: after)
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT \(Self.registrationColumns), id, released, released IS NULL
                    FROM registration WHERE id > ? ORDER BY id LIMIT ?
                    """, arguments: [after, max(0, limit)])
            while let row = try rows.next() {
                let reader = RowReader(row)
                let number = try reader.integer(5)
                guard number > page.last else {
                    throw SealedMatchError(.damagedStore, "the database's registrations are in no order")
                }
                page.last = number
                do throws(SealedMatchError) {
                    let released = try reader.integer(7) == 1 ? 0 : reader.integer(6, in: 1...Int64(Int32.max))
                    let registration = try Self.registration(reader)
                    let notices = try StoreFile.mappingErrors {
                        try Self.notices(db, where: "registration.id = ?", [number]).inOrder
                    }
                    page.registrations.append(
                        KeptRegistration(
                            row: number, registration: registration, released: UInt64(released), notices: notices))
                } catch {
                    guard error.code != .fileFailed, error.code != .interrupted else { throw error }
                    page.damaged.append(DamagedRow(table: .registration, row: number, error: error))
                }
            }
            return page
        }
    }
}
