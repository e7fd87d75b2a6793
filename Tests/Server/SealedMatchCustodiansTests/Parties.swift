import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchTestSupport
import Synchronization

/// A store in memory that can stop writing: what it does then is what a process that is killed leaves.
final class MemoryStore: CustodianStore {
    private struct State {
        var tables: [TableID: [UInt8]] = [:]
        var writes = 0
        var limit = Int.max
    }
    private let state = Mutex(State())

    /// How many writes were done.
    var writes: Int { state.withLock { $0.writes } }

    /// From now on `count` more writes are done, and the next fails before it did anything.
    func allow(_ count: Int) { state.withLock { $0.limit = $0.writes + count } }
    func allowAll() { state.withLock { $0.limit = .max } }

    func read(_ table: TableID) throws(SealedMatchError) -> SecretBytes? {
        guard let bytes = state.withLock({ $0.tables[table] }) else { return nil }
        return try SecretBytes.copying(bytes)
    }

    func replace(_ table: TableID, with bytes: borrowing SecretBytes) throws(SealedMatchError) {
        let copy = bytes.withBytes { Array($0) }
        let isWritten = state.withLock { state in
            guard state.writes < state.limit else { return false }
            state.writes += 1
            state.tables[table] = copy
            return true
        }
        guard isWritten else { throw SealedMatchError(.fileFailed, "killed here") }
    }

    /// What is on the disk now, and a disk put back to it.
    func content(_ table: TableID) -> [UInt8]? { state.withLock { $0.tables[table] } }
    func restore(_ table: TableID, _ bytes: [UInt8]?) { state.withLock { $0.tables[table] = bytes } }
}

/// N parties of one process, each with a store of its own.
struct Parties {
    let seeds: [[UInt8]]
    let stores: [MemoryStore]
    let plan: RunPlan

    init(_ threshold: Int, of count: Int, seed: UInt64 = 1) throws {
        var random = SeededRandom(seed)
        seeds = (0..<count).map { _ in random.bytes(32) }
        stores = (0..<count).map { _ in MemoryStore() }
        let keys = try seeds.map { try SigningKey(seed: SecretBytes.copying($0)).publicKey }
        plan = try RunPlan.keyGeneration(
            threshold: threshold, tableID: TableID(canonical: random.bytes(16)), keys: keys)
    }

    var table: TableID { plan.tableID }
    var count: Int { seeds.count }

    /// A process of party `place` + 1, newly started.
    func party(_ place: Int) throws -> CustodianParty<MemoryStore> {
        try CustodianParty(identity: key(place), store: stores[place])
    }

    func key(_ place: Int) throws -> SigningKey { try SigningKey(seed: SecretBytes.copying(seeds[place])) }

    /// What each says in a round.
    func each(_ body: (CustodianParty<MemoryStore>) throws -> [UInt8]) throws -> [[UInt8]] {
        try (0..<count).map { try body(party($0)) }
    }

    func first(_ plan: RunPlan? = nil) throws -> [[UInt8]] { try each { try $0.begin(plan ?? self.plan) } }
    func second(_ messages: [[UInt8]]) throws -> [[UInt8]] { try each { try $0.deal(table, messages) } }
    func third(_ messages: [[UInt8]]) throws -> [[UInt8]] { try each { try $0.confirm(table, messages) } }

    /// A whole run of all parties.
    @discardableResult
    func run(_ plan: RunPlan? = nil) throws -> CustodianRecord {
        let confirmations = try third(second(first(plan)))
        var record: CustodianRecord?
        for place in 0..<count {
            let one = try party(place).finish(table, confirmations)
            guard record == nil || record == one else { throw SealedMatchError(.setMismatch, "records differ") }
            record = one
        }
        return record!
    }

    /// α_i, as the state on disk has it.
    func share(_ place: Int) throws -> PublicScalar {
        let share = try party(place).share(of: table).encoded().withBytes { Array($0) }
        return try PublicScalar(canonical: Bytes32(exactly: Array(share[8..<40])))
    }

    /// α, which nobody has: put together here alone.
    func alpha(_ places: [Int]) throws -> PublicScalar { try interpolate(places.map { ($0, try share($0)) }) }

    func custodian(_ place: Int) throws -> LocalCustodian { LocalCustodian(try party(place).share(of: table)) }
}

/// The value at 0 of the polynomial through (place + 1, value): written apart from the product's own.
func interpolate(_ values: [(place: Int, value: PublicScalar)]) throws -> PublicScalar {
    var sum = try PublicScalar(0)
    for (place, value) in values {
        var term = value
        for (other, _) in values where other != place {
            let own = try PublicScalar(UInt64(place + 1))
            let x = try PublicScalar(UInt64(other + 1))
            // x / (x − own)
            term = try term.multiplied(by: x).multiplied(by: x.subtracting(own).inverse())
        }
        sum = try sum.adding(term)
    }
    return sum
}

/// All subsets of `size` of 0..<count.
func subsets(_ size: Int, of count: Int) -> [[Int]] {
    guard size > 0 else { return [[]] }
    guard count >= size else { return [] }
    return subsets(size, of: count - 1) + subsets(size - 1, of: count - 1).map { $0 + [count - 1] }
}

func elements(_ count: Int, seed: UInt64) throws -> [Point] {
    var random = SeededRandom(seed)
    return try (0..<count).map { _ in
        try HashToGroup.elements.point(random.bytes(16))
    }
}

func party(_ number: Int) -> PartyIndex { try! PartyIndex(number) }
