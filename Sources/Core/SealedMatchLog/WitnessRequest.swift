package import SealedMatchCrypto

/// What a log asks a witness: `add-checkpoint` (c2sp.org/tlog-witness).
package enum WitnessRequest {
    /// The body: the size that the witness cosigned last, the path from there, and the checkpoint.
    package static func encode(old: UInt64, path: [Bytes32], checkpoint: [UInt8]) -> [UInt8] {
        var body = HashToGroup.ascii("old ")
        TextWriter.append(decimal: old, to: &body)
        body.append(0x0A)
        for hash in path {
            TextWriter.append(base64: hash.bytes, to: &body)
            body.append(0x0A)
        }
        body.append(0x0A)
        return body + checkpoint
    }

    /// The size that a witness says it cosigned last, where that is another one than it was asked from (409): decimal
    /// digits and a line feed.
    /// - Throws: `malformedLog`.
    package static func knownSize(_ answer: [UInt8]) throws(SealedMatchError) -> UInt64 {
        var cursor = TextCursor(answer)
        let size = cursor.number(cursor.line())
        cursor.require(cursor.isDone)
        try cursor.check()
        return size
    }
}
