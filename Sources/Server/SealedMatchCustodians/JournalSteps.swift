package import SealedMatchCrypto
internal import SealedMatchProtocol

/// What a journal says was begun or done: steps of runs, proof sessions, and erasures.
package struct JournalSteps: Sendable {
    private struct Step: Hashable {
        let kind: JournalEntry.Kind
        let tableID: TableID
        let subject: Bytes32
    }
    private var steps: Set<Step> = []

    mutating func insert(_ kind: JournalEntry.Kind, _ table: TableID, subject: Bytes32) {
        steps.insert(Step(kind: kind, tableID: table, subject: subject))
    }

    func contains(_ kind: JournalEntry.Kind, _ table: TableID, subject: Bytes32) -> Bool {
        steps.contains(Step(kind: kind, tableID: table, subject: subject))
    }

    /// That the journal has what states show that it had: else it was lost, or its end was. (Docs/Protocol.md,
    /// "Journal", step 5)
    /// - Throws: `damagedJournal`; `keyErased` for a share that was erased, and is there again.
    func check(_ kept: [TableID: Kept]) throws(SealedMatchError) {
        for (table, kept) in kept { try check(kept, of: table) }
    }

    private func check(_ kept: Kept, of table: TableID) throws(SealedMatchError) {
        guard !kept.hasBegun || steps.contains(where: { $0.kind == .begun && $0.tableID == table }),
            kept.session.map({ contains(.proved, table, subject: $0) }) ?? true
        else {
            throw SealedMatchError(
                .damagedJournal,
                """
                the file `journal` is missing, or its end is: it says nothing of what state/ holds. Put the whole \
                journal back; if it is lost, make a new custodian, and have the shares recovered
                """)
        }
        guard
            kept.record == nil || kept.isErased || !steps.contains(where: { $0.kind == .erased && $0.tableID == table })
        else {
            throw SealedMatchError(
                .keyErased,
                "state/ holds a share that was erased by the journal: an older file was put back, delete it")
        }
    }

    /// Whether a run may be begun. (Docs/Protocol.md, "Begun once")
    /// - Parameter current: the name of the run that is under way in the table's state, or was the last; nil if none.
    /// - Returns: true for a run that was not begun before, false for that which the state is at.
    /// - Throws: `keyErased`, `sessionConflict`.
    package func mayBegin(_ plan: RunPlan, current: Bytes32?) throws(SealedMatchError) -> Bool {
        let run = try plan.name()
        let ofTable = steps.filter { $0.tableID == plan.tableID }
        // Begun once, step 1
        guard !ofTable.contains(where: { $0.kind == .erased }) else {
            throw SealedMatchError(.keyErased, "the share of this key was erased")
        }
        // Begun once, step 2
        if current == run { return false }
        // Begun once, step 3: the operator agreed to one run, and not to another one of the same plan whenever somebody
        // asks for it.
        let begun = ofTable.filter { $0.kind == .begun }
        guard !begun.contains(where: { $0.subject == run }) else {
            throw SealedMatchError(
                .sessionConflict, "this run was begun here before, and its state is gone: make a new plan")
        }
        guard plan.kind != .keyGeneration || begun.isEmpty else {
            throw SealedMatchError(.sessionConflict, "a run of this table was begun before: take another table")
        }
        return true
    }
}
