package import SealedMatchCrypto
internal import SealedMatchProtocol

/// A log's signed tree head (c2sp.org/tlog-checkpoint), parsed; no signature is checked by parsing.
package struct Checkpoint: Sendable {
    let originRange: Range<Int>
    /// Entries, below 2^63.
    package let size: UInt64
    /// The tree's root.
    package let root: Bytes32
    /// The note that it is.
    package let note: SignedNote

    /// - Throws: `malformedLog`.
    package init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var cursor = TextCursor(bytes)
        self.init(&cursor)
        try cursor.check()
    }

    /// What comes next in a text, to its end.
    @inline(never)
    init(_ cursor: inout TextCursor) {
        let start = cursor.position
        note = SignedNote(&cursor)
        cursor.move(to: start)
        originRange = cursor.line()
        size = cursor.number(cursor.line())
        root = cursor.hash(cursor.line())
        // Lines that follow are the log's own affair, but none is empty. (Beyond the text is an empty line.)
        cursor.require(!originRange.isEmpty && cursor.position <= note.textRange.upperBound)
        while !cursor.isMalformed, cursor.position < note.textRange.upperBound {
            cursor.require(!cursor.line().isEmpty)
        }
    }

    /// The log's name, as bytes.
    package var origin: [UInt8] { copied(note.bytes, originRange) }

    /// The note's bytes.
    package var encoded: [UInt8] { copied(note.bytes, note.textRange.lowerBound..<note.bytes.count) }

    /// The text of a checkpoint without extension lines.
    package static func text(origin: [UInt8], size: UInt64, root: Bytes32) -> [UInt8] {
        var text = origin
        text.append(0x0A)
        TextWriter.append(decimal: size, to: &text)
        text.append(0x0A)
        TextWriter.append(base64: root.bytes, to: &text)
        text.append(0x0A)
        return text
    }
}
