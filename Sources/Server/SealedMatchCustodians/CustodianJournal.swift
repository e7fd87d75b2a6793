package import SealedMatchCrypto
internal import SealedMatchFiles
package import SealedMatchProtocol
internal import Synchronization

/// A custodian's journal: append-only, each entry signed and chained to the one before, and on the disk before what it
/// counts leaves. So the count of a table is never less than what was given out. (Docs/Protocol.md, 4.15)
package final class CustodianJournal: Sendable {
    private struct State {
        let file: AppendFile
        var previous: Bytes32
        var next: UInt64
        var totals: [TableID: UInt64]
        var steps: JournalSteps
        var lastAsked: UInt64?
    }
    private let state: Mutex<State>

    /// Opens the journal at `path`; whoever does holds the custodian's folder. An unfinished last entry is cut off.
    /// - Parameter publicKey: the custodian's; the last entry is verified, and the chain of all.
    /// - Throws: `fileFailed`, `notPrivate`; `damagedJournal` where the chain does not hold.
    package init(path: String, publicKey: Bytes32) throws(SealedMatchError) {
        let file = try AppendFile(path: path, recordCount: JournalEntry.encodedCount)
        var summary = try Summary.read(path, publicKey: publicKey, verifiesAll: false)
        if summary.hasUnfinishedEnd {
            // Its size was on the disk, its bytes were not: what it would have counted never left.
            try file.dropLast()
            summary.hasUnfinishedEnd = false
        }
        state = Mutex(
            State(
                file: file, previous: summary.last, next: summary.count, totals: summary.totals, steps: summary.steps,
                lastAsked: summary.lastAsked)
        )
    }

    /// Elements of a table that were evaluated or proved here, ever.
    package func total(_ table: TableID) -> UInt64 { state.withLock { $0.totals[table] ?? 0 } }

    /// Counts, durably.
    /// - Parameter limit: the most elements of this table in all.
    /// - Throws: `quotaExceeded` beyond the limit, and then nothing was written; `fileFailed`.
    @discardableResult
    func append(
        _ kind: JournalEntry.Kind, _ table: TableID, subject: Bytes32, asker: Bytes32 = Bytes32(), count: UInt64 = 0,
        limit: UInt64 = .max, time: UInt64, key: borrowing SigningKey
    ) throws(SealedMatchError) -> JournalEntry {
        try state.withLock { (state) throws(SealedMatchError) in
            // Journal, step 1
            let (total, overflow) = (state.totals[table] ?? 0).addingReportingOverflow(count)
            guard !overflow, total <= limit else {
                throw SealedMatchError(.quotaExceeded, "more slots than this custodian was told of")
            }
            return try Self.append(kind, table, subject, asker, count, total, time, key, &state)
        }
    }

    private static func append(
        _ kind: JournalEntry.Kind, _ table: TableID, _ subject: Bytes32, _ asker: Bytes32, _ count: UInt64,
        _ total: UInt64, _ time: UInt64, _ key: borrowing SigningKey, _ state: inout State
    ) throws(SealedMatchError) -> JournalEntry {
        let entry = try JournalEntry.make(
            kind, number: state.next, time: time, table, subject: subject, asker: asker, count: count, total: total,
            previous: state.previous, key: key)
        try state.file.append(entry.encoded)
        state.previous = try entry.digest()
        state.next += 1
        state.totals[table] = total
        if entry.isAsked { state.lastAsked = max(state.lastAsked ?? 0, time) }
        if kind != .evaluated { state.steps.insert(kind, table, subject: subject) }
        return entry
    }

    /// Writes down a step of a run, or an erasure, once, however often it is asked for.
    /// - Throws: `fileFailed`.
    func note(
        _ kind: JournalEntry.Kind, _ table: TableID, subject: Bytes32, time: UInt64, key: borrowing SigningKey
    ) throws(SealedMatchError) {
        try state.withLock { (state) throws(SealedMatchError) in
            guard !state.steps.contains(kind, table, subject: subject) else { return }
            _ = try Self.append(kind, table, subject, Bytes32(), 0, state.totals[table] ?? 0, time, key, &state)
        }
    }

    /// The latest time of an entry that a coordinator asked for.
    package var lastAsked: UInt64? { state.withLock { $0.lastAsked } }

    /// Steps of runs, proof sessions and erasures that were written down.
    var steps: JournalSteps { state.withLock { $0.steps } }

    /// Whether a proof session of a table was begun here before.
    func hasProved(_ table: TableID, _ session: Bytes32) -> Bool {
        state.withLock { $0.steps.contains(.proved, table, subject: session) }
    }

    /// What a journal says.
    package struct Summary: Sendable {
        /// Entries.
        package fileprivate(set) var count: UInt64 = 0
        /// The digest of the last entry; zero if there is none.
        package fileprivate(set) var last = Bytes32()
        /// Elements of each table.
        package fileprivate(set) var totals: [TableID: UInt64] = [:]
        /// Steps of runs, proof sessions, and erasures.
        package fileprivate(set) var steps = JournalSteps()
        fileprivate var hasUnfinishedEnd = false
        fileprivate var lastAsked: UInt64?

        /// Reads a journal, whoever writes it meanwhile, and verifies it.
        /// - Parameters:
        ///   - verifiesAll: verify each signature; else the last one's alone, which names all others.
        ///   - body: called with each entry.
        /// - Throws: `fileFailed`; `damagedJournal` where an entry, its place, its sum, the chain or a signature is
        ///   wrong.
        package static func read(
            _ path: String, publicKey: Bytes32, verifiesAll: Bool = true,
            _ body: (JournalEntry) throws(SealedMatchError) -> Void = { (_) throws(SealedMatchError) in }
        ) throws(SealedMatchError) -> Summary {
            var summary = Summary()
            guard DurableFile.size(path) ?? 0 > 0 else { return summary }
            // Journal, steps 2–4
            let file = try MappedFile(path: path, limit: .max)
            let records = file.count / JournalEntry.encodedCount
            for record in 0..<records {
                let at = record * JournalEntry.encodedCount
                let bytes = try file.copy(at..<at + JournalEntry.encodedCount)
                let isLast = record == records - 1
                guard let entry = try? JournalEntry(canonical: bytes), entry.number == summary.count,
                    entry.previous == summary.last,
                    (summary.totals[entry.tableID] ?? 0).addingReportingOverflow(entry.count) == (entry.total, false),
                    !(verifiesAll || isLast) || entry.verifies(publicKey: publicKey)
                else {
                    if isLast, !verifiesAll, bytes.allSatisfy({ $0 == 0 }) {
                        summary.hasUnfinishedEnd = true
                        return summary
                    }
                    throw SealedMatchError(.damagedJournal, "a journal's entry is not what follows from those before")
                }
                try body(entry)
                summary.count += 1
                summary.last = try entry.digest()
                summary.totals[entry.tableID] = entry.total
                if entry.isAsked {
                    summary.lastAsked = max(summary.lastAsked ?? 0, entry.time)
                }
                if entry.kind != .evaluated {
                    summary.steps.insert(entry.kind, entry.tableID, subject: entry.subject)
                }
            }
            return summary
        }
    }
}
