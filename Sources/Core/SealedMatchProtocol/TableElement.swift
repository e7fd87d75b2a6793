public import SealedMatchCrypto

/// The group elements of one table: `H(tableID ‖ y)` for keys, and fillers under a tag of their own.
package struct TableElement: Sendable {
    /// The table whose elements these are.
    package let tableID: TableID

    /// The elements of one table.
    package init(tableID: TableID) { self.tableID = tableID }

    /// RFC 9497's HashToGroup in verifiable mode, so that α is a VOPRF key and its DLEQ proofs apply unchanged.
    package func point(of key: EntryKey) throws(SealedMatchError) -> Point {
        try HashToGroup.elements.point(tableID.encoded + key.encoded)
    }

    /// What is hashed for each key: tableID ‖ y.
    package func messages(of keys: some Collection<EntryKey>) throws(SealedMatchError) -> GroupMessages {
        var messages = GroupMessages(capacity: keys.count)
        for key in keys { try messages.append(tableID.encoded, key.encoded) }
        return messages
    }

    /// Fillers are hashed under their own domain-separation tag: no key's element is ever a filler.
    package static let fillerHash = HashToGroup(dst: HashToGroup.ascii(Separator.filler))

    /// What is hashed for the filler of a cell: fillerSeed ‖ index (8).
    package static func fillerMessage(ofCell index: Int, seed: Bytes32) -> [UInt8] {
        var message = ByteWriter(capacity: 40)
        message.put(seed)
        message.put(UInt64(index))
        return message.bytes
    }
}

/// A fresh random 16 bytes for each built table. Two tables with the same α and inputs would give a membership oracle
/// to a client that keeps both.
public struct TableID: Hashable, Sendable {
    /// Bytes of the encoding.
    public static let encodedCount = 16
    /// The 16 bytes.
    public let encoded: [UInt8]

    /// - Throws: `wrongLength`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else { throw SealedMatchError(.wrongLength, "a table ID has 16 bytes") }
        encoded = bytes
    }

    /// A new random name.
    /// - Throws: `randomSourceFailed`.
    package static func random(from random: inout some RandomSource & ~Copyable) throws(SealedMatchError) -> TableID {
        try TableID(canonical: Array(random.bytes32().bytes[0..<encodedCount]))
    }
}
