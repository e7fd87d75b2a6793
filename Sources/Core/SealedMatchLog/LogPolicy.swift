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
        guard !policy.logs.isEmpty, policy.quorum >= 0, maximumAge > 0 else {
            throw refusal(
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
        stride(from: 0, to: policy.logs.count, by: 2).compactMap { try? policy.log($0) }
    }

    /// Keys of the witnesses, in the text's order: 1…32.
    public var witnesses: [VerifierKey] {
        (0..<policy.nodeCount).compactMap { policy[$0, .needed] < 0 ? try? policy.witness($0) : nil }
    }

    /// That a pinned log signed the checkpoint, and that enough of the pinned witnesses cosigned it, lately enough.
    /// - Parameter now: seconds since 1970.
    /// - Throws: `unknownLog`, `invalidLogSignature`, `tooFewCosignatures`, `proofTooOld`.
    @inline(never)
    package func check(_ checkpoint: Checkpoint, now: UInt64) throws(SealedMatchError) {
        var isSigned = false
        var index = 0
        while index < policy.logs.count {
            if try policy.time(policy.logs[index], policy.logs[index + 1], checkpoint) != .max { isSigned = true }
            index += 2
        }
        guard isSigned else {
            throw refusal(.unknownLog, "the checkpoint is of a log that is not pinned, or not signed by it")
        }
        // Of each group the members that hold, by cosignatures that count, and by all: members come before their group.
        var counts = [Int](repeating: 0, count: 2 * policy.nodeCount)
        var (isFresh, isMet) = (false, false)
        for node in 0..<policy.nodeCount {
            let needed = policy[node, .needed]
            var (fresh, met) = (counts[2 * node] >= needed, counts[2 * node + 1] >= needed)
            if needed < 0 {
                let time = try policy.time(policy[node, .key], policy[node, .keyEnd], checkpoint)
                met = time != .max
                fresh = met && (time > now ? time - now <= Self.slack : now - time <= maximumAge)
            }
            let group = policy[node, .group]
            if group >= 0 {
                if fresh { counts[2 * group] += 1 }
                if met { counts[2 * group + 1] += 1 }
            }
            if node == policy.quorum { (isFresh, isMet) = (fresh, met) }
        }
        guard isMet else {
            throw refusal(
                .tooFewCosignatures, "too few of the pinned witnesses have cosigned the log's checkpoint")
        }
        guard isFresh else {
            throw refusal(
                .proofTooOld, "the proof's cosignatures are too old, or dated after the clock; fetch a newer proof")
        }
    }
}

/// A policy file (c2sp.org/tlog-policy), parsed: where its keys are, and who belongs to which group. Lines with other
/// kinds of keys than Ed25519 are refused: their signatures could not be checked.
struct PolicyText: Sendable {
    private let text: [UInt8]
    /// Where each log's key begins and ends in the text.
    private(set) var logs: [Int] = []
    /// Witnesses and groups, one after another, with the numbers of `Part`.
    private var nodes: [Int] = []
    /// The node that must hold; −1: none.
    private(set) var quorum = -2

    enum Part: Int {
        case name, nameEnd
        /// How many members a group needs; −1 is a witness.
        case needed
        /// The node of the group that it is a member of, or −1.
        case group
        case key, keyEnd
    }
    private static let parts = 6
    /// Most logs, most witnesses and groups.
    private static let maximumLogs = 32
    private static let maximumNodes = 64

    var nodeCount: Int { nodes.count / Self.parts }
    subscript(node: Int, part: Part) -> Int { nodes[Self.parts * node + part.rawValue] }

    func log(_ index: Int) throws(SealedMatchError) -> VerifierKey {
        try VerifierKey(text, logs[index]..<logs[index + 1])
    }

    func witness(_ node: Int) throws(SealedMatchError) -> VerifierKey {
        try VerifierKey(text, self[node, .key]..<self[node, .keyEnd])
    }

    /// When a key of the policy signed a checkpoint; `UInt64.max` if it did not, or is another log's.
    @inline(never)
    func time(_ start: Int, _ end: Int, _ checkpoint: Checkpoint) throws(SealedMatchError) -> UInt64 {
        let key = try VerifierKey(text, start..<end)
        if key.kind == .note, !areEqual(text, key.nameRange, checkpoint.note.bytes, checkpoint.originRange) {
            return .max
        }
        return try checkpoint.note.time(of: key)
    }

    /// Where a key is, which is none of those that are there.
    @inline(never)
    private func isNew(_ range: Range<Int>, _ kind: VerifierKey.Kind) throws(SealedMatchError) -> Bool {
        let key = try VerifierKey(text, range)
        var isNew = key.kind == kind
        for index in 0..<(kind == .note ? logs.count / 2 : nodeCount) {
            let (start, end) =
                kind == .note
                ? (logs[2 * index], logs[2 * index + 1]) : (self[index, .key], self[index, .keyEnd])
            if start < end, try VerifierKey(text, start..<end).publicKey == key.publicKey { isNew = false }
        }
        return isNew
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
                if cursor.isEqual(first, to: "log") {
                    let isNew = try isNew(name, .note)
                    cursor.require(isNew && logs.count < 2 * Self.maximumLogs)
                    append(name.lowerBound, to: &logs)
                    append(name.upperBound, to: &logs)
                    _ = cursor.word(before: end)
                } else if cursor.isEqual(first, to: "witness") {
                    let place = cursor.word(before: end)
                    let isNew = try isNew(place, .cosignature)
                    cursor.require(isNew)
                    define(name, needed: -1, place, &cursor)
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
        cursor.require(!cursor.isEqual(name, to: "none") && nodeCount < Self.maximumNodes && find(name) < 0)
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
