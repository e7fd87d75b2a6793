internal import GRDB
public import SealedMatchCases
public import SealedMatchCrypto

extension CaseStore {
    /// Calls `body` with a line of JSON for each event, in order, without line feeds: the export.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`, and what `body` throws.
    public func export(_ body: (String) throws(SealedMatchError) -> Void) throws(SealedMatchError) {
        try file.read { db in
            try Self.visit(db, subjects: "1") { record in try body(record.line) }
        }
    }

    /// The events of a case, in order: who, when, what, why. Empty for one that was erased, but for its erasure.
    /// - Throws: `unknownCase`, `brokenChain`, `damagedStore`, `fileFailed`.
    public func events(of number: UInt64) throws(SealedMatchError) -> [CaseEvent] {
        try file.read { db in
            if number > 0 { _ = try Self.load(number, db) }
            var events: [CaseEvent] = []
            try Self.visit(db, subjects: "e.subject = \(number)") { record in
                if let said = record.said { events.append(said.event) }
            }
            return events
        }
    }

    /// Checks everything: each event and its place, that no case was left out, and that lists say what events say.
    /// - Parameters:
    ///   - key: the key that the library's events are signed by; nil takes the one that it names, and then anybody may
    ///     have made it.
    ///   - kept: an end of the chain that was kept elsewhere: the chain has it, or goes on behind it.
    /// - Returns: the end of the chain.
    /// - Throws: `brokenChain`, `damagedStore`; `fileFailed`, `interrupted`.
    public func verify(key: Bytes32? = nil, kept: ChainHead? = nil) throws(SealedMatchError) -> ChainHead {
        try file.read { db in
            let library = try Self.library(db)
            guard key == nil || key == library.key else {
                throw SealedMatchError(.brokenChain, "the library is of another key")
            }
            var head = ChainHead.none
            var subjects: UInt64 = 0
            var isKept = kept == nil
            var pieces: Int64 = 0
            // Checking a chain, steps 1–3: all events in their order
            try Self.visit(db, subjects: "1") { record in
                try record.check(after: head, key: library.key)
                guard record.subject <= subjects + 1 else {
                    throw SealedMatchError(.brokenChain, "a case is left out")
                }
                subjects = max(subjects, record.subject)
                head = record.head
                pieces += Int64(((record.said?.document.count ?? 0) + Self.piece - 1) / Self.piece)
                if head == kept { isKept = true }
            }
            guard isKept else { throw SealedMatchError(.brokenChain, "the chain does not have the end that was kept") }
            // Steps 4–5: what they say, case by case
            let rows = try Int64.fetchOne(db, sql: "SELECT count(*) FROM review") ?? 0
            guard rows == Int64(subjects) else {
                throw SealedMatchError(.damagedStore, "there are more or fewer cases than the events name")
            }
            guard try Int64.fetchOne(db, sql: "SELECT count(*) FROM document") == pieces else {
                throw SealedMatchError(.damagedStore, "there are more or fewer pieces of case files than events name")
            }
            for number in stride(from: 1, through: subjects, by: 1) { _ = try Self.load(number, db) }
            return head
        }
    }
}
