internal import SealedMatchCollector
internal import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

/// Checks that a store of openings can be read wholly and filled, against the contract of `MovableOpenings`.
public enum MovingConformance {
    /// Runs every check on stores of their own.
    /// - Parameters:
    ///   - make: a new, empty store.
    ///   - reopen: the same store as another process would open it; for a store that has no file, itself.
    /// - Throws: `ConformanceFailure`, or what the store throws unasked.
    public static func run<Store: MovableOpenings>(make: () throws -> Store, reopen: (Store) throws -> Store) throws {
        // Out of the store under test, and into it; the one in memory is the other side.
        let memory = MemoryOpenings()
        try fill(memory)
        let filled = try make()
        try move(memory, to: filled)
        try compare(memory, try reopen(filled))
        let recorded = try make()
        try fill(recorded)
        let copy = MemoryOpenings()
        try move(try reopen(recorded), to: copy)
        try compare(recorded, copy)
        try goesOn(try reopen(filled), as: memory)
    }

    private static let source = StoreIdentity(repeating: 201)
    private static let form = OpeningForm(threshold: 3, polynomials: 16)
    private static let alice = AccountEpoch(1, 7)
    private static let bob = AccountEpoch(2, 7)

    /// Accounts below and above the threshold, tried, revealed, with several forms; cursors, waiting, sealed vouchers.
    private static func fill(_ store: some MovableOpenings) throws {
        var synthetic = SyntheticVouchers(seed: 31)
        var position: Int64 = 1
        for round in 0..<5 {
            var page: [PositionedVoucher] = []
            for byte in UInt8(1)...6 {
                let name = AccountEpoch(byte, 7 + UInt32(round % 2))
                page.append(
                    PositionedVoucher(
                        position: position,
                        voucher: try synthetic.opened(
                            name, threshold: byte == 5 ? 4 + round / 2 : 3, openings: (round + Int(byte)) % 3)))
                position += 1
            }
            page.append(
                PositionedVoucher(
                    position: position,
                    voucher: try synthetic.opened(
                        alice, openings: 0, root: SetRoot(canonical: Bytes32(repeating: UInt8(round))),
                        status: .unknownSet)))
            position += 1
            let cursor = SourceCursor(source: source, position: position - 1, mark: Bytes32(repeating: UInt8(round)))
            _ = try store.record(page, of: source, cursor: cursor, commitments: [:], during: UInt32(round / 2))
        }
        try store.settle(alice.registration(1).commitment, of: alice)
        try store.noteTry(of: bob, form, openings: 3)
        let basis = try store.openings(of: alice, form).openings.prefix(3).map(\.number)
        try require(basis.count == 3, "three openings of an account")
        let key = try SecretBytes.copying([UInt8](repeating: 5, count: 32))
        try store.keepReveal(of: alice, epochKey: key, basis: Array(basis))
        let sealed = try (1...3).map { place in
            StoredVoucher(
                position: 1_000 + Int64(place), voucher: try SealedVoucher(canonical: synthetic.voucher(bob)))
        }
        try store.keepSealed(sealed, of: source)
    }

    /// Moves all of a store, in small pages, each of them twice.
    private static func move(_ source: some MovableOpenings, to target: some MovableOpenings) throws {
        var place: StorePlace?
        repeat {
            let page = try source.accounts(after: place, limit: 3)
            for account in page.accounts {
                for form in account.forms {
                    var last: Int? = -1
                    while let after = last {
                        let vouchers = try source.vouchers(of: account.name, form.form, after: after, limit: 2)
                        for _ in 0..<2 { try target.take(vouchers.vouchers, of: account.name) }
                        last = vouchers.next
                    }
                }
                let key = try source.epochKey(of: account.name)
                for _ in 0..<2 { try target.take(account, epochKey: key) }
            }
            place = page.next
        } while place != nil
        for _ in 0..<2 { try target.take(source.opened()) }
        for identity in try source.sources() {
            if let cursor = try source.cursor(in: identity) {
                _ = try target.record([], of: identity, cursor: cursor)
            }
            for _ in 0..<2 {
                try target.take(source.waiting(in: identity, after: 0, limit: 100), in: identity)
                try target.keepSealed(source.sealed(of: identity, after: 0, limit: 100), of: identity)
            }
        }
    }

    private static func compare(_ one: some MovableOpenings, _ other: some MovableOpenings) throws {
        try require(try one.totals() == other.totals(), "as many accounts, vouchers, openings, sealed vouchers")
        try require(try one.totals().accounts == 12, "all of it: \(one.totals())")
        var names: Set<AccountEpoch> = []
        var place: StorePlace?
        repeat {
            let page = try one.accounts(after: place, limit: 4)
            try require(page.damaged.isEmpty, "nothing is damaged")
            for account in page.accounts {
                try require(names.insert(account.name).inserted, "each account once")
                try require(try other.account(account.name) == account, "the same state: \(account)")
                for form in account.forms {
                    let vouchers = try one.vouchers(of: account.name, form.form, after: -1, limit: 100)
                    let others = try other.vouchers(of: account.name, form.form, after: -1, limit: 100)
                    try require(vouchers.next == nil && vouchers.damaged.isEmpty, "all of a form's vouchers")
                    try require(vouchers.vouchers == others.vouchers, "the same vouchers, in the same order")
                    let kept = try one.openings(of: account.name, form.form)
                    let again = try other.openings(of: account.name, form.form)
                    try require(
                        kept.openings.map(\.opening) == again.openings.map(\.opening)
                            && kept.counted == again.counted, "the same openings, in the same order")
                }
                let key = try one.epochKey(of: account.name)
                let same = try other.epochKey(of: account.name)
                try require(bytes(key) == bytes(same), "the same K_e")
            }
            place = page.next
        } while place != nil
        try require(names.count == 12, "every account")
        let opened = try one.opened()
        try require(opened.count >= 3 && other.opened() == opened, "the same counts of what was opened")
        try require(try one.sources() == other.sources(), "the same sources")
        for identity in try one.sources() {
            try require(try one.cursor(in: identity) == other.cursor(in: identity), "the same cursor")
            try require(
                try one.waiting(in: identity, after: 7, limit: 2) == other.waiting(in: identity, after: 7, limit: 2),
                "the same waiting vouchers")
            try require(
                try one.sealed(of: identity, after: 0, limit: 9) == other.sealed(of: identity, after: 0, limit: 9),
                "the same sealed vouchers")
        }
    }

    private static func bytes(_ key: borrowing SecretBytes?) -> [UInt8]? {
        switch key {
        case .some(let secret): unsafe secret.withBytes { unsafe [UInt8]($0) }
        case .none: nil
        }
    }

    /// What comes after a move is recorded, counted and forgotten as if nothing had been moved.
    private static func goesOn(_ store: some MovableOpenings, as memory: some MovableOpenings) throws {
        var synthetic = SyntheticVouchers(seed: 32)
        let again = try memory.vouchers(of: bob, form, after: -1, limit: 1).vouchers
        try require(again.count == 1, "a voucher")
        let more = [try synthetic.opened(bob, openings: 2), try synthetic.opened(again[0].header)]
        let page = more.enumerated().map { PositionedVoucher(position: 2_000 + Int64($0), voucher: $1) }
        for store in [store as any MovableOpenings, memory] {
            try require(
                try store.record(page, of: source, cursor: nil) == [2_001], "what was moved keeps its voucher IDs")
        }
        try require(try store.account(bob) == memory.account(bob), "what comes later counts")
        let openings = { (store: any MovableOpenings) in try store.openings(of: bob, form).openings.map(\.opening) }
        try require(try openings(store) == openings(memory), "and stands behind what was moved")
        for store in [store as any MovableOpenings, memory] { try store.erase([alice]) }
        try require(try store.totals() == memory.totals(), "and what was moved can be erased")
        for store in [store as any MovableOpenings, memory] { try store.expire(before: 8) }
        try require(try store.totals() == memory.totals(), "or expires")
    }
}
