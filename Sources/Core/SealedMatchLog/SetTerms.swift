public import SealedMatchCrypto
internal import SealedMatchProtocol

/// What the log's entry of a set says that the set does not: who holds α, and what the set is for. Public.
public struct SetTerms: Equatable, Sendable {
    /// τ: how many custodians must take part in opening, at least 2. 0 if one authority holds α.
    public var threshold: Int
    /// The custodians' public shares L_1, L_2, …, at most 16 and at least τ, or none: then one authority holds α.
    /// Clients do not look whether these are shares of the set's L; monitors do.
    public var custodians: [Bytes32]
    /// SHA-256 of the statement for people: who publishes the set, for what purpose and on what legal basis.
    public var statement: Bytes32

    /// Most custodians.
    package static let maximumCustodians = 16

    /// - Throws: `malformedLog` for a threshold that is not between 2 and the number of custodians, and more than 16.
    public init(threshold: Int = 0, custodians: [Bytes32] = [], statement: Bytes32) throws(SealedMatchError) {
        self.threshold = threshold
        self.custodians = custodians
        self.statement = statement
        guard isValid else {
            throw SealedMatchError(
                .malformedLog, "the threshold of at most 16 custodians is between 2 and their number")
        }
    }

    /// The last lines of an entry, and its end.
    init(_ cursor: inout TextCursor) {
        threshold = 0
        let count = cursor.field("custodians")
        if !count.isEmpty {
            threshold = Int(truncatingIfNeeded: cursor.number(count))
            cursor.require(threshold > 0)
        }
        custodians = cursor.keys("custodian")
        statement = cursor.bytes32("statement")
        cursor.require(
            cursor.bytes.count <= SetEntry.maximumCount && cursor.position == cursor.bytes.count && isValid)
    }

    /// Of an entry that must begin as a set's.
    /// - Throws: `proofOfOtherSet`, `malformedLog`; `primitiveFailed`.
    @inline(never)
    init(_ entry: [UInt8], of header: SetHeader, root: SetRoot) throws(SealedMatchError) {
        let expected = try SetEntry.beginning(of: header, root: root)
        guard isEqual(entry, 0..<min(entry.count, expected.count), to: expected) else {
            throw SealedMatchError(.proofOfOtherSet, "the proof is of another set, or says what the set does not")
        }
        var cursor = TextCursor(entry, from: expected.count)
        self.init(&cursor)
        try cursor.check()
    }

    private var isValid: Bool {
        custodians.count <= Self.maximumCustodians
            && (custodians.isEmpty ? threshold == 0 : threshold >= 2 && threshold <= custodians.count)
    }

    func write(to text: inout EntryWriter) {
        if !custodians.isEmpty { text.put("custodians", UInt64(clamping: threshold)) }
        for custodian in custodians { text.put("custodian", custodian) }
        text.put("statement", statement)
    }
}
