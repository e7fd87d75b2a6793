public import SealedMatchCrypto
public import SealedMatchProtocol

/// What a run of the custodians is about: who takes part, and for which table. (Docs/Protocol.md, 4.15)
///
/// It is public and not signed. Operators compare its name by another channel before they begin.
public struct RunPlan: Equatable, Sendable {
    /// What a run makes.
    public enum Kind: UInt8, Sendable {
        /// A key that nobody has.
        case keyGeneration = 1
        /// New shares of the same key.
        case refresh = 2
        /// The share that a party has lost.
        case recovery = 3
    }

    /// What the run makes.
    public let kind: Kind
    /// τ: how many parties it takes to use the key.
    public let threshold: Int
    /// The table that the key is for.
    public let tableID: TableID
    /// Drawn for each run, 16 bytes.
    public let attempt: [UInt8]
    /// The record that the run begins from; zero for a key generation.
    public let base: Bytes32
    /// The parties' Ed25519 keys, party 1 first.
    public let keys: [Bytes32]

    /// Who deals, ascending: all, and in a recovery τ parties.
    public let dealers: [PartyIndex]
    /// In a recovery, the party whose share is lost.
    public let lost: PartyIndex?

    /// N.
    public var count: Int { keys.count }
    /// 1…N.
    public var parties: [PartyIndex] { Self.parties(keys.count) }
    /// Who takes part, ascending: the dealers, and the party whose share is lost.
    public var members: [PartyIndex] { lost.map { (dealers + [$0]).sorted() } ?? dealers }

    private static func parties(_ count: Int) -> [PartyIndex] { (1...count).map { PartyIndex(checked: $0) } }

    /// A plan to generate a key for a new table.
    /// - Parameters:
    ///   - threshold: τ, 2…N.
    ///   - tableID: of a table that is not yet built, drawn after its entries were fixed.
    ///   - keys: 2…16 different Ed25519 keys.
    /// - Throws: `parameterOutOfRange`, `randomSourceFailed`.
    public static func keyGeneration(
        threshold: Int, tableID: TableID, keys: [Bytes32]
    ) throws(SealedMatchError) -> RunPlan {
        var random = SystemRandom()
        return try RunPlan(
            kind: .keyGeneration, threshold: threshold, tableID: tableID,
            attempt: Array(random.bytes32().bytes.prefix(16)), base: Bytes32(), keys: keys)
    }

    /// A plan to give all parties new shares of the key of a record.
    /// - Parameter keys: the parties' keys, where one has changed since; nil for those of the record.
    /// - Throws: `parameterOutOfRange`, `randomSourceFailed`.
    public static func refresh(
        _ record: CustodianRecord, keys: [Bytes32]? = nil
    ) throws(SealedMatchError) -> RunPlan {
        var random = SystemRandom()
        return try RunPlan(
            kind: .refresh, threshold: record.threshold, tableID: record.plan.tableID,
            attempt: Array(random.bytes32().bytes.prefix(16)), base: record.name, keys: keys ?? record.plan.keys)
    }

    /// A plan to give a party its share back.
    /// - Parameters:
    ///   - dealers: τ others.
    ///   - newKey: the party's key, if it has another one than in the record.
    /// - Throws: `parameterOutOfRange`, `randomSourceFailed`.
    public static func recovery(
        of lost: PartyIndex, in record: CustodianRecord, by dealers: [PartyIndex], newKey: Bytes32? = nil
    ) throws(SealedMatchError) -> RunPlan {
        var keys = record.plan.keys
        if let newKey, lost.number <= keys.count { keys[Int(lost.number) - 1] = newKey }
        var random = SystemRandom()
        return try RunPlan(
            kind: .recovery, threshold: record.threshold, tableID: record.plan.tableID,
            attempt: Array(random.bytes32().bytes.prefix(16)), base: record.name, keys: keys,
            dealers: dealers.sorted(), lost: lost)
    }

    package init(
        kind: Kind, threshold: Int, tableID: TableID, attempt: [UInt8], base: Bytes32, keys: [Bytes32],
        dealers: [PartyIndex]? = nil, lost: PartyIndex? = nil
    ) throws(SealedMatchError) {
        guard (2...Int(PartyIndex.maximum)).contains(keys.count), (2...keys.count).contains(threshold),
            Set(keys).count == keys.count, attempt.count == 16, base.isZero == (kind == .keyGeneration)
        else { throw SealedMatchError(.parameterOutOfRange, "a plan's numbers, keys or base are out of range") }
        let all = Self.parties(keys.count)
        let dealers = dealers ?? all
        let isFitting =
            switch (kind, lost) {
            case (.recovery, let lost?):
                dealers.count == threshold && dealers == Set(dealers).sorted() && !dealers.contains(lost)
                    && (dealers + [lost]).allSatisfy(all.contains)
            case (.keyGeneration, nil), (.refresh, nil): dealers == all
            default: false
            }
        guard isFitting else {
            throw SealedMatchError(.parameterOutOfRange, "a plan's dealers are not those of its kind")
        }
        self.dealers = dealers
        self.lost = lost
        self.kind = kind
        self.threshold = threshold
        self.tableID = tableID
        self.attempt = attempt
        self.base = base
        self.keys = keys
    }

    /// Bytes of a plan for N parties.
    static func encodedCount(parties: Int) -> Int { 76 + 32 * parties }

    /// The bytes of 4.15.
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.encodedCount(parties: count))
        out.magic("SMP0")
        out.put([kind.rawValue, UInt8(count), UInt8(threshold), lost?.number ?? 0])
        out.put(PartyIndex.mask(of: dealers))
        out.put(UInt16(0))
        out.put(tableID.encoded)
        out.put(attempt)
        out.put(base)
        for key in keys { out.put(key) }
        return out.bytes
    }

    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `parameterOutOfRange`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        self = try RunPlan(from: &reader)
        try reader.end()
    }

    init(from reader: inout ByteReader) throws(SealedMatchError) {
        try reader.magic("SMP0")
        let numbers = try reader.take(4)
        let mask = try reader.number(UInt16.self)
        try reader.zeros(2)
        let tableID = try TableID(canonical: reader.take(16))
        let attempt = try reader.take(16)
        let base = try reader.bytes32()
        guard let kind = Kind(rawValue: numbers[0]), numbers[1] <= PartyIndex.maximum else {
            throw SealedMatchError(.parameterOutOfRange, "no such run, or too many parties")
        }
        var keys: [Bytes32] = []
        for _ in 0..<numbers[1] { keys.append(try reader.bytes32()) }
        try self.init(
            kind: kind, threshold: Int(numbers[2]), tableID: tableID, attempt: attempt, base: base, keys: keys,
            dealers: PartyIndex.all(in: mask), lost: numbers[3] == 0 ? nil : PartyIndex(numbers[3]))
    }

    /// Its name, which all messages of the run carry.
    public func name() throws(SealedMatchError) -> Bytes32 {
        var input = KDF(.custodianRun, capacity: 640)
        input.append(encoded)
        return try input.hash()
    }

    /// The index of the party that has this key.
    /// - Throws: `parameterOutOfRange` if none has.
    public func index(of key: Bytes32) throws(SealedMatchError) -> PartyIndex {
        guard let place = keys.firstIndex(of: key) else {
            throw SealedMatchError(.parameterOutOfRange, "the plan does not name this party's key")
        }
        return PartyIndex(checked: place + 1)
    }

    func key(of party: PartyIndex) -> Bytes32 { keys[Int(party.number) - 1] }
}
