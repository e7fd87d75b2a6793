public import SealedMatchProtocol
public import SealedMatchCrypto
internal import SealedMatchFiles
public import SealedMatchLog

/// A set that passed every check of Docs/Protocol.md, "Opening a set", mapped from its file. One object serves any
/// number of threads.
@safe
public final class BlindedSet: Sendable {
    /// The signed header.
    public let header: SetHeader
    /// The set's name; vouchers carry it.
    public let root: SetRoot
    /// Whose signatures the file holds, and how many pinned sources confirm each entry: what users are shown.
    public let signers: VerifiedSigners
    /// What the log says of the set, by its proof; nil if the policy asked for none.
    public let logged: LoggedSet?
    /// B and L, as sealing multiplies them.
    package let bases: GroupBases
    private let file: SetFile

    /// Opens a set file: maps it, checks form, digest, signatures, floors, expiry and version, in time linear in the
    /// file and with memory that does not depend on it.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - lastVersion: the newest version that this client has used; older ones are refused.
    ///   - proof: the bytes of the set's file `.proof`; looked at if the policy pins a log.
    /// - Throws: `fileFailed`, `wrongLength`, the errors of `SetHeader(canonical:)`, `rootMismatch`,
    ///   `tooFewSignatures`, `supportNotConfirmed`, `invalidSignature`, `belowFloor`, `testSet`, `unknownProfile` for a
    ///   profile that is not pinned, `setNotYetIssued`, `setExpired`, `setRolledBack`; with a pinned log those of
    ///   `LoggedSet`. Which one depends on the files alone, never on what anybody sends.
    public static func open(
        path: String, trust: TrustPolicy, now: UInt64, lastVersion: UInt64 = 0, proof: [UInt8]? = nil
    ) throws(SealedMatchError) -> BlindedSet {
        try open(SetFile(path: path, maximumCells: trust.maximumCells), trust, now, lastVersion, proof)
    }

    /// Opens a set file that is in memory. Its bytes are copied, so that nobody can change them after they were
    /// checked: as much private memory as the file is long. Prefer a path.
    /// - Throws: as for a path; `outOfMemory`.
    package static func open(
        copying bytes: UnsafeRawBufferPointer, trust: TrustPolicy, now: UInt64, lastVersion: UInt64 = 0,
        proof: [UInt8]? = nil
    ) throws(SealedMatchError) -> BlindedSet {
        try unsafe open(SetFile(copying: bytes, maximumCells: trust.maximumCells), trust, now, lastVersion, proof)
    }

    private static func open(
        _ file: SetFile, _ trust: TrustPolicy, _ now: UInt64, _ lastVersion: UInt64, _ proof: [UInt8]?
    ) throws(SealedMatchError) -> BlindedSet {
        // Opening a set, steps 4–5: what the policy asks for, and signatures
        let signers = try trust.check(file.header, file.signatures)
        // Opening a set, step 6: version and expiry
        guard file.header.version >= lastVersion else {
            throw SealedMatchError(.setRolledBack, "the set is older than one that this client has used")
        }
        guard !file.header.isAhead(of: now) else {
            throw SealedMatchError(.setNotYetIssued, "the set is dated after the clock; is the clock right?")
        }
        guard now < file.header.expiresAt else {
            throw SealedMatchError(.setExpired, "the set has expired; fetch a newer one")
        }
        // Opening a set, step 7: the table
        guard try file.tableDigest() == file.header.tableDigest else {
            throw SealedMatchError(.rootMismatch, "the table is not the one that was signed")
        }
        // Opening a set, step 8: the log
        let root = try file.header.root()
        var logged: LoggedSet?
        if let log = trust.log {
            logged = try LoggedSet(proof: proof, of: file.header, root: root, policy: log, now: now)
        }
        return try BlindedSet(
            file, signers: signers, logged: logged, root: root,
            bases: GroupBases(publicKey: file.header.publicKey))
    }

    private init(
        _ file: SetFile, signers: VerifiedSigners, logged: LoggedSet?, root: SetRoot, bases: GroupBases
    ) {
        self.bases = bases
        self.file = file
        header = file.header
        self.signers = signers
        self.logged = logged
        self.root = root
    }

    /// The table; valid while this object lives.
    @unsafe package func table() throws(SealedMatchError) -> TableView { try unsafe file.table() }
}
