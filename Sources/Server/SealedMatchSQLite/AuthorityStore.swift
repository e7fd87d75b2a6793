internal import GRDB
internal import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings

/// What the authority keeps, in one SQLite file: openings, how far it has read each source of vouchers, and the keys
/// K_e of revealed accounts.
///
/// **The file is as sensitive as α.** It tells which pseudonyms opened slots and how many, which shrinks what chance
/// openings hide to the printed curves, and holds what opens the matches' shares; above the threshold it holds the keys
/// that open payloads. It is owner-readable only; keep it on an encrypted disk, and never where the collector can read
/// it. Where the collector forgets vouchers that were opened, it is the only copy: back it up. (Docs/Protocol.md,
/// "Openings")
public final class AuthorityStore: OpeningStore {
    package let file: StoreFile
    let leases = LeaseTable()
    private let path: String

    /// Opens the file, or makes one.
    /// - Throws: `fileFailed`, also when it is missing and may not be made, or is another user's; `invalidMagic` for a
    ///   database of something else, or of an older version, which is left untouched; `damagedStore` for one that is
    ///   corrupt or newer.
    public init(path: String, creation: StoreCreation = .never) throws(SealedMatchError) {
        file = try StoreFile.open(path: path, Self.kind, creation: creation)
        self.path = path
    }

    /// Opens a file for this object alone, also one that was moved to a cluster.
    /// - Throws: as the other; `fileFailed` also while somebody has it open.
    package init(alone path: String) throws(SealedMatchError) {
        file = try StoreFile.open(path: path, Self.kind, creation: .never, sharing: .alone)
        self.path = path
    }

    /// Ends the use of the file, which then is whole by itself: nothing of it is in a file beside it. That happens,
    /// too, when the last reference to the store goes. What is asked of it later fails.
    /// - Throws: `fileFailed`; nothing is lost then.
    public func close() throws(SealedMatchError) { try file.close() }

    /// Writes the file anew, in the order of its rows' random numbers. Rows keep no order of arrival; the pages of
    /// a SQLite file keep some of it until then, and again after the next recording. Needs the file's size in memory,
    /// and twice on the disk. Other users of the file wait ten seconds, then fail: take the turn before.
    /// - Throws: `fileFailed`, also while another process reads the file; `interrupted`. Nothing is lost then.
    public func compact() throws(SealedMatchError) { try file.compact() }

    deinit { file.closeReaders() }

    /// Ends what runs in this store, and what is asked of it later, with `interrupted`. From any thread.
    public func interrupt() { file.interrupt() }

    /// Takes the turn of opening into this store, by a lock on a file beside it whose name ends in `.lock`.
    /// - Returns: nil while another holder, maybe in another process, has it.
    /// - Throws: `fileFailed` when the lock's file cannot be opened; `damagedStore`, `interrupted`.
    public func takeTurn() throws(SealedMatchError) -> OpeningTurn? {
        // What was forgotten while somebody read the file.
        try file.finishForgetting()
        return try OpeningTurn.take(path: path + ".lock")
    }

    /// How many vouchers wait for a set's key, of all sources.
    public func waitingCount() throws(SealedMatchError) -> Int {
        try file.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM waiting") ?? 0 }
    }
}
