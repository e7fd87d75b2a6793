public import SealedMatchCrypto

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
        guard policy.logCount > 0, policy.quorum >= 0, maximumAge > 0 else {
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
        // Logs first: whose signature is wrong is said before a witness is looked at.
        var isSigned = false
        for node in 0..<policy.nodeCount where policy[node, .needed] == PolicyText.log {
            if try policy.time(node, checkpoint) != .max { isSigned = true }
        }
        guard isSigned else {
            throw SealedMatchError(.unknownLog, "the checkpoint is of a log that is not pinned, or not signed by it")
        }
        // Of each group the members that hold, by all cosignatures, and in the bits above by those that count: members
        // come before their group.
        var counts = [Int](repeating: 0, count: policy.nodeCount)
        var (isFresh, isMet) = (false, false)
        for node in 0..<policy.nodeCount {
            let needed = policy[node, .needed]
            if needed == PolicyText.log { continue }
            var (fresh, met) = (counts[node] >> 8 >= needed, counts[node] & 255 >= needed)
            if needed < 0 {
                let time = try policy.time(node, checkpoint)
                met = time != .max
                fresh = met && (time > now ? time - now <= Self.slack : now - time <= maximumAge)
            }
            let group = policy[node, .group]
            if group >= 0 { counts[group] &+= (fresh ? 256 : 0) &+ (met ? 1 : 0) }
            if node == policy.quorum { (isFresh, isMet) = (fresh, met) }
        }
        // Who holds with cosignatures that count holds with all.
        guard isFresh else {
            throw isMet
                ? SealedMatchError(
                    .proofTooOld, "the proof's cosignatures are too old, or dated after the clock; fetch a newer proof")
                : SealedMatchError(.tooFewCosignatures, "too few of the pinned witnesses have cosigned the log's checkpoint")
        }
    }
}

/// A policy file (c2sp.org/tlog-policy), parsed: where its keys are, and who belongs to which group. Lines with other
/// kinds of keys than Ed25519 are refused: their signatures could not be checked.
struct PolicyText: Sendable {
    private let text: [UInt8]
    /// Logs, witnesses and groups, one after another, with the numbers of `Part`.
    private var nodes: [Int] = []
    private(set) var logCount = 0
    /// The node that must hold; −1: none.
    private(set) var quorum = -2

    enum Part: Int {
        case name, nameEnd
        /// How many members a group needs; or `witness`, or `log`.
        case needed
        /// The node of the group that it is a member of, or −1.
        case group
        case key, keyEnd
    }
    private static let parts = 6
    static let witness = -1
    static let log = -2
    /// Most logs, most witnesses and groups.
    private static let maximumLogs = 32
    private static let maximumNodes = 64

    var nodeCount: Int { nodes.count / Self.parts }
    subscript(node: Int, part: Part) -> Int {
        @inline(never) get { nodes[Self.parts &* node &+ part.rawValue] }
    }

    /// The keys of all logs, or of all witnesses.
    func keys(_ needed: Int) -> [VerifierKey] {
        (0..<nodeCount).compactMap { self[$0, .needed] == needed ? try? VerifierKey(text, key($0)) : nil }
    }

    private func key(_ node: Int) -> Range<Int> { self[node, .key]..<self[node, .keyEnd] }

    /// When the key of a log or witness signed a checkpoint; `UInt64.max` if it did not, or is another log's.
    @inline(never)
    func time(_ node: Int, _ checkpoint: Checkpoint) throws(SealedMatchError) -> UInt64 {
        let key = try VerifierKey(text, key(node))
        if key.kind == .note, !areEqual(text, key.nameRange, checkpoint.note.bytes, checkpoint.originRange) {
            return .max
        }
        return try checkpoint.note.time(of: key)
    }

    /// Takes a log's or witness' key, which is none of those that are there.
    @inline(never)
    private mutating func take(
        _ name: Range<Int>, _ needed: Int, _ place: Range<Int>, _ cursor: inout TextCursor
    ) throws(SealedMatchError) {
        let kind: VerifierKey.Kind = needed == Self.log ? .note : .cosignature
        cursor.require(try VerifierKey(text, place).kind == kind)
        // A key ends with kind and public key, which have one text.
        func end(_ place: Range<Int>) -> Range<Int> { max(0, place.upperBound &- 44)..<place.upperBound }
        for node in 0..<nodeCount where self[node, .needed] < 0 {
            cursor.require(!areEqual(text, end(key(node)), text, end(place)))
        }
        define(name, needed: needed, place, &cursor)
    }

    @inline(never)
    init(_ text: [UInt8]) throws(SealedMatchError) {
        self.text = text
        var cursor = TextCursor(text)
        cursor.require(text.count <= LogPolicy.maximumCount)
        for byte in text where byte < 0x20 && byte != 0x09 && byte != 0x0A || byte == 0x7F { cursor.require(false) }
        while !cursor.isDone {
            let start = cursor.position
            let end = cursor.line().upperBound
            let next = cursor.position
            cursor.move(to: start)
            let first = cursor.word(before: end)
            if !first.isEmpty, text[first.lowerBound] != 0x23 {
                let name = cursor.word(before: end)
                cursor.require(!name.isEmpty)
                let isLog = cursor.isEqual(first, to: "log")
                if isLog || cursor.isEqual(first, to: "witness") {
                    let place = isLog ? name : cursor.word(before: end)
                    try take(isLog ? end..<end : name, isLog ? Self.log : Self.witness, place, &cursor)
                    _ = cursor.word(before: end)
                } else if cursor.isEqual(first, to: "group") {
                    readGroup(name, end, &cursor)
                } else {
                    cursor.require(cursor.isEqual(first, to: "quorum") && quorum == -2)
                    quorum = find(name)
                    cursor.require(quorum >= 0 || cursor.isEqual(name, to: "none"))
                }
                cursor.require(cursor.word(before: end).isEmpty)
            }
            cursor.move(to: next)
        }
        cursor.require(quorum > -2)
        try cursor.check()
    }

    private mutating func readGroup(_ name: Range<Int>, _ end: Int, _ cursor: inout TextCursor) {
        let count = cursor.word(before: end)
        var members = 0
        while true {
            let member = cursor.word(before: end)
            if member.isEmpty { break }
            let node = find(member)
            cursor.require(node >= 0)
            guard node >= 0 else { return }
            let group = Self.parts * node + Part.group.rawValue
            cursor.require(nodes[group] == -1)
            nodes[group] = nodeCount
            members += 1
        }
        let needed =
            cursor.isEqual(count, to: "any")
            ? 1 : cursor.isEqual(count, to: "all") ? members : Int(truncatingIfNeeded: cursor.number(count))
        cursor.require(needed >= 1 && needed <= members)
        define(name, needed: needed, end..<end, &cursor)
    }

    /// A name that no line before has.
    @inline(never)
    private mutating func define(_ name: Range<Int>, needed: Int, _ key: Range<Int>, _ cursor: inout TextCursor) {
        let isLog = needed == Self.log
        cursor.require(!cursor.isEqual(name, to: "none") && (isLog || find(name) < 0))
        cursor.require(isLog ? logCount < Self.maximumLogs : nodeCount - logCount < Self.maximumNodes)
        if isLog { logCount += 1 }
        append(name.lowerBound, to: &nodes)
        append(name.upperBound, to: &nodes)
        append(needed, to: &nodes)
        append(-1, to: &nodes)
        append(key.lowerBound, to: &nodes)
        append(key.upperBound, to: &nodes)
    }

    /// The node of a name; −1 if no line before defines it.
    @inline(never)
    private func find(_ name: Range<Int>) -> Int {
        for node in 0..<nodeCount where areEqual(text, self[node, .name]..<self[node, .nameEnd], text, name) {
            return node
        }
        return -1
    }
}
