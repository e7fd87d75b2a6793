public import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchLists
internal import SealedMatchProtocol

/// An event in the chain of a library: what fixes it, and, until the case is erased, what it says.
/// (Docs/Protocol.md, 4.18)
public struct CaseRecord: Equatable, Sendable {
    /// Its place in the chain, from 1.
    public let number: UInt64
    /// The case's number; 0 for the library itself.
    public let subject: UInt64
    /// The hash of the event before it; zeros for the first.
    public let previous: Bytes32
    /// The digest of salt and content.
    public let digest: Bytes32
    /// The hash of the four above.
    public let hash: Bytes32
    /// By the library's key, of the hash.
    public let signature: Signature
    /// What the event says; nil once it is erased.
    public package(set) var said: Said?

    /// What erasure takes away.
    public struct Said: Equatable, Sendable {
        /// 32 random bytes: nobody can try out what an erased event may have said.
        public let salt: Bytes32
        /// Who, when, why, what.
        public let event: CaseEvent
        /// The case file, of an event that took one in. Empty for others.
        public let document: [UInt8]

        package init(salt: Bytes32, event: CaseEvent, document: [UInt8]) {
            self.salt = salt
            self.event = event
            self.document = document
        }
    }

    /// The fields as a store has them, unchecked: `check` says whether they are a record.
    package init(
        number: UInt64, subject: UInt64, previous: Bytes32, digest: Bytes32, hash: Bytes32, signature: Signature,
        said: Said?
    ) {
        self.number = number
        self.subject = subject
        self.previous = previous
        self.digest = digest
        self.hash = hash
        self.signature = signature
        self.said = said
    }

    /// Cases, steps 3–4: the next event of a chain, hashed and signed.
    package init(
        after last: ChainHead, subject: UInt64, salt: Bytes32, event: CaseEvent, document: [UInt8],
        key: borrowing SigningKey
    ) throws(SealedMatchError) {
        number = last.number + 1
        self.subject = subject
        previous = last.hash
        digest = try Self.digest(salt: salt, content: event.encoded)
        hash = try Self.hash(number: number, subject: subject, previous: previous, digest: digest)
        signature = try key.sign(Self.signed(hash))
        said = Said(salt: salt, event: event, document: document)
    }

    /// The end of the chain with this event.
    package var head: ChainHead { ChainHead(number: number, hash: hash) }

    /// Checking a chain, steps 1–3, of one event.
    /// - Throws: `brokenChain`.
    package func check(after last: ChainHead, key: Bytes32) throws(SealedMatchError) {
        guard number == last.number + 1, previous == last.hash else {
            throw SealedMatchError(.brokenChain, "an event does not follow the one before it")
        }
        guard try hash == Self.hash(number: number, subject: subject, previous: previous, digest: digest) else {
            throw SealedMatchError(.brokenChain, "an event's hash is another one")
        }
        guard signature.verifies(Self.signed(hash), publicKey: key) else {
            throw SealedMatchError(.brokenChain, "an event's signature does not verify")
        }
        guard let said else { return }
        guard try digest == Self.digest(salt: said.salt, content: said.event.encoded) else {
            throw SealedMatchError(.brokenChain, "an event's content is another one")
        }
        if case .imported(let bytes, let document) = said.event.step {
            guard bytes == said.document.count,
                try document == Self.documentDigest(salt: said.salt, document: said.document)
            else { throw SealedMatchError(.brokenChain, "an event's case file is another one") }
        } else if !said.document.isEmpty {
            throw SealedMatchError(.brokenChain, "an event has a case file that it does not name")
        }
    }

    private static func digest(salt: Bytes32, content: [UInt8]) throws(SealedMatchError) -> Bytes32 {
        try hashed("SealedMatch case content", [salt.bytes, content])
    }

    package static func documentDigest(salt: Bytes32, document: [UInt8]) throws(SealedMatchError) -> Bytes32 {
        try hashed("SealedMatch case document", [salt.bytes, document])
    }

    private static func hash(
        number: UInt64, subject: UInt64, previous: Bytes32, digest: Bytes32
    ) throws(SealedMatchError) -> Bytes32 {
        var fields = ByteWriter(capacity: 80)
        fields.put(number)
        fields.put(subject)
        fields.put(previous)
        fields.put(digest)
        return try hashed("SealedMatch case event", [fields.bytes])
    }

    private static func signed(_ hash: Bytes32) -> [UInt8] {
        Array("SealedMatch case signature".utf8) + [0] + hash.bytes
    }

    /// SHA-256 of a label, a zero byte and the fields.
    private static func hashed(_ label: String, _ fields: [[UInt8]]) throws(SealedMatchError) -> Bytes32 {
        try SHA256.digest(of: Array(label.utf8) + [0] + fields.joined())
    }
}

/// The end of a chain of events: how many they are, and the last one's hash. Whoever keeps one elsewhere can tell later
/// whether events behind it were taken away.
public struct ChainHead: Equatable, Sendable {
    /// How many events.
    public let number: UInt64
    /// The last one's hash; zeros where there is none.
    public let hash: Bytes32

    /// A head that was kept elsewhere.
    public init(number: UInt64, hash: Bytes32) {
        self.number = number
        self.hash = hash
    }

    /// Before the first event.
    public static let none = ChainHead(number: 0, hash: Bytes32())
}

extension CaseRecord {
    /// A line of an export, without the line feed.
    public var line: String {
        var members: [String: JSON] = [
            "number": .integer(Int128(number)), "case": .integer(Int128(subject)),
            "previous": .text(Hexadecimal.text(previous.bytes)), "digest": .text(Hexadecimal.text(digest.bytes)),
            "hash": .text(Hexadecimal.text(hash.bytes)), "signature": .text(Hexadecimal.text(signature.encoded)),
        ]
        if let said {
            members["salt"] = .text(Hexadecimal.text(said.salt.bytes))
            members["content"] = .text(String(decoding: said.event.encoded, as: UTF8.self))
            if !said.document.isEmpty { members["document"] = .text(String(decoding: said.document, as: UTF8.self)) }
        }
        // ASCII alone: what a case file or a person wrote steers no terminal. Other characters are inside of texts.
        var line: [UInt8] = []
        for scalar in JSON.object(members).line.unicodeScalars {
            if scalar.isASCII {
                line.append(UInt8(scalar.value))
            } else {
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    line += Array("\\u".utf8)
                    line += [12, 8, 4, 0].map { Hexadecimal.digit(UInt8(truncatingIfNeeded: unit >> $0) & 15) }
                }
            }
        }
        return String(decoding: line, as: UTF8.self)
    }

    private static let members: Set = [
        "number", "case", "previous", "digest", "hash", "signature", "salt", "content", "document",
    ]

    /// The record of a line.
    /// - Throws: `brokenChain` for a line that is none.
    public init(line: [UInt8]) throws(SealedMatchError) {
        let malformed = SealedMatchError(.brokenChain, "a line is no event")
        guard let json = try? JSON(parsing: line), case .object(let members) = json,
            Self.members.isSuperset(of: members.keys)
        else { throw malformed }
        let fields = JSONFields(members: members)
        guard let number = fields.integer("number", 1...Int.max), let subject = fields.integer("case", 0...Int.max),
            let previous = fields.bytes32("previous"), let digest = fields.bytes32("digest"),
            let hash = fields.bytes32("hash"),
            let signature = fields.text("signature").flatMap({ Hexadecimal.bytes($0.utf8) })
        else { throw malformed }
        guard members["salt"] == nil || members["content"] != nil,
            members["document"] == nil || members["content"] != nil
        else { throw malformed }
        var said: Said?
        if let content = fields.text("content") {
            guard let salt = fields.bytes32("salt") else { throw malformed }
            said = Said(
                salt: salt, event: try CaseEvent(decoding: Array(content.utf8)),
                document: fields.text("document").map { Array($0.utf8) } ?? [])
        }
        self.init(
            number: UInt64(number), subject: UInt64(subject), previous: previous, digest: digest, hash: hash,
            signature: try Signature(canonical: signature), said: said)
    }
}
