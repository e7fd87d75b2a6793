public import SealedMatchCrypto
internal import SealedMatchProtocol

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
    /// The key's name, UTF-8, as bytes.
    public let name: [UInt8]
    /// The first 4 bytes of SHA-256(name ‖ 0x0A ‖ kind ‖ key), big-endian.
    let id: UInt32

    /// A key by its parts.
    /// - Throws: `malformedLog` for a name that is not UTF-8, or has spaces or plus signs in it.
    public init(name: [UInt8], kind: Kind, publicKey: Bytes32) throws(SealedMatchError) {
        var text = name
        text += HashToGroup.ascii("+00000000+")
        TextWriter.append(base64: [kind.rawValue] + publicKey.bytes, to: &text)
        try self.init(text, checksID: false)
    }

    /// From its text: `name+ID+base 64 of kind ‖ key`.
    /// - Throws: `malformedLog`, also for keys of other kinds than the two.
    public init(canonical text: [UInt8]) throws(SealedMatchError) { try self.init(text, checksID: true) }

    @inline(never)
    private init(_ text: [UInt8], checksID: Bool) throws(SealedMatchError) {
        var cursor = TextCursor(text)
        let namePart = cursor.part(to: 0x2B)
        cursor.requireText(namePart, isName: true)
        let idPart = cursor.part(to: 0x2B)
        cursor.require(idPart.length == 8)
        let said = number(cursor.hexadecimal(idPart), 0..<4)
        let value = cursor.base64(cursor.position..<text.count)
        publicKey = cursor.bytes32(copied(value, min(1, value.count)..<value.count))
        let type = number(value, 0..<1)
        kind = type == 1 ? .note : .cosignature
        cursor.require(type == UInt64(kind.rawValue))
        let name = copied(text, namePart)
        let digest = try sha256(name, HashToGroup.ascii("\n"), value)
        id = UInt32(truncatingIfNeeded: digest.word(at: 0)).byteSwapped
        cursor.require(!checksID || said == UInt64(id))
        self.name = name
        try cursor.check()
    }

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
