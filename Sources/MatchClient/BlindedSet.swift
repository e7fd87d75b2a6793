public import MatchProtocol
public import Primitives
internal import Storage

/// A set that passed every check of Docs/Protocol.md, "Opening a set", mapped from its file. One object serves any number of threads.
@safe
public final class BlindedSet: Sendable {
    public let header: SetHeader
    /// The set's name; vouchers carry it.
    public let root: Bytes32
    /// The pinned sources or others whose signatures the file holds, all valid.
    public let signers: [Bytes32]
    private let file: SetFile

    /// Opens a set file: maps it, checks form, digest, signatures, floors, expiry and version, in time linear in the file and with memory that does not depend on it.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - lastVersion: the newest version that this client has used; older ones are refused.
    /// - Throws: `fileFailed`, `wrongLength`, the errors of `SetHeader(canonical:)`, `rootMismatch`, `tooFewSignatures`, `invalidSignature`, `belowFloor`,
    ///   `setExpired`, `setRolledBack`. Which one depends on the file alone, never on what anybody sends.
    public static func open(
        path: String, trust: TrustPolicy, now: UInt64, lastVersion: UInt64 = 0
    ) throws(SealedMatchError) -> BlindedSet {
        let file = try SetFile(path: path, maximumCells: trust.maximumCells)
        try trust.check(file.header, file.signatures)
        guard file.header.version >= lastVersion else {
            throw SealedMatchError(.setRolledBack, "the set is older than one that this client has used")
        }
        guard now < file.header.expiresAt else { throw SealedMatchError(.setExpired, "the set has expired; fetch a newer one") }
        guard try file.tableDigest() == file.header.tableDigest else {
            throw SealedMatchError(.rootMismatch, "the table is not the one that was signed")
        }
        return try BlindedSet(file)
    }

    private init(_ file: SetFile) throws(SealedMatchError) {
        self.file = file
        header = file.header
        signers = try file.signatures.validSigners(of: file.header)
        root = try file.header.root()
    }

    /// The table; valid while this object lives.
    @unsafe package func table() throws(SealedMatchError) -> TableView { try unsafe file.table() }
}
