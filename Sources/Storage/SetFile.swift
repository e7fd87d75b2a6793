public import MatchProtocol
public import Primitives

/// A mapped set file whose form is checked: header, signature block and length. Signatures, floors and the table's digest are not: see `BlindedSet` for clients.
@safe
public final class SetFile: Sendable {
    public let header: SetHeader
    public let signatures: SetSignatures
    private let file: MappedFile

    /// - Parameter maximumCells: the largest m that is accepted.
    /// - Throws: `fileFailed`, `wrongLength`, and the decoding errors of the header.
    public init(path: String, maximumCells: Int = 1 << 34) throws(SealedMatchError) {
        try Sodium.start()
        file = try MappedFile(path: path, limit: SetHeader.count + 32 * max(0, min(maximumCells, 1 << 34)))
        header = try SetHeader(canonical: file.copy(0..<SetHeader.signedCount))
        signatures = try SetSignatures(canonical: file.copy(SetHeader.signedCount..<SetHeader.count))
        // n is at most 2^27 and m follows from it, so this cannot overflow.
        guard file.count == SetHeader.count + 32 * header.cells else {
            throw SealedMatchError(.wrongLength, "the set file's length does not follow from its header")
        }
    }

    /// The 32·m bytes of the table; valid while this object lives.
    @unsafe package var tableBytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: file.bytes[SetHeader.count...])
    }

    /// The table; valid while this object lives.
    @unsafe package func table() throws(SealedMatchError) -> TableView { try unsafe TableView(tableBytes) }

    /// BLAKE2b-256 of the table's bytes: the header's `tableDigest`, if the file is whole.
    public func tableDigest() throws(SealedMatchError) -> Bytes32 { try unsafe KDF.plainDigest(tableBytes) }
}
