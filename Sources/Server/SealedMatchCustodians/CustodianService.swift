package import SealedMatchCrypto
internal import SealedMatchProtocol
internal import Synchronization

/// What a running custodian answers: requests of coordinators, within its operator's policy, each in its journal before
/// the answer leaves; and the rounds of runs that its operator agreed to. It decides nothing else.
///
/// Any number of threads may call it; its functions block.
package final class CustodianService: Sendable {
    private let folder: CustodianFolder
    private let shares: Mutex<Shares>
    private let turn: Mutex<Turn>
    private let now: @Sendable () -> UInt64
    private let instant: @Sendable () -> ContinuousClock.Instant

    /// Which shares are here: so no disk is looked at for a record that is not.
    private struct Shares: Sendable {
        var places: [Bytes32: CustodianFolder.Place]
        var loaded: [Bytes32: LocalCustodian] = [:]
    }

    /// What is looked at and changed in one turn.
    private struct Turn: Sendable {
        var buckets: [TableID: TokenBucket] = [:]
        var taken: TakenCalls
    }

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - instant: what rates are reckoned by: a clock that nobody sets.
    /// - Throws: what reading the states throws.
    package init(
        _ folder: CustodianFolder, now: @escaping @Sendable () -> UInt64,
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) throws(SealedMatchError) {
        self.folder = folder
        self.now = now
        self.instant = instant
        shares = Mutex(Shares(places: try folder.places()))
        // The clock may have been set back since the last call was taken.
        let last = folder.journal.lastAsked.map { $0 < .max ? $0 + 1 : $0 } ?? 0
        turn = Mutex(Turn(taken: TakenCalls(earliest: max(now(), last))))
    }

    /// The share of a record, if it is here ("Answering", step 2). Looked up and kept in one turn: what a run replaces
    /// meanwhile is forgotten after it, and no old share comes back into this memory.
    private func share(of record: Bytes32) throws(SealedMatchError) -> LocalCustodian {
        try shares.withLock { (shares) throws(SealedMatchError) in
            if let share = shares.loaded[record] { return share }
            switch shares.places[record] {
            case .share(of: let table)?:
                let share = try unblamed { () throws(CustodianError) in try folder.party.share(of: table) }
                guard share.record.name == record else { break }
                let loaded = LocalCustodian(share)
                shares.loaded[record] = loaded
                return loaded
            case .erased?: throw SealedMatchError(.keyErased, "the share of this key was erased")
            case nil: break
            }
            throw SealedMatchError(.unknownSet, "no share of this record is here")
        }
    }

    /// Forgets the shares that a run has replaced, and knows the new one. Once: whoever brings the run's messages again
    /// has no disk looked at.
    private func update(_ record: Bytes32) throws(SealedMatchError) {
        try shares.withLock { (shares) throws(SealedMatchError) in
            guard shares.places[record] == nil else { return }
            let places = try folder.places()
            shares.places = places
            shares.loaded = shares.loaded.filter { places[$0.key] != nil }
        }
    }

    /// What this custodian's operator has allowed for a table, if this coordinator may ask now ("Answering", step 3).
    private func policy(for coordinator: Bytes32, _ table: TableID) throws(SealedMatchError) -> CustodianPolicy {
        guard !CustodianFolder.isStopped(folder.path) else {
            throw SealedMatchError(.custodianStopped, "this custodian's operator has stopped it")
        }
        guard let policy = try CustodianPolicy.read(table, in: folder.path) else {
            throw SealedMatchError(.unknownSet, "this custodian's operator has allowed nothing for this set")
        }
        guard policy.coordinators.contains(coordinator) else {
            throw SealedMatchError(.authenticationFailed, "the coordinator is none of this custodian's policy")
        }
        guard now() <= policy.until else {
            throw SealedMatchError(.setExpired, "this custodian evaluates nothing for this set any more")
        }
        return policy
    }

    /// That a coordinator may have this much evaluated now, counted ("Answering", steps 3 to 5). What is refused takes
    /// nothing.
    /// - Parameter call: what it came in; nil for what came in none.
    package func admit(
        _ coordinator: Bytes32, _ table: TableID, subject: Bytes32, count: Int, call: CustodianCall.Opened? = nil
    ) throws(SealedMatchError) {
        try turn.withLock { (turn) throws(SealedMatchError) in
            let policy = try self.policy(for: coordinator, table)
            if let call {
                try turn.taken.check(call.name, of: call.coordinator, time: call.time, now: now())
            }
            try self.count(.evaluated, policy, coordinator, table, subject: subject, count, in: &turn)
            if let call { turn.taken.keep(call.name, of: call.coordinator, time: call.time) }
        }
    }

    private func count(
        _ kind: JournalEntry.Kind, _ policy: CustodianPolicy, _ coordinator: Bytes32, _ table: TableID,
        subject: Bytes32, _ count: Int, in turn: inout Turn
    ) throws(SealedMatchError) {
        var bucket = turn.buckets[table, default: TokenBucket()]
        // Answering, step 4
        guard bucket.take(count, rate: policy.rate, now: instant()) else {
            throw SealedMatchError(.rateExceeded, "more at a time than this custodian allows")
        }
        // Answering, step 5
        try folder.journal.append(
            kind, table, subject: subject, asker: coordinator, count: UInt64(count), limit: policy.slots,
            time: now(), key: folder.party.identity)
        turn.buckets[table] = bucket
    }

    /// Answers a call: `SMPA` and what is asked.
    ///
    /// | call | asked | answer |
    /// |---|---|---|
    /// | evaluate | `SMEQ` | `SMEA` |
    /// | commit | `SMPS` | `SMS1` |
    /// | reveal | `SMPS`, then the parties' `SMS1` | `SMS2` |
    /// | respond | `SMPS`, then the parties' `SMS2` | `SMS3` |
    ///
    /// - Throws: what is wrong with the call; `custodianStopped`, `unknownSet`, `authenticationFailed`, `setExpired`,
    ///   `rateExceeded`, `quotaExceeded`; what the journal and the rounds throw.
    package func answer(_ call: CustodianCall, _ bytes: [UInt8]) throws(SealedMatchError) -> [UInt8] {
        var random = SystemRandom()
        return try answer(call, bytes, random: &random)
    }

    package func answer(
        _ call: CustodianCall, _ bytes: [UInt8], random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> [UInt8] {
        // Answering, step 1
        let opened = try call.open(bytes, custodian: folder.party.publicKey, now: now())
        switch call {
        case .evaluate: return try evaluate(opened, random: &random)
        case .commit, .reveal, .respond: return try prove(call, opened, random: &random)
        }
    }

    private func evaluate(
        _ opened: CustodianCall.Opened, random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> [UInt8] {
        let request = try EvaluationRequest(deferringPoints: opened.body)
        let holder = try share(of: request.record)
        let table = holder.share.record.plan.tableID
        // Before the turn, too: for whoever may not ask nobody waits.
        _ = try policy(for: opened.coordinator, table)
        try admit(
            opened.coordinator, table, subject: request.digest, count: request.elements.count, call: opened)
        // Answering, step 6: it changes nothing here, so many may be at it at once.
        return try holder.share.evaluate(request, random: &random).encoded
    }

    private func prove(
        _ call: CustodianCall, _ opened: CustodianCall.Opened, random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> [UInt8] {
        guard opened.body.count >= ProofSession.encodedCount else {
            throw SealedMatchError(.wrongLength, "a proof's call begins with its session")
        }
        let session = try ProofSession(canonical: Array(opened.body.prefix(ProofSession.encodedCount)))
        let messages = try Self.split(
            Array(opened.body.dropFirst(ProofSession.encodedCount)),
            into: call == .commit ? 0 : session.parties.count)
        let (table, name) = (try share(of: session.record).share.record.plan.tableID, try session.name())
        // Before the turn, too, as in `evaluate`.
        _ = try policy(for: opened.coordinator, table)
        // With step 6: the journal has sessions in the order in which they took each other's places.
        return try turn.withLock { (turn) throws(SealedMatchError) in
            let policy = try self.policy(for: opened.coordinator, table)
            if call == .commit {
                try turn.taken.check(opened.name, of: opened.coordinator, time: opened.time, now: now())
                let atHand = try unblamed { () throws(CustodianError) in try folder.party.sessionName(table) }
                guard atHand == name || !folder.journal.hasProved(table, name) else {
                    throw SealedMatchError(
                        .sessionConflict, "this session was begun before, and is not the one at hand")
                }
                // A proof counts as one evaluation; what follows goes on with what was counted.
                try count(.proved, policy, opened.coordinator, table, subject: name, 1, in: &turn)
                turn.taken.keep(opened.name, of: opened.coordinator, time: opened.time)
            }
            // Answering, step 6
            return try unblamed { () throws(CustodianError) in
                switch call {
                case .commit: return try folder.party.commit(table, session.encoded, random: &random)
                case .reveal: return try folder.party.reveal(table, messages)
                default: return try folder.party.respond(table, messages)
                }
            }
        }
    }

    /// Messages of one length, back to back.
    private static func split(_ bytes: [UInt8], into count: Int) throws(SealedMatchError) -> [[UInt8]] {
        guard count > 0 ? bytes.count % count == 0 : bytes.isEmpty else {
            throw SealedMatchError(.wrongLength, "behind a session there are messages of one length, or nothing")
        }
        let length = count > 0 ? bytes.count / count : 0
        return (0..<count).map { Array(bytes[$0 * length..<($0 + 1) * length]) }
    }

    /// The next step of a run that this custodian's operator agreed to. Everybody may carry its messages: they are
    /// signed.
    /// - Parameter bytes: `RunMessages`, encoded: all that was said in the rounds that are complete.
    /// - Returns: this party's next message; empty while it waits for others; its complaint of a wrong share (`SMP5`);
    ///   the record when it has its share.
    /// - Throws: `unknownSet` for a plan that nobody agreed to; what the round throws, with the party that is at fault.
    package func run(_ bytes: [UInt8]) throws(CustodianError) -> [UInt8] {
        let messages = try blaming(nil) { () throws(SealedMatchError) in try RunMessages(canonical: bytes) }
        var random = SystemRandom()
        switch try advance(messages, random: &random) {
        case .says(_, let message): return message
        case .complains(_, let complaint): return complaint
        case .waits: return []
        case .hasShare(let record): return record.encoded
        }
    }

    package func advance(
        _ messages: RunMessages, random: inout some RandomSource & ~Copyable
    ) throws(CustodianError) -> CustodianFolder.RunStep {
        let step: CustodianFolder.RunStep
        do throws(CustodianError) {
            step = try folder.advance(messages, time: now(), random: &random)
        } catch {
            // The state may have been written before the journal could not be: then the disk says which share is here.
            if error.code == .fileFailed { shares.withLock { $0.loaded = [:] } }
            throw error
        }
        if case .hasShare(let record) = step {
            // An older share of this table is of no use any more.
            try blaming(nil) { () throws(SealedMatchError) in try update(record.name) }
        }
        return step
    }
}
