package import SealedMatchCrypto
package import SealedMatchProtocol

/// What the log says about a set (Docs/Protocol.md, 4.16): an entry of the kind "set". Public.
package struct SetEntry: Equatable, Sendable {
    /// The set's name.
    package var root: SetRoot
    /// As in the set's header; so are the next three.
    package var version: UInt64
    /// Seconds since 1970.
    package var issuedAt: UInt64
    /// Seconds since 1970.
    package var expiresAt: UInt64
    /// n, 1…2^27.
    package var entries: UInt64
    /// `SetHeader.parametersDigest`.
    package var parameters: Bytes32
    /// The sources' Ed25519 keys, 1…16, strictly ascending.
    package var sources: [Bytes32]
    /// Who holds α, and what the set is for.
    package var terms: SetTerms

    /// Most bytes of an entry of any kind.
    package static let maximumCount = 8_192

    /// The entry of a set.
    /// - Throws: `primitiveFailed`.
    package init(header: SetHeader, terms: SetTerms) throws(SealedMatchError) {
        root = try header.root()
        version = header.version
        issuedAt = header.issuedAt
        expiresAt = header.expiresAt
        entries = UInt64(header.entries)
        parameters = try header.parametersDigest()
        sources = header.sources
        self.terms = terms
    }

    /// - Throws: `malformedLog`.
    package init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var cursor = TextCursor(bytes)
        cursor.require(cursor.isEqual(cursor.line(), to: Separator.setEntry))
        root = SetRoot(canonical: cursor.bytes32("root"))
        version = cursor.number("version")
        issuedAt = cursor.number("issued")
        expiresAt = cursor.number("expires")
        entries = cursor.number("entries")
        parameters = cursor.bytes32("parameters")
        sources = cursor.keys("source")
        cursor.require(
            SetHeader.areValid(version: version, issuedAt: issuedAt, expiresAt: expiresAt) && entries >= 1
                && entries <= UInt64(SetHeader.maximumEntries) && Self.ascend(sources))
        terms = SetTerms(&cursor)
        try cursor.check()
    }

    /// Whether keys are at least one, and strictly ascending.
    static func ascend(_ keys: [Bytes32]) -> Bool {
        for index in 0..<keys.count where index > 0 {
            guard keys[index - 1] < keys[index] else { return false }
        }
        return !keys.isEmpty
    }

    /// Its bytes.
    package var encoded: [UInt8] {
        var text = EntryWriter(Separator.setEntry)
        text.put(
            root: root, version, issued: issuedAt, expires: expiresAt, entries, parameters: parameters,
            sources: sources)
        terms.write(to: &text)
        return text.bytes
    }

    /// The lines that follow from the set's header: all but its terms.
    /// - Parameter root: the header's.
    /// - Throws: `primitiveFailed`.
    static func beginning(of header: SetHeader, root: SetRoot) throws(SealedMatchError) -> [UInt8] {
        var text = EntryWriter(Separator.setEntry)
        text.put(
            root: root, header.version, issued: header.issuedAt, expires: header.expiresAt, UInt64(header.entries),
            parameters: try header.parametersDigest(), sources: header.sources)
        return text.bytes
    }
}

/// Writes the lines of an entry.
struct EntryWriter {
    private(set) var bytes: [UInt8]

    init(_ kind: StaticString) {
        bytes = HashToGroup.ascii(kind)
        append(byte: 0x0A, to: &bytes)
    }

    mutating func put(
        root: SetRoot, _ version: UInt64, issued: UInt64, expires: UInt64, _ entries: UInt64, parameters: Bytes32,
        sources: [Bytes32]
    ) {
        put("root", root.encoded)
        put("version", version)
        put("issued", issued)
        put("expires", expires)
        put("entries", entries)
        put("parameters", parameters)
        for source in sources { put("source", source) }
    }

    mutating func put(_ word: StaticString, _ value: UInt64) { put(word, value, []) }

    @inline(never)
    mutating func put(_ word: StaticString, _ value: Bytes32) { put(word, 0, SealedMatchLog.bytes(of: value)) }

    mutating func put(_ word: StaticString, _ value: [UInt8]) { put(word, 0, value) }

    /// A number, or bytes if there are some.
    @inline(never)
    private mutating func put(_ word: StaticString, _ number: UInt64, _ value: [UInt8]) {
        bytes += HashToGroup.ascii(word)
        append(byte: 0x20, to: &bytes)
        if value.isEmpty {
            TextWriter.append(decimal: number, to: &bytes)
        } else {
            TextWriter.append(hexadecimal: value, to: &bytes)
        }
        append(byte: 0x0A, to: &bytes)
    }
}
