internal import GRDB
public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol
internal import Synchronization

/// The collector: registers pseudonyms and commitments, keeps sealed vouchers, and releases names against tokens,
/// durably and idempotently, in one SQLite file. It never meets the matching key.
///
/// Whoever takes the file without that key learns accounts, their pseudonyms, epochs, sets, counts and the order of
/// arrival; nothing about media. Whoever can *change* it can lose vouchers, and can replace commitments before the
/// authority has seen them. All functions may be called from any thread; they block on the disk. (Docs/Protocol.md,
/// "Collector")
public final class CollectorStore: Intake, VoucherSource, NameResolver {
    package let file: StoreFile
    private let currentPolicy: Mutex<CollectorPolicy>
    /// By which the vouchers that this object stores are known: 16 random bytes.
    let run: [UInt8]

    /// Opens the file, or makes one.
    /// - Throws: `fileFailed`, also when it is missing and may not be made, or is another user's; `invalidMagic` for a
    ///   database of something else, which is left untouched; `damagedStore` for one that is corrupt or newer.
    public init(
        path: String, policy: CollectorPolicy = CollectorPolicy(), creation: StoreCreation = .never
    ) throws(SealedMatchError) {
        file = try StoreFile.open(path: path, Self.kind, creation: creation)
        currentPolicy = Mutex(policy)
        run = try Self.drawRun()
    }

    /// Opens a file for this object alone, also one that was moved to a cluster.
    /// - Throws: as the other; `fileFailed` also while somebody has it open.
    package init(alone path: String) throws(SealedMatchError) {
        file = try StoreFile.open(path: path, Self.kind, creation: .never, sharing: .alone)
        currentPolicy = Mutex(CollectorPolicy())
        run = try Self.drawRun()
    }

    private static func drawRun() throws(SealedMatchError) -> [UInt8] {
        var random = SystemRandom()
        return Array(try random.bytes32().bytes.prefix(16))
    }

    /// Ends the use of the file, which then is whole by itself: nothing of it is in a file beside it. That happens,
    /// too, when the last reference to the store goes. What is asked of it later fails.
    /// - Throws: `fileFailed`; nothing is lost then.
    public func close() throws(SealedMatchError) { try file.close() }

    deinit { file.closeReaders() }

    /// Ends what runs in this store, and what is asked of it later, with `interrupted`. From any thread.
    public func interrupt() { file.interrupt() }

    /// What is accepted from now on.
    public var policy: CollectorPolicy {
        get { currentPolicy.withLock { $0 } }
        set { currentPolicy.withLock { $0 = newValue } }
    }

    /// Registers the pseudonym and commitment of an account and epoch. The caller has authenticated the account.
    ///
    /// One transaction compares and inserts, so of any number of different registrations just one wins, whatever the
    /// timing.
    /// - Throws: `authenticationFailed` when it names another account; `invalidSignature` when the policy asks for one;
    ///   `commitmentConflict` when another pseudonym or commitment is registered; `pseudonymConflict` when the
    ///   pseudonym is another account's; `epochInPast` when the epoch has expired here, or is before the policy's;
    ///   `epochTooFar` when it is behind them; `quotaExceeded` for too many epochs; `fileFailed`, `damagedStore`.
    public func register(_ registration: Registration, authenticatedAs account: AccountID) throws(SealedMatchError)
        -> IntakeOutcome
    {
        let policy = policy
        // Register, steps 1–2: the caller's account, and its signature
        try policy.check(registration, authenticatedAs: account)
        return try file.write { db in try Self.register(registration, policy, db) }
    }

    /// Register, from step 3 on. A refusal has changed nothing.
    static func register(
        _ registration: Registration, _ policy: CollectorPolicy, _ db: Database
    ) throws(SealedMatchError) -> IntakeOutcome {
        try StoreFile.mappingErrors {
            let account = registration.account
            // Register, step 3: the epoch has not expired
            try Self.checkExpiry(registration.epoch, db)
            // Register, step 4: the account has a registration of this epoch
            if let row = try Row.fetchOne(
                db,
                sql: "SELECT \(Self.registrationColumns), id FROM registration WHERE account = ? AND epoch = ?",
                arguments: [account.encoded.databaseBlob, registration.epoch])
            {
                let known = try Self.registration(RowReader(row))
                guard known.pseudonym == registration.pseudonym, known.commitment == registration.commitment else {
                    throw SealedMatchError(
                        .commitmentConflict, "another pseudonym or commitment is registered for this account and epoch")
                }
                if try policy.replaces(known, by: registration) {
                    try db.execute(
                        sql: "UPDATE registration SET signature = ? WHERE id = ?",
                        arguments: [registration.signature.databaseBlob, RowReader(row).integer(5)])
                }
                return .alreadyStored
            }
            // Register, step 5: the pseudonym is another account's
            let name: StatementArguments = [registration.epoch, registration.pseudonym.encoded.databaseBlob]
            let sql = "SELECT 1 FROM registration WHERE epoch = ? AND pseudonym = ?"
            guard try Row.fetchOne(db, sql: sql, arguments: name) == nil else {
                throw SealedMatchError(.pseudonymConflict, "the pseudonym is another account's in this epoch")
            }
            // Register, step 6: an epoch of the clock, and the quota
            try policy.check(new: registration.epoch)
            let epochs = try Int.fetchOne(
                db, sql: "SELECT COUNT(*) FROM registration WHERE account = ?",
                arguments: [account.encoded.databaseBlob])
            guard (epochs ?? 0) < policy.epochsPerAccount else {
                throw SealedMatchError(.quotaExceeded, "the account has registered too many epochs")
            }
            try db.execute(
                sql:
                    "INSERT INTO registration (account, epoch, pseudonym, commitment, signature) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    account.encoded.databaseBlob, registration.epoch, registration.pseudonym.encoded.databaseBlob,
                    registration.commitment.encoded.databaseBlob, registration.signature.databaseBlob,
                ])
            return .stored
        }
    }

    /// Stores one voucher. When this returns, it is on disk.
    ///
    /// The reply depends on the voucher's length and form, on the account and on what is registered, never on what is
    /// inside.
    /// - Throws: `wrongLength`, `invalidMagic`, `parameterOutOfRange` for what is no voucher; `authenticationFailed`
    ///   when its pseudonym is another account's; `notRegistered`, `epochInPast`, `voucherConflict` for the same ID
    ///   with other bytes, `invalidSignature` when the policy asks for a signature that the registration has not,
    ///   `unknownSet`, `setMismatch`, `quotaExceeded`; `fileFailed`, `damagedStore`.
    public func store(_ voucher: [UInt8], authenticatedAs account: AccountID) throws(SealedMatchError) -> IntakeOutcome
    {
        try store(all: [voucher], authenticatedAs: account)[0].get()
    }

    /// Stores many vouchers of one account in one transaction, with one wait for the disk. Each has its own outcome; a
    /// refused one does not touch the others.
    /// - Returns: as many outcomes as vouchers, in their order.
    /// - Throws: `fileFailed`, `damagedStore`; then nothing was stored.
    public func store(
        all vouchers: [[UInt8]], authenticatedAs account: AccountID
    ) throws(SealedMatchError) -> [Result<IntakeOutcome, SealedMatchError>] {
        let policy = policy
        let arrived = vouchers.map(Self.arrived)
        return try file.write { db in try Self.store(arrived, of: account, policy, run, db) }
    }

    static func arrived(_ bytes: [UInt8]) -> Result<ArrivedVoucher, SealedMatchError> {
        Result { () throws(SealedMatchError) in try ArrivedVoucher(bytes) }
    }

    /// Stores vouchers of one account, in a transaction that may hold others'.
    /// - Parameter run: of the object that stores them.
    /// - Throws: what ends the whole transaction.
    static func store(
        _ vouchers: [Result<ArrivedVoucher, SealedMatchError>], of account: AccountID, _ policy: CollectorPolicy,
        _ run: [UInt8], _ db: Database
    ) throws(SealedMatchError) -> [Result<IntakeOutcome, SealedMatchError>] {
        var signed: Set<Int64> = []
        var outcomes: [Result<IntakeOutcome, SealedMatchError>] = []
        for voucher in vouchers {
            do throws(SealedMatchError) {
                outcomes.append(.success(try insert(voucher.get(), of: account, policy, run, &signed, db)))
            } catch {
                // A refusal is the voucher's outcome; a failing disk or file ends the whole transaction.
                guard error.isRefusal else { throw error }
                outcomes.append(.failure(error))
            }
        }
        return outcomes
    }

    /// - Parameter signed: rows of registrations whose signature was found to verify in this transaction.
    private static func insert(
        _ voucher: ArrivedVoucher, of account: AccountID, _ policy: CollectorPolicy, _ run: [UInt8],
        _ signed: inout Set<Int64>, _ db: Database
    ) throws(SealedMatchError) -> IntakeOutcome {
        let (header, digest) = (voucher.header, voucher.digest)
        return try StoreFile.mappingErrors {
            // Store, step 2: the epoch has not expired
            try checkExpiry(header.epoch, db)
            // Store, step 3: the pseudonym is registered, by the caller's account
            let registration = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT id, vouchers, \(RowReader.bounded("account", 32)) FROM registration
                        WHERE epoch = ? AND pseudonym = ?
                        """),
                arguments: [header.epoch, header.pseudonym.encoded.databaseBlob])
            try ArrivedVoucher.check(
                registration.map { AccountID(canonical: try RowReader($0).bytes32(2)) }, is: account)
            guard let registration else { return .stored }
            let name: StatementArguments = [header.pseudonym.encoded.databaseBlob, header.epoch]
            let id = try RowReader(registration).integer(0)
            let count = try RowReader(registration).integer(1)
            // Store, step 4: a retry is answered before anything that may have changed since.
            if let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT \(RowReader.bounded("digest", 32)) FROM voucher
                        WHERE pseudonym = ? AND epoch = ? AND voucherID = ?
                        """),
                arguments: name + [header.voucherID.encoded.databaseBlob])
            {
                guard try RowReader(row).bytes32(0) == digest else {
                    throw SealedMatchError(.voucherConflict, "another voucher has this ID")
                }
                return .alreadyStored
            }
            // Store, steps 5–6: a signed registration, a known set, and the quota
            if policy.identities != nil, !signed.contains(id) {
                try policy.check(known: Self.registration(id, db))
                signed.insert(id)
            }
            try policy.check(header)
            guard count < policy.vouchersPerEpoch else {
                throw SealedMatchError(.quotaExceeded, "the account has sent too many vouchers in this epoch")
            }
            // With the first voucher that this object stores: from which position on they are its own.
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO run (first, token)
                    SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'voucher'), 0) + 1, ?1
                    WHERE NOT EXISTS (SELECT 1 FROM run WHERE token = ?1)
                    """
            ).execute(arguments: [run.databaseBlob])
            try db.cachedStatement(
                sql: "INSERT INTO voucher (pseudonym, epoch, voucherID, digest, bytes) VALUES (?, ?, ?, ?, ?)"
            )
            .execute(
                arguments: name + [
                    header.voucherID.encoded.databaseBlob, digest.databaseBlob, voucher.bytes.databaseBlob,
                ])
            try db.cachedStatement(sql: "UPDATE registration SET vouchers = vouchers + 1 WHERE id = ?").execute(
                arguments: [id])
            return .stored
        }
    }

    private static func registration(_ id: Int64, _ db: Database) throws -> Registration {
        let sql = "SELECT \(registrationColumns) FROM registration WHERE id = ?"
        guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [id]) else {
            throw SealedMatchError(.damagedStore, "a registration is gone in the middle of a transaction")
        }
        return try registration(RowReader(row))
    }

    static func checkExpiry(_ epoch: UInt32, _ db: Database) throws {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT firstEpoch FROM expiry WHERE id = 1")) else {
            throw SealedMatchError(.damagedStore, "the database has lost the epoch from which it takes vouchers")
        }
        guard try Int64(epoch) >= RowReader(row).integer(0) else {
            throw SealedMatchError(.epochInPast, "the epoch has expired at this collector")
        }
    }
}
