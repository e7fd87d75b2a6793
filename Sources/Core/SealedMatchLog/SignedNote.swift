package import SealedMatchCrypto

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
    /// Of each signature line where its name begins, where that ends, and where the line ends.
    private let lines: [Int]

    /// - Throws: `malformedLog`.
    package init(canonical bytes: [UInt8]) throws(SealedMatchError) { try self.init(bytes, from: 0) }

    /// What begins at a position of a longer text, and ends with it.
    @inline(never)
    init(_ bytes: [UInt8], from start: Int) throws(SealedMatchError) {
        // The last empty line ends the text: signatures come behind it.
        var split = bytes.count - 1
        while split > start, bytes[split] != 0x0A || bytes[split - 1] != 0x0A { split -= 1 }
        var cursor = TextCursor(bytes, from: max(split, start))
        cursor.require(split > start && bytes.count - start <= Self.maximumCount)
        cursor.requirePlain(start..<bytes.count)
        _ = cursor.line()
        var lines: [Int] = []
        repeat {
            let line = cursor.line()
            // Em dash, space; name, space; base 64 of key ID ‖ signature.
            let name = min(line.lowerBound + 4, line.upperBound)
            var space = name
            while space < line.upperBound, bytes[space] != 0x20 { space += 1 }
            cursor.require(
                lines.count < 3 * Self.maximumSignatures && space < line.upperBound
                    && cursor.isEqual(line.lowerBound..<name, to: "— "))
            cursor.requireName(name..<space)
            cursor.require(cursor.base64(min(space + 1, line.upperBound)..<line.upperBound).count > 4)
            append(name, to: &lines)
            append(space, to: &lines)
            append(line.upperBound, to: &lines)
        } while !cursor.isDone
        try cursor.check()
        self.bytes = bytes
        textRange = start..<split
        self.lines = lines
    }

    /// A text with lines of signatures, as witnesses answer with them, at least one.
    /// - Throws: `malformedLog`.
    package init(text: [UInt8], lines: [UInt8]) throws(SealedMatchError) {
        try self.init(text + [0x0A] + lines, from: 0)
        guard textRange.count == text.count else {
            throw refusal(.malformedLog, "an empty line among the signatures")
        }
    }

    /// What is signed.
    package var text: [UInt8] { copied(bytes, textRange) }

    #if !hasFeature(Embedded)
        /// Of each signature line the key's name, its ID, and the signature: for tests.
        package var signatures: [(name: [UInt8], id: [UInt8], signature: [UInt8])] {
            stride(from: 0, to: lines.count, by: 3).map { index in
                var cursor = TextCursor(bytes)
                let value = cursor.base64((lines[index + 1] + 1)..<lines[index + 2])
                return (copied(bytes, lines[index]..<lines[index + 1]), Array(value[..<4]), Array(value[4...]))
            }
        }
    #endif

    /// When the key signed the text, seconds since 1970: a witness by the newest of its cosignatures, a log at 0, for
    /// its signatures have no time. `UInt64.max` if it did not.
    /// - Throws: `invalidLogSignature` for a signature under its name and ID that does not verify.
    @inline(never)
    package func time(of key: VerifierKey) throws(SealedMatchError) -> UInt64 {
        var newest = UInt64.max
        var index = 0
        while index < lines.count {
            let (name, space, end) = (lines[index], lines[index + 1], lines[index + 2])
            index += 3
            guard areEqual(bytes, name..<space, key.text, key.nameRange) else { continue }
            var cursor = TextCursor(bytes)
            let value = cursor.base64((space + 1)..<end)
            guard number(value, 0..<4) == UInt64(key.id) else { continue }
            // A cosignature begins with its time, and the signature is of the time, too.
            var (time, message) = (UInt64(0), text)
            let start = key.kind == .cosignature ? 12 : 4
            var isValid = value.count == start + Signature.encodedCount
            if isValid, key.kind == .cosignature {
                time = number(value, 4..<12)
                message = Self.cosigned(message, at: time)
            }
            if isValid {
                let signature = try Signature(canonical: copied(value, start..<value.count))
                isValid = signature.verifies(message, publicKey: key.publicKey)
            }
            guard isValid, time < 1 << 63 else {
                throw refusal(.invalidLogSignature, "a signature of a log or a witness does not verify")
            }
            newest = newest == .max ? time : max(newest, time)
        }
        return newest
    }

    /// Whether the key has signed the text.
    /// - Throws: `invalidLogSignature` for a signature under its name and ID that does not verify.
    package func isSigned(by key: VerifierKey) throws(SealedMatchError) -> Bool { try time(of: key) != .max }

    /// What a witness signs.
    package static func cosigned(_ text: [UInt8], at time: UInt64) -> [UInt8] {
        var message = HashToGroup.ascii("cosignature/v1\ntime ")
        TextWriter.append(decimal: time, to: &message)
        message.append(0x0A)
        message += text
        return message
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
