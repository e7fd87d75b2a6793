internal import SealedMatchCrypto
internal import SealedMatchJSON

/// One thing that somebody did: who, when, why, what. (Docs/Protocol.md, 4.18)
public struct CaseEvent: Equatable, Sendable {
    /// Who did it: the name of a person of the library.
    public let by: String
    /// When: seconds since 1970, by the clock of whoever wrote it.
    public let time: UInt64
    /// Why, in the person's words; may be empty where `CaseLibrary` does not ask for it. Escape it where it is shown.
    public let why: String
    /// What.
    public let step: CaseStep

    /// An event from its parts. What may be done is `CaseLibrary`'s business.
    /// - Throws: `parameterOutOfRange` for a name that is none, a text that is too long, and a time beyond 2^53.
    public init(by: String, time: UInt64, why: String = "", _ step: CaseStep) throws(SealedMatchError) {
        try Self.checkName(by)
        guard time < 1 << 53 else { throw SealedMatchError(.parameterOutOfRange, "the time is out of range") }
        guard why.utf8.count <= Self.maximumText else {
            throw SealedMatchError(.parameterOutOfRange, "a reason has at most 4,096 bytes")
        }
        switch step {
        case .appointed(let person, _), .assigned(let person): try Self.checkName(person)
        case .viewed(_, let basis): try basis?.check()
        case .reported(_, let reference):
            guard (1...256).contains(reference.utf8.count) else {
                throw SealedMatchError(.parameterOutOfRange, "a report's reference has 1 to 256 bytes")
            }
        case .founded(_, let policy), .governed(let policy):
            guard policy.utf8.count <= CasePolicy.maximumCount else {
                throw SealedMatchError(.parameterOutOfRange, "a policy has at most 65,536 bytes")
            }
        case .filed(let filing):
            guard (1...Int(Int32.max)).contains(filing.round), (0...Int(Int32.max)).contains(filing.entries) else {
                throw SealedMatchError(.parameterOutOfRange, "a filing's round or entries are out of range")
            }
        default: break
        }
        self.by = by
        self.time = time
        self.why = why
        self.step = step
    }

    /// Bytes of a text of a person's, at most.
    public static let maximumText = 4_096
    /// Bytes of a case file that is taken in, at most.
    public static let maximumDocument = 64 << 20
    /// Bytes of an event's content, at most: a policy's text, each byte of it escaped.
    static let maximumCount = 8 * CasePolicy.maximumCount

    /// Cases, step 2, of an event that is to be added: its reason poses as no page's mark. Events that are there may: a
    /// page wrote them.
    /// - Throws: `stepRefused`.
    package func checkReason() throws(SealedMatchError) { try CaseReason.check(why) }

    /// A person's name: 1 to 64 letters, digits, and `.`, `_`, `-`, `@` of ASCII.
    /// - Throws: `parameterOutOfRange`.
    public static func checkName(_ name: String) throws(SealedMatchError) {
        let isName = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "@"):
                true
            default: false
            }
        }
        guard isName, (1...64).contains(name.utf8.count) else {
            throw SealedMatchError(
                .parameterOutOfRange, "a person's name has 1 to 64 letters, digits, '.', '_', '-' or '@'")
        }
    }

    /// The content: one line of JSON, keys sorted.
    package var encoded: [UInt8] {
        var members = step.fields
        members["by"] = .text(by)
        members["kind"] = .text(step.kind)
        members["time"] = .integer(Int128(time))
        members["why"] = .text(why)
        return Array(JSON.object(members).line.utf8)
    }

    /// - Throws: `brokenChain` for bytes that are not exactly what `encoded` gives.
    package init(decoding bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count <= Self.maximumCount, let json = try? JSON(parsing: bytes),
            case .object(let members) = json
        else { throw SealedMatchError(.brokenChain, "an event's content is no event") }
        let fields = JSONFields(members: members)
        guard let by = fields.text("by"), let why = fields.text("why"),
            let time = fields.integer("time", 0...(1 << 53)),
            let step = fields.text("kind").flatMap({ CaseStep(kind: $0, fields) }),
            let event = try? CaseEvent(by: by, time: UInt64(time), why: why, step), event.encoded == bytes
        else { throw SealedMatchError(.brokenChain, "an event's content is no event") }
        self = event
    }
}
