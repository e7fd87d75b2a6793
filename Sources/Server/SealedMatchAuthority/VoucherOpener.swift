internal import Dispatch
public import SealedMatchCrypto
public import SealedMatchOpenings
public import SealedMatchProtocol
internal import Synchronization

/// Opens sealed vouchers with the matching keys, on all cores. (Docs/Protocol.md, "Open")
public struct VoucherOpener<E: Evaluator>: Sendable {
    private let sets: [SetRoot: MatchingSet<E>]

    /// Sets of different roots; of two with the same root the first is used.
    public init(_ sets: [MatchingSet<E>]) {
        self.sets = Dictionary(sets.map { ($0.root, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The roots of the sets whose keys are here, 32 bytes each.
    public var roots: Set<SetRoot> { Set(sets.keys) }

    /// The set of this root, if its key is here.
    public func set(_ root: SetRoot) -> MatchingSet<E>? { sets[root] }

    /// Vouchers that one thread opens at a time: few where there are few, so that several cores have some, and at most
    /// about 1,000 slots. Custodians are asked for as many at once: what a request costs by itself is little then.
    private static func chunk(of count: Int) -> Int { min(32, max(1, count / 8)) }

    /// Opens vouchers, one result each, in their order.
    ///
    /// Takes one variable-base multiplication a slot, divided among the cores. Hostile input costs the same: a slot
    /// whose element is no point does not open.
    /// - Throws: `primitiveFailed`, `outOfMemory`; nothing that depends on a voucher.
    public func open(_ vouchers: [SealedVoucher]) throws(SealedMatchError) -> [OpenedVoucher] {
        let chunk = Self.chunk(of: vouchers.count)
        let chunks = (vouchers.count + chunk - 1) / chunk
        let results = Mutex([Result<[OpenedVoucher], SealedMatchError>?](repeating: nil, count: chunks))
        DispatchQueue.concurrentPerform(iterations: chunks) { index in
            let range = (index * chunk)..<min(vouchers.count, (index + 1) * chunk)
            let result = Result { () throws(SealedMatchError) in try openSerially(vouchers[range]) }
            results.withLock { $0[index] = result }
        }
        var opened: [OpenedVoucher] = []
        opened.reserveCapacity(vouchers.count)
        for result in results.withLock({ $0 }) {
            if let result { opened += try result.get() }
        }
        return opened
    }

    /// On the calling thread.
    public func openSerially(_ vouchers: ArraySlice<SealedVoucher>) throws(SealedMatchError) -> [OpenedVoucher] {
        var opened: [OpenedVoucher] = []
        opened.reserveCapacity(vouchers.count)
        var elements: [Bytes32] = []
        // Neighbours of one set are evaluated in one batch.
        var rest = vouchers
        while let first = rest.first {
            let root = first.header.setRoot
            let group = rest.prefix { $0.header.setRoot == root }
            rest = rest.dropFirst(group.count)
            guard let set = sets[root] else {
                opened += group.map { OpenedVoucher($0.header, .unknownSet) }
                continue
            }
            // Open, step 1: S' = α·Q for every slot; all zero, no element's product, where Q is no element or the
            // identity
            elements.removeAll(keepingCapacity: true)
            for voucher in group where voucher.header.fits(set.header.parameters) {
                for slot in voucher.slots { elements.append(slot.element) }
            }
            if !elements.isEmpty { try set.evaluator.evaluate(&elements) }
            var evaluated = elements[...]
            for voucher in group {
                guard voucher.header.fits(set.header.parameters) else {
                    opened.append(OpenedVoucher(voucher.header, .setMismatch))
                    continue
                }
                opened.append(try open(voucher, set, evaluated.prefix(voucher.slots.count)))
                evaluated = evaluated.dropFirst(voucher.slots.count)
            }
        }
        return opened
    }

    /// - Parameter slotKeys: S' of each slot.
    private func open(
        _ voucher: SealedVoucher, _ set: MatchingSet<E>, _ slotKeys: ArraySlice<Bytes32>
    ) throws(SealedMatchError) -> OpenedVoucher {
        let header = voucher.header
        // Open, step 2: recompute each check under the header's N; a slot whose check holds gives the body's key. What
        // it opens is not looked at: nothing there tells a match from chance.
        let context = try SlotContext(
            tableID: set.header.tableID, header: header.encoded, body: voucher.body, checkLevel: header.checkLevel)
        var openings: [Opening] = []
        for (index, (slot, slotKey)) in zip(voucher.slots, slotKeys).enumerated() where !slotKey.isZero {
            guard let key = try context.open(slot, slotKey: slotKey) else { continue }
            openings.append(try Opening(header: header, slot: index, key: key, body: voucher.body))
        }
        return OpenedVoucher(
            header: header, status: .opened, threshold: set.header.parameters.threshold, openings: openings)
    }
}

extension OpenedVoucher {
    fileprivate init(_ header: VoucherHeader, _ status: Status) {
        self.init(header: header, status: status, threshold: 0, openings: [])
    }
}
