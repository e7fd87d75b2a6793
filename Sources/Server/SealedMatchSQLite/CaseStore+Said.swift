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

    /// Numbers of cases one of whose case files holds these bytes, ascending. All files are read: it takes as long as
    /// that.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    package func numbers(
        holding bytes: [UInt8], after: UInt64, limit: Int
    ) throws(SealedMatchError) -> [UInt64] {
        try file.read { db in
            // What begins in a piece may end in the next.
            try Int64.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT e.subject FROM event e JOIN document d ON d.event = e.number
                    WHERE e.subject > ? AND instr(
                        CAST(d.bytes || coalesce((
                            SELECT substr(n.bytes, 1, ?) FROM document n
                            WHERE n.event = d.event AND n.place = d.place + 1), x'') AS BLOB), ?) > 0
                    ORDER BY e.subject LIMIT ?
                    """,
                arguments: [Int64(clamping: after), bytes.count, bytes.databaseBlob, max(0, limit)]
            ).map { UInt64(max(0, $0)) }
        }
    }
}
