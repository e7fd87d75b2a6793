internal import GRDB
public import SealedMatchCases
public import SealedMatchCrypto
internal import SealedMatchLists

extension CaseStore {
    /// Puts an event of a case behind all others: all of it, durably, or nothing. (Docs/Protocol.md, "Cases")
    /// - Returns: what the case is then.
    /// - Throws: `roleRefused`, `stepRefused`, `policyRefused`, `alreadyReviewed`, `unknownCase`;
    ///   `authenticationFailed` for another key than the library's; `brokenChain`, `damagedStore`, `fileFailed`.
    public func append(
        _ event: CaseEvent, to number: UInt64, key: borrowing SigningKey
    ) throws(SealedMatchError) -> ReviewedCase {
        guard let found = try append(event, to: number, behind: nil, key: key) else {
            throw SealedMatchError(.stepRefused, "the case has other events")
        }
        return found
    }

    /// The same, for somebody who decided on what they saw.
    /// - Parameter behind: the number of the case's events that they saw; nil: whatever there is.
    /// - Returns: nil, and nothing is written, where the case has other events by now.
    package func append(
        _ event: CaseEvent, to number: UInt64, behind seen: Int?, key: borrowing SigningKey
    ) throws(SealedMatchError) -> ReviewedCase? {
        let found: ReviewedCase? = try file.write { db in
            // Cases, step 1: the events of the library and the case are checked, and say what they are.
            let library = try Self.library(db)
            try Self.check(key.publicKey, library)
            let old = try Self.load(number, db)
            if let seen, seen != old.events { return nil }
            // Cases, step 2: the rules
            let found = try library.apply(event, [], number: number, to: old)
            try event.checkReason()
            if case .erased = event.step { try Self.erase(number, db) }
            // Cases, steps 3–5
            _ = try Self.add(event, [], to: number, after: Self.last(db), key: key, db)
            try Self.write(CaseRow(found), db)
            return found
        }
        if found?.state == .erased { try forget() }
        return found
    }

    /// Puts an event of the library itself behind all others.
    /// - Throws: as `append` of a case.
    public func append(_ event: CaseEvent, key: borrowing SigningKey) throws(SealedMatchError) {
        try file.write { db in
            var library = try Self.library(db)
            try Self.check(key.publicKey, library)
            try library.apply(event)
            try event.checkReason()
            _ = try Self.add(event, [], to: 0, after: Self.last(db), key: key, db)
        }
    }

    /// Takes case files in: all of them, durably, or none. A file of a case that is there adds its matches; the same
    /// file again changes nothing.
    /// - Parameters:
    ///   - documents: the files' bytes, at most 64 MiB each.
    ///   - person: who takes them in.
    ///   - time: seconds since 1970.
    /// - Returns: what became of each.
    /// - Throws: as `append`; `invalidMagic` for what is no case file; `wrongLength`.
    public func takeIn(
        _ documents: [[UInt8]], by person: String, at time: UInt64, why: String = "", key: borrowing SigningKey
    ) throws(SealedMatchError) -> [CaseAddition] {
        try file.write { db in
            let library = try Self.library(db)
            try Self.check(key.publicKey, library)
            try library.check(person, .takeIn)
            var last = try Self.last(db)
            var next = try Int64.fetchOne(db, sql: "SELECT max(number) FROM review").map { UInt64($0) + 1 } ?? 1
            return try documents.map { document in
                let (pseudonym, epoch, part) = try Self.name(of: document)
                let known = try Row.fetchOne(
                    db, sql: "SELECT number FROM review WHERE pseudonym = ? AND epoch = ?",
                    arguments: [pseudonym.databaseBlob, epoch]
                ).map { UInt64(try RowReader($0).integer(0, in: 1...Int64.max)) }
                let number = known ?? next
                let old = try known.map { try Self.load($0, db) }
                if let old, old.parts.contains(part), try Self.isThere(document, number, db) {
                    return CaseAddition(number: number, outcome: .alreadyThere, matches: 0)
                }
                let salt = try Self.salt()
                let event = try CaseEvent(
                    by: person, time: time, why: why,
                    .imported(
                        bytes: document.count,
                        digest: try CaseRecord.documentDigest(salt: salt, document: document)))
                let found = try library.apply(event, document, number: number, to: old)
                try event.checkReason()
                last = try Self.add(event, document, to: number, after: last, salt: salt, key: key, db)
                try Self.write(CaseRow(found), db)
                if known == nil { next += 1 }
                return CaseAddition(
                    number: number,
                    outcome: old.map { $0.state.isOpen ? .added : .reopened } ?? .new,
                    matches: found.matches.count - (old?.matches.count ?? 0))
            }
        }
    }

    /// Whose case a case file is of, and which part. That the rest of it is one is seen when the rules apply it.
    private static func name(of document: [UInt8]) throws(SealedMatchError) -> (Bytes32, UInt32, Int) {
        guard document.count <= CaseEvent.maximumDocument else {
            throw SealedMatchError(.wrongLength, "a case file has at most 64 MiB")
        }
        guard String(validating: document, as: UTF8.self) != nil else {
            throw SealedMatchError(.invalidMagic, "a case file is UTF-8")
        }
        let file = try CaseFile(decoding: document)
        guard let pseudonym = Hexadecimal.bytes(file.pseudonym.utf8).flatMap({ try? Bytes32(exactly: $0) }) else {
            throw SealedMatchError(.invalidMagic, "the case file names no pseudonym")
        }
        return (pseudonym, file.epoch, file.part)
    }

    /// Whether exactly this file was taken in.
    private static func isThere(_ document: [UInt8], _ number: UInt64, _ db: Database) throws -> Bool {
        var isThere = false
        try visit(db, subjects: "e.subject = \(number)") { record in
            guard let said = record.said, case .imported(let bytes, let digest) = said.event.step else { return }
            if try bytes == document.count
                && digest == CaseRecord.documentDigest(salt: said.salt, document: document)
            {
                isThere = true
            }
        }
        return isThere
    }

    private static func check(_ key: Bytes32, _ library: CaseLibrary) throws(SealedMatchError) {
        guard key == library.key else {
            throw SealedMatchError(.authenticationFailed, "the library's events are signed by another key")
        }
    }

    private static func add(
        _ event: CaseEvent, _ document: [UInt8], to subject: UInt64, after last: ChainHead, salt: Bytes32? = nil,
        key: borrowing SigningKey, _ db: Database
    ) throws -> ChainHead {
        let record = try CaseRecord(
            after: last, subject: subject, salt: salt ?? Self.salt(), event: event, document: document, key: key)
        try insert(record, db)
        return record.head
    }

    static func insert(_ record: CaseRecord, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)").execute(arguments: [
            Int64(record.number), Int64(record.subject), record.digest.databaseBlob, record.hash.databaseBlob,
            record.signature.encoded.databaseBlob, record.said?.salt.databaseBlob,
            record.said?.event.encoded.databaseBlob,
        ])
        let document = record.said?.document ?? []
        for (place, start) in stride(from: 0, to: document.count, by: piece).enumerated() {
            let bytes = Array(document[start..<min(start + piece, document.count)])
            try db.cachedStatement(sql: "INSERT INTO document VALUES (?, ?, ?)").execute(
                arguments: [Int64(record.number), place, bytes.databaseBlob])
        }
    }

    private static func write(_ row: CaseRow, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO review VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (number) DO UPDATE SET
                    pseudonym = excluded.pseudonym, epoch = excluded.epoch, state = excluded.state,
                    outcome = excluded.outcome, matches = excluded.matches, listed = excluded.listed,
                    viewed = excluded.viewed, assignee = excluded.assignee, opened = excluded.opened,
                    changed = excluded.changed
                """
        ).execute(arguments: [
            Int64(row.number), row.pseudonym?.databaseBlob, row.epoch,
            CaseState.allCases.firstIndex(of: row.state),
            row.outcome.flatMap { CaseOutcome.allCases.firstIndex(of: $0) },
            row.matches, row.listed, row.viewed, row.assignee.map { Array($0.utf8).databaseBlob }, Int64(row.opened),
            Int64(row.changed),
        ])
    }

    /// Takes what a case's events say.
    private static func erase(_ number: UInt64, _ db: Database) throws {
        try db.execute(
            sql: "DELETE FROM document WHERE event IN (SELECT number FROM event WHERE subject = ?)",
            arguments: [Int64(number)])
        try db.execute(
            sql: "UPDATE event SET salt = NULL, content = NULL WHERE subject = ?", arguments: [Int64(number)])
    }

    /// What was erased is overwritten in the file; the file beside it, which has it too, is emptied.
    private func forget() throws(SealedMatchError) {
        try StoreFile.mappingErrors {
            try file.pool.writeWithoutTransaction { db in
                let busy = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)").map {
                    try RowReader($0).integer(0)
                }
                guard busy == 0 else {
                    throw SealedMatchError(
                        .fileFailed,
                        "the case is erased, and what it was is in the file ending in -wal until nobody reads"
                    )
                }
            }
        }
    }
}
