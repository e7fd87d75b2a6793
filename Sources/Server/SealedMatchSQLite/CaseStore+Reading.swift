internal import GRDB
public import SealedMatchCases
public import SealedMatchCrypto

extension CaseStore {
    /// What is read of an event: its record, its previous hash that of the event before it.
    private static let columns = """
        e.number, e.subject, \(RowReader.bounded("b.hash", 32)), \(RowReader.bounded("e.digest", 32)),
        \(RowReader.bounded("e.hash", 32)), \(RowReader.bounded("e.signature", 64)),
        \(RowReader.bounded("e.salt", 32)), \(RowReader.bounded("e.content", 524_288))
        """

    /// Calls `body` with each event that is asked for, in order.
    static func visit(_ db: Database, subjects: String, _ body: (CaseRecord) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(columns) FROM event e LEFT JOIN event b ON b.number = e.number - 1
                WHERE \(subjects) ORDER BY e.number
                """)
        while let row = try rows.next() {
            let reader = RowReader(row)
            let number = UInt64(try reader.integer(0, in: 1...Int64.max))
            var said: CaseRecord.Said?
            guard !reader.isNull(7) || reader.isNull(6) else {
                throw SealedMatchError(.brokenChain, "an event has a salt and says nothing")
            }
            if !reader.isNull(7) {
                let event = try CaseEvent(decoding: reader.blob(7))
                var document: [UInt8] = []
                if case .imported(let bytes, _) = event.step { document = try Self.document(number, bytes, db) }
                said = .init(salt: try reader.bytes32(6), event: event, document: document)
            }
            try body(
                CaseRecord(
                    number: number, subject: UInt64(try reader.integer(1, in: 0...Int64.max)),
                    previous: reader.isNull(2) ? Bytes32() : try reader.bytes32(2), digest: try reader.bytes32(3),
                    hash: try reader.bytes32(4), signature: try Signature(canonical: reader.blob(5)), said: said))
        }
    }

    private static func document(_ event: UInt64, _ count: Int, _ db: Database) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT place, \(RowReader.bounded("bytes", piece)) FROM document WHERE event = ? ORDER BY place
                """, arguments: [Int64(event)])
        while let row = try rows.next(), bytes.count <= count { bytes += try RowReader(row).blob(1) }
        return bytes
    }

    /// The rules in force.
    static func library(_ db: Database) throws -> CaseLibrary {
        var library: CaseLibrary?
        try visit(db, subjects: "e.subject = 0") { record in try apply(record, to: &library) }
        guard let library else { throw SealedMatchError(.brokenChain, "there is no event") }
        return library
    }

    private static func apply(_ record: CaseRecord, to library: inout CaseLibrary?) throws(SealedMatchError) {
        guard let said = record.said else { throw SealedMatchError(.brokenChain, "an event's content is gone") }
        if library == nil { library = try CaseLibrary(said.event) } else { try library?.apply(said.event) }
        try check(record, library)
    }

    private static func check(_ record: CaseRecord, _ library: CaseLibrary?) throws(SealedMatchError) {
        guard let library else { throw SealedMatchError(.brokenChain, "the first event founds no library") }
        try record.check(after: ChainHead(number: record.number - 1, hash: record.previous), key: library.key)
    }

    /// What a case's events say, each of them checked, and compared with what lists say.
    static func load(_ number: UInt64, _ db: Database) throws -> ReviewedCase {
        guard let row = try rows(db, "number = \(number)", [], limit: 1).first else {
            throw SealedMatchError(.unknownCase, "no case has this number")
        }
        var library: CaseLibrary?
        var found: ReviewedCase?
        var isGone = false
        try visit(db, subjects: "e.subject IN (0, \(number))") { record in
            guard record.subject != 0 else { return try apply(record, to: &library) }
            try check(record, library)
            guard let said = record.said else {
                guard found == nil else { throw SealedMatchError(.brokenChain, "a part of a case is gone") }
                isGone = true
                return
            }
            found =
                isGone
                ? try library?.tombstone(said.event, number: number)
                : try library?.apply(said.event, said.document, number: number, to: found)
        }
        guard let found, !isGone || found.state == .erased else {
            throw SealedMatchError(.brokenChain, "an event's content is gone, and the case was not erased")
        }
        guard CaseRow(found) == row else {
            throw SealedMatchError(.damagedStore, "a case is not what its events say")
        }
        return found
    }

    /// The end of the chain.
    static func last(_ db: Database) throws -> ChainHead {
        var last = ChainHead.none
        try visit(db, subjects: "e.number = (SELECT max(number) FROM event)") { last = $0.head }
        return last
    }

    /// The end of the chain, checked. Keep it elsewhere, and compare later.
    /// - Throws: `brokenChain`, `damagedStore`, `fileFailed`.
    public func head() throws(SealedMatchError) -> ChainHead {
        try file.read { db in
            let library = try Self.library(db)
            var last = ChainHead.none
            try Self.visit(db, subjects: "e.number = (SELECT max(number) FROM event)") { record in
                try Self.check(record, library)
                last = record.head
            }
            return last
        }
    }

    /// The hash of the first event: no other library has it.
    /// - Throws: `brokenChain`, `damagedStore`, `fileFailed`.
    package func identity() throws(SealedMatchError) -> Bytes32 {
        try file.read { db in
            var first: Bytes32?
            var library: CaseLibrary?
            try Self.visit(db, subjects: "e.number = 1") { record in
                try Self.apply(record, to: &library)
                first = record.hash
            }
            guard let first else { throw SealedMatchError(.brokenChain, "there is no event") }
            return first
        }
    }

    /// The rules in force: policy and people.
    /// - Throws: `brokenChain`, `damagedStore`, `fileFailed`.
    public func library() throws(SealedMatchError) -> CaseLibrary { try file.read { try Self.library($0) } }

    /// A case as its events say it is.
    /// - Throws: `unknownCase`; `brokenChain`, `damagedStore` for a case that was changed; `fileFailed`.
    public func read(_ number: UInt64) throws(SealedMatchError) -> ReviewedCase {
        try file.read { try Self.load(number, $0) }
    }

    /// Cases by number, ascending.
    /// - Parameters:
    ///   - after: only those with a greater number: for the next page.
    ///   - limit: at most so many.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    public func list(
        _ filter: CaseFilter = CaseFilter(), after: UInt64 = 0, limit: Int = 100
    ) throws(SealedMatchError) -> [CaseRow] {
        try file.read { db in
            var terms = ["number > \(after)"]
            var arguments: [DatabaseValue] = []
            if let state = filter.state { terms.append("state = \(Self.place(state))") }
            if let outcome = filter.outcome { terms.append("outcome = \(Self.place(outcome))") }
            if let epoch = filter.epoch { terms.append("epoch = \(epoch)") }
            if let assignee = filter.assignee {
                terms.append("assignee = ?")
                arguments.append(Array(assignee.utf8).databaseBlob)
            }
            if let start = filter.pseudonym?.prefix(32) {
                terms.append("pseudonym BETWEEN ? AND ?")
                arguments.append(Array(start).databaseBlob)
                arguments.append((start + [UInt8](repeating: 0xFF, count: 32 - start.count)).databaseBlob)
            }
            if let time = filter.erasable { terms.append(try Self.erasable(time, Self.library(db).policy)) }
            return try Self.rows(db, terms.joined(separator: " AND "), arguments, limit: limit)
        }
    }

    /// How many cases there are, by state and outcome.
    /// - Throws: `damagedStore`, `fileFailed`.
    public func counts() throws(SealedMatchError) -> [CaseCount] {
        try file.read { db in
            try Row.fetchAll(db, sql: "SELECT state, outcome, count(*) FROM review GROUP BY 1, 2 ORDER BY 1, 2").map {
                let reader = RowReader($0)
                return CaseCount(
                    state: try Self.state(reader, 0), outcome: try Self.outcome(reader, 1),
                    count: try reader.integer(2, in: 0...Int64.max))
            }
        }
    }

    /// SQL for what the policy lets be erased at a time.
    private static func erasable(_ time: UInt64, _ policy: CasePolicy) -> String {
        var terms: [String] = []
        for state in CaseState.allCases where state != .erased {
            // Its outcome tells a decided case's date, and no other's.
            let outcomes: [CaseOutcome?] = state == .decided ? CaseOutcome.allCases : [nil]
            for outcome in outcomes {
                let days = policy.erasable(state, outcome, changed: 0)
                guard time >= days else { continue }
                let also = outcome.map { " AND outcome = \(place($0))" } ?? ""
                terms.append("(state = \(place(state))\(also) AND changed <= \(time - days))")
            }
        }
        return terms.isEmpty ? "0" : "(\(terms.joined(separator: " OR ")))"
    }

    private static func place(_ state: CaseState) -> Int { CaseState.allCases.firstIndex(of: state) ?? 0 }
    private static func place(_ outcome: CaseOutcome) -> Int { CaseOutcome.allCases.firstIndex(of: outcome) ?? 0 }

    private static func state(_ reader: RowReader, _ column: Int) throws(SealedMatchError) -> CaseState {
        CaseState.allCases[try reader.integer(column, in: 0...(CaseState.allCases.count - 1))]
    }

    private static func outcome(_ reader: RowReader, _ column: Int) throws(SealedMatchError) -> CaseOutcome? {
        reader.isNull(column)
            ? nil : CaseOutcome.allCases[try reader.integer(column, in: 0...(CaseOutcome.allCases.count - 1))]
    }

    private static func rows(
        _ db: Database, _ terms: String, _ arguments: [DatabaseValue], limit: Int
    ) throws -> [CaseRow] {
        let most = Int(Int32.max)
        return try Row.fetchAll(
            db,
            sql: """
                SELECT number, pseudonym IS NULL, \(RowReader.bounded("pseudonym", 32)), epoch, state, outcome, matches,
                    listed, viewed, \(RowReader.bounded("assignee", 64)), opened, changed
                FROM review WHERE \(terms) ORDER BY number LIMIT ?
                """, arguments: StatementArguments(arguments + [max(0, limit).databaseValue])
        ).map { row in
            let reader = RowReader(row)
            let isErased = try reader.integer(1) == 1
            return CaseRow(
                number: UInt64(try reader.integer(0, in: 1...Int64.max)),
                pseudonym: isErased ? nil : try reader.bytes32(2), epoch: isErased ? nil : try reader.epoch(3),
                state: try state(reader, 4), outcome: try outcome(reader, 5),
                matches: try reader.integer(6, in: 0...most), listed: try reader.integer(7, in: 0...most),
                viewed: try reader.integer(8, in: 0...most),
                assignee: reader.isNull(9) ? nil : String(decoding: try reader.blob(9), as: UTF8.self),
                opened: UInt64(try reader.integer(10, in: 0...Int64.max)),
                changed: UInt64(try reader.integer(11, in: 0...Int64.max)))
        }
    }
}
