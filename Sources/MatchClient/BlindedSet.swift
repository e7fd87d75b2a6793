public import MatchProtocol
public import Primitives
internal import Storage

/// A set that passed every check of Protocol 6, mapped from its file. One object serves any number of threads.
@safe
public final class BlindedSet: Sendable {
    public let header: SetHeader
    /// The set's name; vouchers carry it.
    public let root: Bytes32
    /// The pinned sources or others whose signatures the file holds, all valid.
    public let signers: [Bytes32]
    private let file: MappedFile

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
        try Sodium.start()
        let limit = SetHeader.count + 32 * max(0, min(trust.maximumCells, 1 << 40))
        let file = try MappedFile(path: path, limit: limit)
        let header = try SetHeader(canonical: file.copy(0..<SetHeader.signedCount))
        let signatures = try SetSignatures(canonical: file.copy(SetHeader.signedCount..<SetHeader.count))
        // m is at most 2n + 1.2·10^8 and n at most 2^27, so this cannot overflow.
        guard file.count == SetHeader.count + 32 * header.cells else {
            throw SealedMatchError(.wrongLength, "the set file's length does not follow from its header")
        }
        try trust.check(header, signatures)
        guard header.version >= lastVersion else {
            throw SealedMatchError(.setRolledBack, "the set is older than one that this client has used")
        }
        guard now < header.expiresAt else { throw SealedMatchError(.setExpired, "the set has expired; fetch a newer one") }
        let set = try BlindedSet(header: header, signers: signatures.validSigners(of: header), file: file)
        guard unsafe try KDF.plainDigest(set.tableBytes) == header.tableDigest else {
            throw SealedMatchError(.rootMismatch, "the table is not the one that was signed")
        }
        return set
    }

    private init(header: SetHeader, signers: [Bytes32], file: MappedFile) throws(SealedMatchError) {
        self.header = header
        self.signers = signers
        self.file = file
        root = try header.root()
    }

    private var tableBytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: file.bytes[SetHeader.count...])
    }

    /// The table; valid while this object lives.
    @unsafe package func table() throws(SealedMatchError) -> TableView { try unsafe TableView(tableBytes) }
}
