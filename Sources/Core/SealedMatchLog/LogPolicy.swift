public import SealedMatchCrypto
internal import SealedMatchProtocol

/// What a messenger pins about the log: its key, whose cosignatures a checkpoint needs, and how old these may be
/// (Docs/Protocol.md, 5.28). The text is that of a policy file (c2sp.org/tlog-policy).
public final class LogPolicy: Sendable {
    /// The greatest age of a cosignature, in seconds, at least 1. An older one does not count.
    public let maximumAge: UInt64

    /// Most bytes of the text.
    package static let maximumCount = 65_536
    /// A cosignature that is dated more seconds ahead of the clock than these does not count.
    package static let slack: UInt64 = 86_400

    private let policy: PolicyText

    /// From the text of a policy file.
    /// - Throws: `malformedLog`; `parameterOutOfRange` for a policy without a log, without witnesses in its quorum, or
    ///   with a greatest age of 0.
    public convenience init(canonical text: [UInt8], maximumAge: UInt64) throws(SealedMatchError) {
        let policy = try PolicyText(text)
        guard policy.isUsable(maximumAge) else {
            throw SealedMatchError(
                .parameterOutOfRange, "a log policy needs a log, a quorum of witnesses, and an age above 0")
        }
        self.init(policy, maximumAge)
    }

    // Embedded Swift leaks an object whose own initialiser throws.
    private init(_ policy: PolicyText, _ maximumAge: UInt64) {
        self.policy = policy
        self.maximumAge = maximumAge
    }

    /// Keys of logs, by any of which a checkpoint may be signed: 1…32.
    public var logs: [VerifierKey] {
        policy.keys(PolicyText.log)
    }

    /// Keys of the witnesses, in the text's order: 1…32.
    public var witnesses: [VerifierKey] {
        policy.keys(PolicyText.witness)
    }

    /// That a pinned log signed the checkpoint, and that enough of the pinned witnesses cosigned it, lately enough.
    /// - Parameter now: seconds since 1970.
    /// - Throws: `unknownLog`, `invalidLogSignature`, `tooFewCosignatures`, `proofTooOld`.
    @inline(never)
    package func check(_ checkpoint: Checkpoint, now: UInt64) throws(SealedMatchError) {
        // Logs first: whose signature is wrong is said before a witness is looked at. A log's signature has the time 0.
        guard try policy.times(PolicyText.log, checkpoint).contains(0) else {
            throw SealedMatchError(.unknownLog, "the checkpoint is of a log that is not pinned, or not signed by it")
        }
        let times = try policy.times(PolicyText.witness, checkpoint)
        guard policy.holds(policy.quorum, times, now: now, maximumAge: maximumAge) else {
            throw policy.holds(policy.quorum, times, now: .max, maximumAge: .max)
                ? SealedMatchError(
                    .proofTooOld, "the proof's cosignatures are too old, or dated after the clock; fetch a newer proof")
                : SealedMatchError(
                    .tooFewCosignatures, "too few of the pinned witnesses have cosigned the log's checkpoint")
        }
    }
}

/// A policy file (c2sp.org/tlog-policy), parsed: where its keys are, and who belongs to which group. Lines with other
/// kinds of keys than Ed25519 are refused: their signatures could not be checked.
struct PolicyText: Sendable {
    /// The text, and where it is read.
    private var cursor: TextCursor
    /// Logs, witnesses and groups, one after another, with the numbers of `Part`.
    private var nodes: [Int] = []
    private var logCount = 0
    /// The node that must hold; −1: none.
    private(set) var quorum = -2

    enum Part: Int {
        /// Where the name begins; the text's end for a log, which has none here.
        case name
        /// How many members a group needs; or `witness`, or `log`.
        case needed
        /// The node of the group that it is a member of, or −1.
        case group
        /// Where the key begins.
        case key
    }
    private static let parts = 4
    static let witness = -1
    static let log = -2
    /// Most logs, most witnesses and groups.
    private static let maximumLogs = 32
    private static let maximumNodes = 64

    private var nodeCount: Int { nodes.count / Self.parts }
    private subscript(node: Int, part: Part) -> Int {
        get { Self.number(nodes, node, part) }
        @inline(never) set { nodes[Self.parts &* node &+ part.rawValue] = newValue }
    }

    // Of the array alone: a getter of its own would be given a copy of all properties.
    @inline(never)
    private static func number(_ nodes: [Int], _ node: Int, _ part: Part) -> Int {
        nodes[parts &* node &+ part.rawValue]
    }

    /// Whether it asks for something.
    @inline(never)
    func isUsable(_ maximumAge: UInt64) -> Bool { logCount > 0 && quorum >= 0 && maximumAge > 0 }

    /// The keys of all logs, or of all witnesses.
    func keys(_ needed: Int) -> [VerifierKey] {
        (0..<nodeCount).compactMap {
            self[$0, .needed] == needed ? try? VerifierKey(canonical: word(cursor.bytes, at: self[$0, .key])) : nil
        }
    }

    /// When each log, or each witness, signed a checkpoint, by nodes; negative for those that did not, for keys of
    /// another log and for all other nodes.
    @inline(never)
    func times(_ needed: Int, _ checkpoint: Checkpoint) throws(SealedMatchError) -> [Int] {
        var times: [Int] = []
        for node in 0..<nodeCount {
            var time = -1
            if self[node, .needed] == needed {
                let key = try VerifierKey(canonical: word(cursor.bytes, at: self[node, .key]))
                if needed == Self.witness || isEqual(checkpoint.note.bytes, checkpoint.originRange, to: key.name) {
                    time = Int(truncatingIfNeeded: try checkpoint.note.time(of: key))
                }
            }
            append(time, to: &times)
        }
        return times
    }

    /// Whether a witness has cosigned at a time that counts, or enough members of a group have. Members come before
    /// their group.
    @inline(never)
    func holds(_ node: Int, _ times: [Int], now: UInt64, maximumAge: UInt64) -> Bool {
        let needed = self[node, .needed]
        if needed < 0 {
            let time = UInt64(bitPattern: Int64(times[node]))
            return times[node] >= 0 && (time > now ? time - now <= LogPolicy.slack : now - time <= maximumAge)
        }
        var count = 0
        for member in 0..<node where self[member, .group] == node {
            if holds(member, times, now: now, maximumAge: maximumAge) { count &+= 1 }
        }
        return count >= needed
    }

    @inline(never)
    init(_ text: [UInt8]) throws(SealedMatchError) {
        cursor = TextCursor(text)
        cursor.require(text.count <= LogPolicy.maximumCount)
        while !cursor.isDone { try readLine() }
        cursor.require(quorum > -2)
        try cursor.check()
    }

    private mutating func readLine() throws(SealedMatchError) {
        let first = cursor.word()
        if cursor.byte(first.lowerBound) == 0x23 {
            while !cursor.word().isEmpty {}
        } else if !first.isEmpty {
            let name = cursor.word()
            cursor.require(!name.isEmpty)
            let isLog = cursor.isEqual(first, to: "log")
            if isLog || cursor.isEqual(first, to: "witness") {
                try readKey(name, isLog: isLog)
            } else if cursor.isEqual(first, to: "group") {
                readGroup(name)
            } else {
                cursor.require(cursor.isEqual(first, to: "quorum") && quorum == -2)
                quorum = find(name)
                cursor.require(quorum >= 0 || cursor.isEqual(name, to: "none"))
            }
        }
        // Nothing follows, not even a control character.
        cursor.require(cursor.word().isEmpty && cursor.line().isEmpty)
    }

    /// A log's or witness' key, which is none of those that are there.
    private mutating func readKey(_ name: Range<Int>, isLog: Bool) throws(SealedMatchError) {
        let key = isLog ? name : cursor.word()
        let parsed = try VerifierKey(canonical: copied(cursor.bytes, key))
        cursor.require(parsed.kind == (isLog ? .note : .cosignature))
        // A key ends with kind and public key, which have one text.
        let own = copied(cursor.bytes, (key.upperBound - 44)..<key.upperBound)
        for node in 0..<nodeCount where self[node, .needed] < 0 {
            let other = word(cursor.bytes, at: self[node, .key])
            cursor.require(!isEqual(other, (other.count - 44)..<other.count, to: own))
        }
        let end = cursor.bytes.count
        define(isLog ? end..<end : name, needed: isLog ? Self.log : Self.witness, key: key.lowerBound)
        // Where it answers; clients do not ask it.
        _ = cursor.word()
    }

    private mutating func readGroup(_ name: Range<Int>) {
        let count = cursor.word()
        var members = 0
        while true {
            let member = cursor.word()
            if member.isEmpty { break }
            let node = find(member)
            cursor.require(node >= 0)
            guard node >= 0 else { return }
            cursor.require(self[node, .group] < 0)
            self[node, .group] = nodeCount
            members &+= 1
        }
        let needed =
            cursor.isEqual(count, to: "any")
            ? 1 : cursor.isEqual(count, to: "all") ? members : Int(truncatingIfNeeded: cursor.number(count))
        cursor.require(needed >= 1 && needed <= members)
        define(name, needed: needed, key: 0)
    }

    /// A name that no line before has; a log's is empty.
    @inline(never)
    private mutating func define(_ name: Range<Int>, needed: Int, key: Int) {
        let isLog = needed == Self.log
        cursor.require(isLog || find(name) < 0 && !cursor.isEqual(name, to: "none"))
        cursor.require(isLog ? logCount < Self.maximumLogs : nodeCount &- logCount < Self.maximumNodes)
        if isLog { logCount &+= 1 }
        append(name.lowerBound, to: &nodes)
        append(needed, to: &nodes)
        append(-1, to: &nodes)
        append(key, to: &nodes)
    }

    /// The node of a name; −1 if no line before defines it.
    @inline(never)
    private func find(_ name: Range<Int>) -> Int {
        for node in 0..<nodeCount where isEqual(cursor.bytes, name, to: word(cursor.bytes, at: self[node, .name])) {
            return node
        }
        return -1
    }
}
