internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// What a state says, by the names that a journal has.
struct Kept {
    /// The record whose share is here, or was erased.
    var record: Bytes32?
    var isErased = false
    /// The journal has an entry of a run of this table.
    var hasBegun = false
    /// The proof session that is at hand: the journal has an entry of it.
    var session: Bytes32?
}

/// All that a custodian keeps of one table: its share, a run that is under way or was the last, a proof that is under
/// way, or that the share was erased, and runs that were given up and may still end. One encoding, so that each step is
/// one write.
///
/// `SMCD ‖ tableID (16)`, then five times `length (4) ‖ bytes`; nothing of a part is length 0. Files of version 0.2 end
/// after four.
struct CustodianState {
    let tableID: TableID
    /// `CustodianShare`, encoded.
    var share: Held<SecretBytes>?
    /// `RunState`, encoded.
    var run: Held<SecretBytes>?
    /// `ProofSession`, encoded.
    var session: Held<SecretBytes>?
    /// The signed statement that the share was erased.
    var erasure: Held<SecretBytes>?
    /// Runs that were given up after they were confirmed, in their order: `length (4) ‖ RunState`, encoded, of each.
    private var givenUp: Held<SecretBytes>?

    static let maximumCount = 1 << 20

    init(_ tableID: TableID) { self.tableID = tableID }

    static func load(_ tableID: TableID, from store: some CustodianStore) throws(SealedMatchError) -> CustodianState {
        guard let bytes = try store.read(tableID) else { return CustodianState(tableID) }
        let state = try unsafe bytes.withBytes { (raw) throws(SealedMatchError) in
            try unsafe CustodianState(decoding: raw)
        }
        guard state.tableID == tableID else {
            throw SealedMatchError(.setMismatch, "a custodian's state is of another table")
        }
        return state
    }

    private init(decoding raw: UnsafeRawBufferPointer) throws(SealedMatchError) {
        var reader = unsafe SecretReader(raw)
        guard try unsafe reader.array(4) == HashToGroup.ascii("SMCD") else {
            throw SealedMatchError(.invalidMagic, "not a custodian's state, or not this version of it")
        }
        tableID = try TableID(canonical: unsafe reader.array(16))
        share = try unsafe Self.part(&reader)
        run = try unsafe Self.part(&reader)
        session = try unsafe Self.part(&reader)
        erasure = try unsafe Self.part(&reader)
        givenUp = unsafe reader.isAtEnd ? nil : try unsafe Self.part(&reader)
        try unsafe reader.end()
    }

    private static func part(_ reader: inout SecretReader) throws(SealedMatchError) -> Held<SecretBytes>? {
        let count = try unsafe reader.length()
        guard count > 0 else { return nil }
        return Held(try unsafe SecretBytes.copying(reader.take(count)))
    }

    func save(to store: some CustodianStore) throws(SealedMatchError) {
        let parts = [share, run, session, erasure, givenUp]
        let count = 20 + parts.reduce(0) { $0 + 4 + ($1?.secret.count ?? 0) }
        // Else it could not be read again. So many runs nobody gives up.
        guard count <= Self.maximumCount else {
            throw SealedMatchError(.storeFull, "more runs were given up than a custodian can keep")
        }
        var out = try SecretWriter(count: count)
        out.put(HashToGroup.ascii("SMCD"))
        out.put(tableID.encoded)
        for part in parts {
            out.put(encodedLength(part?.secret.count ?? 0))
            if let part { out.put(part.secret) }
        }
        try store.replace(tableID, with: out.finish())
    }

    /// The share, decoded.
    /// - Throws: `keyErased`, `unknownSet` if there is none.
    func decodedShare() throws(SealedMatchError) -> CustodianShare {
        guard erasure == nil else { throw SealedMatchError(.keyErased, "the share of this key was erased") }
        guard let share else { throw SealedMatchError(.unknownSet, "no share of this table's key is here") }
        return try CustodianShare(canonical: share.secret)
    }

    /// What was said when the share was erased; nil if it was not.
    func decodedErasure() throws(SealedMatchError) -> ErasureStatement? {
        guard let erasure else { return nil }
        return try ErasureStatement(canonical: unsafe erasure.secret.withBytes { raw in unsafe Array(raw) })
    }

    /// What a custodian knows of a table when it starts.
    func kept() throws(SealedMatchError) -> Kept {
        var kept = Kept()
        if let erasure = try decodedErasure() {
            kept.record = erasure.record
            kept.isErased = true
        } else if share != nil {
            kept.record = try decodedShare().record.name
        }
        let runs = try keptRuns()
        kept.hasBegun = kept.record != nil || !runs.isEmpty
        if let run {
            // A run's state is on disk before its entry: what came after its first message shows that one is there.
            switch try RunState(decoding: run.secret) {
            case .round1, .complained, .givenUp: break
            case .round2, .round3, .handedOver, .ended: kept.hasBegun = true
            }
        }
        if let session { kept.session = try ProofState(decoding: session.secret).session.name() }
        return kept
    }

    /// The run, decoded.
    /// - Throws: `keyErased`, `sessionConflict` if there is none.
    func decodedRun() throws(SealedMatchError) -> RunState {
        guard erasure == nil else { throw SealedMatchError(.keyErased, "the share of this key was erased") }
        guard let run else { throw SealedMatchError(.sessionConflict, "no run of this table is under way here") }
        return try RunState(decoding: run.secret)
    }

    /// Runs that were given up after they were confirmed, in their order.
    func keptRuns() throws(SealedMatchError) -> [SharingRun.Round3] {
        guard let givenUp else { return [] }
        return try unsafe givenUp.secret.withBytes { (raw) throws(SealedMatchError) in
            var reader = unsafe SecretReader(raw)
            var runs: [SharingRun.Round3] = []
            while unsafe !reader.isAtEnd {
                let bytes = try unsafe SecretBytes.copying(reader.take(reader.length()))
                guard case .round3(let run) = try RunState(decoding: bytes) else {
                    throw SealedMatchError(.nonCanonical, "a run was kept that was not confirmed")
                }
                runs.append(run)
            }
            return runs
        }
    }

    mutating func keep(_ runs: [SharingRun.Round3]) throws(SealedMatchError) {
        guard !runs.isEmpty else {
            givenUp = nil
            return
        }
        var encoded: [Held<SecretBytes>] = []
        for run in runs { encoded.append(Held(try run.encoded())) }
        var out = try SecretWriter(count: encoded.reduce(0) { $0 + 4 + $1.secret.count })
        for run in encoded {
            out.put(encodedLength(run.secret.count))
            out.put(run.secret)
        }
        givenUp = Held(out.finish())
    }

    /// Puts a share in use. A proof session is gone, and of the runs that were given up the one that made the share,
    /// and those before it. (Docs/Protocol.md, "Finished after all", step 3)
    mutating func use(_ share: borrowing CustodianShare) throws(SealedMatchError) {
        let runs = try keptRuns()
        if let place = runs.firstIndex(where: { $0.plan == share.record.plan }) {
            try keep(Array(runs[(place + 1)...]))
        }
        self.share = Held(try share.encoded())
        session = nil
    }
}
