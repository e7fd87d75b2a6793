internal import GRDB
package import SealedMatchCases
package import SealedMatchCrypto

/// An event of a library, as a list shows it.
package struct SaidEvent: Equatable, Sendable {
    /// Its place in the chain.
    package let number: UInt64
    /// The case; 0 for the library itself.
    package let subject: UInt64
    /// What it says; nil once it is erased.
    package let event: CaseEvent?
}

extension CaseStore {
    /// The last events before one, the latest first; their case files are not read. They are not checked: `verify` is.
    /// - Parameters:
    ///   - number: only those with a smaller number; nil: from the end.
    ///   - after: only those with a greater number.
    ///   - limit: at most so many.
    /// - Throws: `brokenChain` for content that is none; `damagedStore`, `fileFailed`, `interrupted`.
    package func said(
        before number: UInt64? = nil, after: UInt64 = 0, limit: Int
    ) throws(SealedMatchError) -> [SaidEvent] {
        try file.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT number, subject, \(RowReader.bounded("content", 524_288)) FROM event
                    WHERE number < ? AND number > ? ORDER BY number DESC LIMIT ?
                    """,
                arguments: [number.map { Int64(clamping: $0) } ?? Int64.max, Int64(clamping: after), max(0, limit)]
            ).map { row in
                let reader = RowReader(row)
                return SaidEvent(
                    number: UInt64(try reader.integer(0, in: 1...Int64.max)),
                    subject: UInt64(try reader.integer(1, in: 0...Int64.max)),
                    event: reader.isNull(2) ? nil : try CaseEvent(decoding: reader.blob(2)))
            }
        }
    }

    /// The case files that a case was taken in from, in order. None of one that was erased.
    /// - Throws: as `read`.
    package func files(of number: UInt64) throws(SealedMatchError) -> [CaseFile] {
        try file.read { db in
            _ = try Self.load(number, db)
            var files: [CaseFile] = []
            try Self.visit(db, subjects: "e.subject = \(number)") { record in
                guard let said = record.said, case .imported = said.event.step else { return }
                files.append(try CaseFile(decoding: said.document))
            }
            return files
        }
    }

    /// Numbers of cases one of whose case files holds these bytes, ascending; of the first cases behind a number, as
    /// many as have so many bytes of files, one at least. So it takes no longer the more cases there are.
    /// - Parameters:
    ///   - bytes: at most a piece of a case file (512 KiB).
    ///   - within: bytes of case files that are read.
    /// - Returns: the numbers; and the last case that was looked at, if there are more behind it.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    package func numbers(
        holding bytes: [UInt8], after: UInt64, limit: Int, within budget: Int
    ) throws(SealedMatchError) -> (numbers: [UInt64], reached: UInt64?) {
        try file.read { db in
            // Lengths of pieces are read without the pieces.
            let row = try Row.fetchOne(
                db,
                sql: """
                    WITH part AS (
                        SELECT e.subject, length(d.bytes) AS size FROM event e JOIN document d ON d.event = e.number
                        WHERE e.subject > ? ORDER BY e.subject LIMIT ?),
                    total AS (SELECT subject, sum(size) OVER (ORDER BY subject) AS size FROM part)
                    SELECT
                        coalesce((SELECT max(subject) FROM total WHERE size <= ?), (SELECT min(subject) FROM part), 0),
                        (SELECT count(*) FROM part) = ? OR coalesce((SELECT max(size) FROM total), 0) > ?
                    """,
                arguments: [
                    Int64(clamping: after), Self.maximumPieces, budget, Self.maximumPieces, budget,
                ])
            guard let row else { return ([], nil) }
            let reader = RowReader(row)
            let last = try reader.integer(0, in: 0...Int64.max)
            let isCut = try reader.integer(1) == 1
            // What begins in a piece may end in the next.
            let numbers = try Int64.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT e.subject FROM event e JOIN document d ON d.event = e.number
                    WHERE e.subject > ? AND e.subject <= ? AND instr(
                        CAST(d.bytes || coalesce((
                            SELECT substr(n.bytes, 1, ?) FROM document n
                            WHERE n.event = d.event AND n.place = d.place + 1), x'') AS BLOB), ?) > 0
                    ORDER BY e.subject LIMIT ?
                    """,
                arguments: [Int64(clamping: after), last, bytes.count, bytes.databaseBlob, max(0, limit)]
            ).map { UInt64(max(0, $0)) }
            return (numbers, isCut ? UInt64(last) : nil)
        }
    }

    /// Pieces of case files whose lengths are read in a search.
    private static let maximumPieces = 5_000
}
