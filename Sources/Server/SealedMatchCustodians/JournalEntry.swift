package import SealedMatchCrypto
package import SealedMatchProtocol

/// One line of a custodian's journal: what it did, for whom, how much of it in all. `SMPJ` of Docs/Protocol.md, 4.15.
package struct JournalEntry: Equatable, Sendable {
    /// What was done.
    package enum Kind: UInt8, Sendable {
        /// Products of a batch of elements.
        case evaluated = 1
        /// A part in a joint proof.
        case proved = 2
        /// A run was begun.
        case begun = 3
        /// A run ended with a share.
        case finished = 4
        /// The share was erased.
        case erased = 5
    }

    package let kind: Kind
    /// From 0, without a gap.
    package let number: UInt64
    /// Seconds since 1970.
    package let time: UInt64
    /// Which table's key.
    package let tableID: TableID
    /// What it was about: the digest of a request, the name of a session, run or record.
    package let subject: Bytes32
    /// The coordinator that asked; zero for the custodian's own operator.
    package let asker: Bytes32
    /// Elements of this entry.
    package let count: UInt64
    /// Elements of this table in all, with this entry's.
    package let total: UInt64
    /// The digest of the entry before; zero for the first.
    package let previous: Bytes32
    /// The custodian's, of all before.
    package let signature: Signature

    /// Bytes of an entry.
    package static let encodedCount = 152 + Signature.encodedCount

    package static func make(
        _ kind: Kind, number: UInt64, time: UInt64, _ tableID: TableID, subject: Bytes32, asker: Bytes32,
        count: UInt64, total: UInt64, previous: Bytes32, key: borrowing SigningKey
    ) throws(SealedMatchError) -> JournalEntry {
        var out = ByteWriter(capacity: encodedCount)
        out.magic("SMPJ")
        out.put([kind.rawValue, 0, 0, 0])
        out.put(number)
        out.put(time)
        out.put(tableID.encoded)
        out.put(subject)
        out.put(asker)
        out.put(count)
        out.put(total)
        out.put(previous)
        return try JournalEntry(canonical: out.bytes + key.sign(SignedMessage.signed(out.bytes)).encoded)
    }

    /// Decodes an entry. Nothing is verified.
    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`.
    package init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        try reader.magic("SMPJ")
        guard let kind = try Kind(rawValue: reader.number(UInt8.self)) else {
            throw SealedMatchError(.nonCanonical, "a journal has no such kind of entry")
        }
        self.kind = kind
        try reader.zeros(3)
        number = try reader.number(UInt64.self)
        time = try reader.number(UInt64.self)
        tableID = try TableID(canonical: reader.take(16))
        subject = try reader.bytes32()
        asker = try reader.bytes32()
        count = try reader.number(UInt64.self)
        total = try reader.number(UInt64.self)
        previous = try reader.bytes32()
        signature = try Signature(canonical: reader.take(Signature.encodedCount))
        try reader.end()
        // "Entries of kinds 3, 4 and 5 have no coordinator and no elements"
        guard kind == .evaluated || kind == .proved || (asker == Bytes32() && count == 0) else {
            throw SealedMatchError(.nonCanonical, "nobody asks for a step of a run, and it counts nothing")
        }
        encoded = bytes
    }

    /// The bytes of 4.15.
    package let encoded: [UInt8]

    /// Whether the signature is this key's.
    package func verifies(publicKey: Bytes32) -> Bool {
        signature.verifies(
            SignedMessage.signed(Array(encoded.dropLast(Signature.encodedCount))), publicKey: publicKey)
    }

    /// Whether a coordinator asked for it.
    var isAsked: Bool { kind == .evaluated || kind == .proved }

    /// SHA-256 of all its bytes: what the next entry names.
    package func digest() throws(SealedMatchError) -> Bytes32 { try SHA256.digest(of: encoded) }
}
