package import SealedMatchCrypto
internal import SealedMatchProtocol

/// A signed note (c2sp.org/signed-note): a text and signatures of it, of which those by unknown keys mean nothing. Its
/// form is checked, no signature is.
package struct SignedNote: Sendable {
    /// Most bytes. Sixteen signatures of 5 kB fit.
    package static let maximumCount = 131_072
    /// Most signature lines.
    package static let maximumSignatures = 64

    /// What the note is a part of, to the end.
    let bytes: [UInt8]
    /// Where what is signed is: all lines before the last empty one, the last line feed included.
    let textRange: Range<Int>

    /// - Throws: `malformedLog`.
    package init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var cursor = TextCursor(bytes)
        self.init(&cursor)
        try cursor.check()
    }

    /// What comes next in a text, to its end.
    @inline(never)
    init(_ cursor: inout TextCursor) {
        // The last empty line ends the text: signatures come behind it.
        let start = cursor.position
        bytes = cursor.bytes
        var split = bytes.count - 1
        while split > start, cursor.byte(split) != 0x0A || cursor.byte(split - 1) != 0x0A { split -= 1 }
        textRange = start..<max(split, start)
        cursor.require(split > start && bytes.count - start <= Self.maximumCount)
        cursor.requireText(start..<bytes.count, isName: false)
        cursor.move(to: textRange.upperBound)
        _ = cursor.line()
        var count = 0
        repeat {
            let (name, value) = cursor.signature()
            cursor.requireText(name, isName: true)
            cursor.require(count < Self.maximumSignatures && cursor.base64(value).count > 4)
            count &+= 1
        } while !cursor.isDone
    }

    /// A text with lines of signatures, as witnesses answer with them, at least one.
    /// - Throws: `malformedLog`.
    package init(text: [UInt8], lines: [UInt8]) throws(SealedMatchError) {
        try self.init(canonical: text + [0x0A] + lines)
        guard textRange.count == text.count else {
            throw SealedMatchError(.malformedLog, "an empty line among the signatures")
        }
    }

    /// At the first line of a signature.
    private var signatureLines: TextCursor {
        var cursor = TextCursor(bytes, from: textRange.upperBound)
        _ = cursor.line()
        return cursor
    }

    /// What is signed.
    package var text: [UInt8] { copied(bytes, textRange) }

    #if !hasFeature(Embedded)
        /// Of each signature line the key's name, its ID, and the signature: for tests.
        package var signatures: [(name: [UInt8], id: [UInt8], signature: [UInt8])] {
            var signatures: [(name: [UInt8], id: [UInt8], signature: [UInt8])] = []
            var cursor = signatureLines
            while !cursor.isDone {
                let (name, part) = cursor.signature()
                let value = cursor.base64(part)
                signatures.append((copied(bytes, name), Array(value[..<4]), Array(value[4...])))
            }
            return signatures
        }
    #endif

    /// When the key signed the text, seconds since 1970: a witness by the newest of its cosignatures, a log at 0, for
    /// its signatures have no time. `UInt64.max` if it did not.
    /// - Throws: `invalidLogSignature` for a signature under its name and ID that does not verify.
    @inline(never)
    package func time(of key: VerifierKey) throws(SealedMatchError) -> UInt64 {
        var newest = UInt64.max
        var cursor = signatureLines
        while !cursor.isDone {
            let (name, part) = cursor.signature()
            guard isEqual(bytes, name, to: key.name) else { continue }
            let value = cursor.base64(part)
            guard number(value, 0..<4) == UInt64(key.id) else { continue }
            let time = time(of: value, by: key)
            guard time != .max else {
                throw SealedMatchError(.invalidLogSignature, "a signature of a log or a witness does not verify")
            }
            newest = newest == .max ? time : max(newest, time)
        }
        return newest
    }

    /// When a key made a signature, if that verifies; else `UInt64.max`.
    @inline(never)
    private func time(of value: [UInt8], by key: VerifierKey) -> UInt64 {
        // A cosignature begins with its time, and the signature is of the time, too.
        var (time, message, start) = (UInt64(0), text, 4)
        if key.kind == .cosignature {
            start = 12
            time = number(value, 4..<12)
            message = Self.cosigned(message, at: time)
        }
        guard value.count == start + Signature.encodedCount, time < 1 << 63,
            let signature = try? Signature(canonical: copied(value, start..<value.count)),
            signature.verifies(message, publicKey: key.publicKey)
        else { return .max }
        return time
    }

    /// Whether the key has signed the text.
    /// - Throws: `invalidLogSignature` for a signature under its name and ID that does not verify.
    package func isSigned(by key: VerifierKey) throws(SealedMatchError) -> Bool { try time(of: key) != .max }

    /// What a witness signs.
    package static func cosigned(_ text: [UInt8], at time: UInt64) -> [UInt8] {
        var message = HashToGroup.ascii("cosignature/v1\ntime ")
        TextWriter.append(decimal: time, to: &message)
        append(byte: 0x0A, to: &message)
        return message + text
    }

    /// A line of a signature, line feed included.
    package static func line(of key: VerifierKey, _ signature: [UInt8]) -> [UInt8] {
        var line = HashToGroup.ascii("— ")
        line += key.name
        line.append(0x20)
        TextWriter.append(base64: key.idBytes + signature, to: &line)
        line.append(0x0A)
        return line
    }
}
