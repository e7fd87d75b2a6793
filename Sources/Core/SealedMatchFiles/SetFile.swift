public import SealedMatchProtocol
public import SealedMatchCrypto

/// A mapped set file whose form is checked: header, signature block and length. Signatures, floors and the table's
/// digest are not: see `BlindedSet` for clients.
@safe
public final class SetFile: Sendable {
    /// The decoded header; its signatures are not checked.
    public let header: SetHeader
    /// The file's 16 signature places.
    public let signatures: SetSignatures
    private let file: MappedFile

    /// - Parameter maximumCells: the largest m that is accepted.
    /// - Throws: `fileFailed`, `wrongLength`, and the decoding errors of the header.
    public convenience init(path: String, maximumCells: Int = 1 << 34) throws(SealedMatchError) {
        try self.init(MappedFile(path: path, limit: Self.limit(maximumCells)))
    }

    /// The same for an open descriptor, which stays the caller's.
    package convenience init(descriptor: Int32, maximumCells: Int = 1 << 34) throws(SealedMatchError) {
        try self.init(MappedFile(descriptor: descriptor, limit: Self.limit(maximumCells)))
    }

    /// The same for a file in memory; it is copied.
    package convenience init(copying bytes: UnsafeRawBufferPointer, maximumCells: Int) throws(SealedMatchError) {
        try unsafe self.init(MappedFile(copying: bytes, limit: Self.limit(maximumCells)))
    }

    private static func limit(_ cells: Int) -> Int { SetHeader.tableOffset + 32 * max(0, min(cells, 1 << 34)) }

    private convenience init(_ file: MappedFile) throws(SealedMatchError) {
        try Sodium.start()
        // Opening a set, step 2: the signed part decodes
        let header = try SetHeader(canonical: file.copy(0..<SetHeader.encodedCount))
        let signatures = try SetSignatures(canonical: file.copy(SetHeader.encodedCount..<SetHeader.tableOffset))
        // Opening a set, step 3: the length. n is at most 2^27 and m follows from it, so this cannot overflow.
        guard file.count == SetHeader.tableOffset + 32 * header.cells else {
            throw SealedMatchError(.wrongLength, "the set file's length does not follow from its header")
        }
        self.init(file, header, signatures)
    }

    // Embedded Swift leaks an object whose own initialiser throws: everything that can fail comes before there is one.
    private init(_ file: MappedFile, _ header: SetHeader, _ signatures: SetSignatures) {
        self.file = file
        self.header = header
        self.signatures = signatures
    }

    /// The 32·m bytes of the table; valid while this object lives.
    @unsafe package var tableBytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: file.bytes[SetHeader.tableOffset...])
    }

    /// The table; valid while this object lives.
    @unsafe package func table() throws(SealedMatchError) -> TableView { try unsafe TableView(tableBytes) }

    /// BLAKE2b-256 of the table's bytes: the header's `tableDigest`, if the file is whole.
    public func tableDigest() throws(SealedMatchError) -> Bytes32 { try unsafe KDF.plainDigest(tableBytes) }
}
