public import SealedMatchCrypto

/// A key of a log or of a witness: name, kind and Ed25519 key (c2sp.org/signed-note, "Verifier keys").
public struct VerifierKey: Sendable {
    /// What the key signs, by its type's byte.
    public enum Kind: UInt8, Sendable {
        /// The text of a note: a log's key.
        case note = 1
        /// A checkpoint, with the time: a witness' key (c2sp.org/tlog-cosignature).
        case cosignature = 4
    }
    /// What it signs.
    public let kind: Kind
    /// The Ed25519 key, 32 bytes.
    public let publicKey: Bytes32
    /// What the name is a part of.
    let text: [UInt8]
    let nameRange: Range<Int>
    /// The first 4 bytes of SHA-256(name ‖ 0x0A ‖ kind ‖ key), big-endian.
    let id: UInt32

    /// A key by its parts.
    /// - Throws: `malformedLog` for a name that is not UTF-8, or has spaces or plus signs in it.
    public init(name: [UInt8], kind: Kind, publicKey: Bytes32) throws(SealedMatchError) {
        var text = name
        text += HashToGroup.ascii("+00000000+")
        TextWriter.append(base64: [kind.rawValue] + publicKey.bytes, to: &text)
        try self.init(text, 0..<text.count, checksID: false)
    }

    /// From its text: `name+ID+base 64 of kind ‖ key`.
    /// - Throws: `malformedLog`, also for keys of other kinds than the two.
    public init(canonical text: [UInt8]) throws(SealedMatchError) { try self.init(text, 0..<text.count) }

    @inline(never)
    init(_ text: [UInt8], _ range: Range<Int>, checksID: Bool = true) throws(SealedMatchError) {
        // What follows a name has one length: plus, 8 digits, plus, 33 bytes in base 64.
        let end = range.upperBound
        let plus = max(range.lowerBound, end - Self.countAfterName)
        nameRange = range.lowerBound..<plus
        var cursor = TextCursor(text)
        cursor.requirePlain(nameRange)
        cursor.requireName(nameRange)
        cursor.require(cursor.byte(plus) == 0x2B && cursor.byte(end - 45) == 0x2B)
        let id = cursor.hexadecimal(max(plus, end - 53)..<max(plus, end - 45), count: 4)
        let value = cursor.base64(max(plus, end - 44)..<end)
        cursor.require(value.count == 33)
        let digest = try SHA256.digest(of: copied(text, nameRange), HashToGroup.ascii("\n"), value)
        let (computed, said) = (
            UInt32(truncatingIfNeeded: digest.word(at: 0)), UInt32(truncatingIfNeeded: id.word(at: 0))
        )
        cursor.require(!checksID || computed == said)
        kind = number(value, 0..<1) == 1 ? .note : .cosignature
        cursor.require(number(value, 0..<1) == UInt64(kind.rawValue))
        try cursor.check()
        publicKey = Bytes32(bytes: copied(value, 1..<33))
        self.text = text
        self.id = computed.byteSwapped
    }

    /// Bytes of a key's text after its name.
    private static let countAfterName = 54

    /// The key's name, UTF-8, as bytes.
    public var name: [UInt8] { copied(text, nameRange) }

    var idBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: id >> UInt32(24 - 8 * $0)) } }

    /// Its text.
    public var encoded: [UInt8] {
        var text = name
        text.append(0x2B)
        TextWriter.append(hexadecimal: idBytes, to: &text)
        text.append(0x2B)
        TextWriter.append(base64: [kind.rawValue] + publicKey.bytes, to: &text)
        return text
    }
}
