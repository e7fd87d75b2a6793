public import SealedMatchCrypto
public import SealedMatchProtocol
internal import Synchronization

/// A custodian: its identity key, and what it keeps. Each function loads the state of a table, carries out one step,
/// has the new state on disk, and only then returns what leaves this machine. So the process may be killed at any
/// moment: whatever was called is called again, with the same messages, and gives the same.
///
/// Any number of threads may call it; one at a time is served. A store serves one such object at a time.
public final class CustodianParty<Store: CustodianStore>: Sendable {
    let store: Store
    let identity: SigningKey
    private let turn = Mutex(())

    /// - Parameters:
    ///   - identity: the Ed25519 key by which plans name this party.
    ///   - store: where its states are.
    public init(identity: consuming SigningKey, store: Store) {
        self.identity = identity
        self.store = store
    }

    /// The public key of this party, 32 bytes.
    public var publicKey: Bytes32 { identity.publicKey }

    /// One step: what it changes is on disk when this returns.
    func step<Result: ~Copyable>(
        _ table: TableID, _ body: (inout CustodianState) throws(CustodianError) -> Result
    ) throws(CustodianError) -> Result {
        try turn.withLock { (_) throws(CustodianError) in
            var state = try blaming(nil) { () throws(SealedMatchError) in
                try CustodianState.load(table, from: store)
            }
            return try body(&state)
        }
    }

    /// What is kept of a table.
    func kept(_ table: TableID) throws(SealedMatchError) -> Kept {
        try unblamed { () throws(CustodianError) in
            try step(table) { (state) throws(CustodianError) in
                try blaming(nil) { () throws(SealedMatchError) in try state.kept() }
            }
        }
    }

    /// Puts a run's new state on disk.
    func save(_ run: RunState, in state: inout CustodianState) throws(SealedMatchError) {
        state.run = Held(try run.encoded())
        try state.save(to: store)
    }

    /// The share of a table's key, for evaluating.
    /// - Throws: `unknownSet` if there is none, `keyErased`; what the store throws.
    public func share(of table: TableID) throws(CustodianError) -> CustodianShare {
        try step(table) { (state) throws(CustodianError) in
            try blaming(nil) { () throws(SealedMatchError) in try state.decodedShare() }
        }
    }
}
