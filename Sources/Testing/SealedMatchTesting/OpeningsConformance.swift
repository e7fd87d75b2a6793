internal import SealedMatchCollector
internal import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

/// Checks a store of openings against the contract of its seam, without any test framework.
public enum OpeningsConformance {
    /// Runs every check on stores of their own.
    /// - Parameters:
    ///   - make: a new, empty store.
    ///   - reopen: the same store as another process would open it; for a store that has no file, itself.
    /// - Throws: `ConformanceFailure`, or what the store throws unasked.
    public static func run<Store: OpeningStore>(
        make: () throws -> Store, reopen: (Store) throws -> Store
    ) async throws {
        try recordsOnce(make, reopen)
        try keepsNoOrder(make, reopen)
        try countsWork(make, reopen)
        try keepsCaps(make)
        try waits(make, reopen)
        try keepsSealedVouchers(make, reopen)
        try await decides(make, reopen)
        try await forgets(make, reopen)
        try givesOneTurn(make, reopen)
    }

    private static let alice = AccountEpoch(1, 7)
    private static let source = StoreIdentity(repeating: 200)
    private static let form = OpeningForm(threshold: 3, polynomials: 16)

    private static func placed(_ vouchers: [OpenedVoucher], from first: Int64 = 1) -> [PositionedVoucher] {
        vouchers.enumerated().map { PositionedVoucher(position: first + Int64($0), voucher: $1) }
    }

    private static func recordsOnce<Store: OpeningStore>(
        _ make: () throws -> Store, _ reopen: (Store) throws -> Store
    ) throws {
        let store = try make()
        var synthetic = SyntheticVouchers(seed: 21)
        let bob = AccountEpoch(2, 7)
        let vouchers = [
            try synthetic.opened(alice, openings: 2), try synthetic.opened(bob),
            try synthetic.opened(alice, openings: 0),
            try synthetic.opened(alice, threshold: 4), try synthetic.opened(alice, openings: 3),
        ]
        try require(try store.cursor(in: source) == nil, "a source that was never read has no cursor")
        try require(try store.account(alice) == nil, "an account without openings is none")
        let cursor = SourceCursor(source: source, position: 5, mark: Bytes32(repeating: 3))
        for round in 0..<3 {
            let unkept = try store.record(placed(vouchers), of: source, cursor: cursor)
            try require(unkept.isEmpty, "below the caps everything is kept")
            let store = round == 2 ? try reopen(store) : store
            try require(try store.cursor(in: source) == cursor, "the cursor is kept with the page")
            try require(try store.cursor(in: Bytes32(repeating: 9)) == nil, "a cursor is one source's")
            let list = try store.accounts()
            try require(
                list.damaged.isEmpty && list.accounts.count == 2 && Set(list.accounts.map(\.name)) == [alice, bob],
                "every account is listed once: \(list.accounts.map(\.name))")
            guard let state = list.accounts.first(where: { $0.name == alice }) else {
                throw ConformanceFailure("an account of the list")
            }
            try require(try store.account(alice) == state, "one account, as in the list")
            try require(
                state.forms == [
                    FormCount(form: form, vouchers: 2, openings: 5, tried: 0),
                    FormCount(
                        form: OpeningForm(threshold: 4, polynomials: 16), vouchers: 1, openings: 1, tried: 0),
                ] && state.quarantined == 0 && !state.isRevealed && state.commitment == nil,
                "vouchers and openings are counted once, by form: \(state)")
            let kept = try store.openings(of: alice, form)
            let expected = vouchers[0].openings + vouchers[4].openings
            try require(kept.openings.map(\.opening) == expected, "openings come back in order, as they were")
            try require(
                kept.openings.allSatisfy { !$0.quarantined } && kept.counted == 5 && kept.basis.isEmpty
                    && kept.damaged.isEmpty, "below the cap nothing is quarantined")
            try require(Set(kept.openings.map(\.number)).count == expected.count, "each opening has its own number")
        }
        // Another voucher of the same ID: the first stays, with nothing of the other, which is named as not kept.
        let changed = try synthetic.opened(vouchers[1].header, openings: 2)
        try require(
            try store.record(placed([changed], from: 9), of: source, cursor: nil) == [9],
            "a voucher that another one of the same ID keeps out is named")
        try require(
            try store.openings(of: bob, form).openings.map(\.opening) == vouchers[1].openings, "the first one stays")
        try require(
            try store.account(bob)?.forms == [FormCount(form: form, vouchers: 1, openings: 1, tried: 0)],
            "and nothing else is counted")
        try require(try store.cursor(in: source) == cursor, "a page without a cursor does not move it")
        let back = SourceCursor(source: source)
        _ = try store.record([], of: source, cursor: back)
        try require(try store.cursor(in: source) == back, "a cursor can be set back")
    }

    /// What was opened is counted by set and by the epoch that ran, as often as it was opened, and is never forgotten.
    private static func countsWork<Store: OpeningStore>(
        _ make: () throws -> Store, _ reopen: (Store) throws -> Store
    ) throws {
        let store = try make()
        try require(try store.opened().isEmpty, "a new store has counted nothing")
        var synthetic = SyntheticVouchers(seed: 28)
        let (one, two) = (SetRoot(canonical: Bytes32(repeating: 1)), SetRoot(canonical: Bytes32(repeating: 2)))
        let page = [
            try synthetic.opened(alice, openings: 2, root: two), try synthetic.opened(alice, openings: 0, root: one),
            try synthetic.opened(alice, openings: 0, root: two, status: .unknownSet),
            try synthetic.opened(alice, openings: 0, root: two, status: .setMismatch),
            try synthetic.opened(AccountEpoch(2, 6), openings: 0, root: two),
        ]
        let slots = Int64(page[0].header.probes)
        for epoch: UInt32 in [9, 8, 9] {
            _ = try store.record(placed(page), of: source, cursor: nil, commitments: [:], during: epoch)
        }
        _ = try store.record(placed(page), of: source, cursor: nil)
        try store.erase([alice])
        try store.expire(before: 100)
        for store in [store, try reopen(store)] {
            let counts = try store.opened()
            try require(
                counts == [
                    OpenedCount(root: one, epoch: 8, vouchers: 1, slots: slots),
                    OpenedCount(root: two, epoch: 8, vouchers: 2, slots: 2 * slots),
                    OpenedCount(root: one, epoch: 9, vouchers: 2, slots: 2 * slots),
                    OpenedCount(root: two, epoch: 9, vouchers: 4, slots: 4 * slots),
                ], "what was opened is counted by epoch and set: \(counts)")
        }
    }

    /// An account's openings come back in the order of recording, whatever came between; accounts, and numbers of
    /// openings, have none. A store that keeps no order passes all but once in 30! times.
    private static func keepsNoOrder<Store: OpeningStore>(
        _ make: () throws -> Store, _ reopen: (Store) throws -> Store
    ) throws {
        let store = try make()
        var synthetic = SyntheticVouchers(seed: 26)
        var recorded: [VoucherID] = []
        // No order of the bytes, either.
        let names = (0..<30).map { AccountEpoch(UInt8($0 * 7 % 31 + 1), 7) }
        for (index, name) in names.enumerated() {
            let vouchers = [try synthetic.opened(name), try synthetic.opened(alice)]
            recorded.append(vouchers[1].header.voucherID)
            _ = try store.record(placed(vouchers, from: Int64(2 * index + 1)), of: source, cursor: nil)
        }
        for store in [store, try reopen(store)] {
            try require(
                try store.accounts().accounts.map(\.name) != names, "accounts are not listed as they were recorded")
            let kept = try store.openings(of: alice, form).openings
            let found = kept.map(\.opening.header.voucherID).filter { recorded.contains($0) }
            try require(found == recorded, "an account's openings come back as they were recorded")
            let numbers = recorded.compactMap { id in kept.first { $0.opening.header.voucherID == id }?.number }
            try require(
                numbers.count == recorded.count && numbers != numbers.sorted() && numbers != numbers.sorted(by: >),
                "numbers do not follow the order of recording")
            try require(try store.openings(of: alice, form).openings == kept, "two calls give the same order")
        }
    }

    private static func keepsCaps<Store: OpeningStore>(_ make: () throws -> Store) throws {
        let store = try make()
        var synthetic = SyntheticVouchers(seed: 22)
        // One opening, then 31 a voucher: a voucher of each cap is partly on its other side.
        var position: Int64 = 1
        func record(_ page: [OpenedVoucher]) throws -> [Int64] {
            let first = position
            position += Int64(page.count)
            return try store.record(placed(page, from: first), of: source, cursor: nil)
        }
        // Another form counts against the same cap.
        try require(try record([synthetic.opened(alice, threshold: 4)]).isEmpty, "up to both caps")
        let (perVoucher, caps) = (31, OpeningCaps.counted + OpeningCaps.quarantined)
        var rest = caps - 1
        while rest >= perVoucher {
            var page: [OpenedVoucher] = []
            while page.count < 64 && rest >= perVoucher {
                page.append(try synthetic.opened(alice, openings: perVoucher))
                rest -= perVoucher
            }
            try require(try record(page).isEmpty, "up to both caps")
        }
        let last = try synthetic.opened(alice, openings: perVoucher)
        for _ in 0..<2 {
            try require(try record([last]) == [position - 1], "a voucher of which an opening was not kept is named")
        }
        try require(
            try record([synthetic.opened(alice), synthetic.opened(AccountEpoch(1, 8))]) == [position - 2],
            "and so is one of which none was; other epochs have caps of their own")
        guard let state = try store.account(alice) else { throw ConformanceFailure("an account with openings") }
        let counting = (OpeningCaps.counted - 1 + perVoucher - 1) / perVoucher
        try require(
            state.openings == OpeningCaps.counted && state.quarantined == OpeningCaps.quarantined, "the caps")
        try require(
            state.forms.map(\.vouchers) == [counting, 1],
            "a voucher counts if one of its openings does: \(state.forms)")
        let kept = try store.openings(of: alice, form).openings
        try require(
            kept.count == caps - 1 && kept.prefix(OpeningCaps.counted - 1).allSatisfy { !$0.quarantined }
                && kept.dropFirst(OpeningCaps.counted - 1).allSatisfy(\.quarantined), "the first ones count")
        try require(
            kept.suffix(rest).map(\.opening) == Array(last.openings.prefix(rest)), "what there was room for is kept")
    }

    private static func waits<Store: OpeningStore>(
        _ make: () throws -> Store, _ reopen: (Store) throws -> Store
    ) throws {
        let store = try make()
        var synthetic = SyntheticVouchers(seed: 23)
        let roots = try (0..<3).map { _ in SetRoot(canonical: try synthetic.bytes32()) }
        var vouchers: [OpenedVoucher] = []
        for index in [0, 1, 0, 2, 0] {
            vouchers.append(try synthetic.opened(alice, openings: 0, root: roots[index], status: .unknownSet))
        }
        vouchers.append(try synthetic.opened(alice, openings: 0, status: .setMismatch))
        _ = try store.record(placed(vouchers), of: source, cursor: nil)
        for store in [store, try reopen(store)] {
            try require(
                try store.waiting(for: [roots[0], roots[2]], in: source, limit: 10) == [1, 3, 4, 5],
                "vouchers wait for their set's key")
            try require(try store.waiting(for: [roots[0], roots[2]], in: source, limit: 2).count == 2, "a limit")
            try require(
                try store.waiting(for: Set(roots), in: Bytes32(repeating: 9), limit: 10).isEmpty,
                "a position is one source's")
        }
        let opened = try synthetic.opened(alice, root: roots[0])
        _ = try store.record([PositionedVoucher(position: 3, voucher: opened)], of: source, cursor: nil)
        try store.stopWaiting(for: [1, 77], in: source)
        try require(
            try store.waiting(for: Set(roots), in: source, limit: 10) == [2, 4, 5],
            "what was opened, or is gone, waits no longer")
        try require(try store.account(alice)?.openings == 1, "and what it opened counts")
    }

    private static func keepsSealedVouchers<Store: OpeningStore>(
        _ make: () throws -> Store, _ reopen: (Store) throws -> Store
    ) throws {
        let store = try make()
        var synthetic = SyntheticVouchers(seed: 24)
        var vouchers: [StoredVoucher] = []
        for position in [3, 5, 9] as [Int64] {
            vouchers.append(
                StoredVoucher(position: position, voucher: try SealedVoucher(canonical: synthetic.voucher(alice))))
        }
        for _ in 0..<2 { try store.keepSealed(vouchers, of: source) }
        let again = try reopen(store)
        try require(try again.sealed(of: source, after: 0, limit: 9) == vouchers, "sealed vouchers are kept, once")
        try require(try again.sealed(of: source, after: 3, limit: 1) == [vouchers[1]], "and read in pages")
        try require(try again.sealed(of: Bytes32(repeating: 9), after: 0, limit: 9).isEmpty, "by source")
    }

    private static func decides<Store: OpeningStore>(
        _ make: () throws -> Store, _ reopen: (Store) throws -> Store
    ) async throws {
        let store = try make()
        var synthetic = SyntheticVouchers(seed: 25)
        let (one, other) = try (alice.registration(1).commitment, alice.registration(2).commitment)
        try await require(.damagedStore, "an account without openings has nothing to settle") {
            try store.settle(one, of: alice)
        }
        var vouchers: [OpenedVoucher] = []
        for _ in 0..<6 { vouchers.append(try synthetic.opened(alice)) }
        _ = try store.record(placed(vouchers), of: source, cursor: nil)
        // The commitment comes with an opening, if it is registered by then; the first one stays.
        let bob = AccountEpoch(2, 7)
        for commitments in [[:], [bob: one], [bob: other], [alice: other]] {
            _ = try store.record(
                placed([try synthetic.opened(bob)], from: 50), of: source, cursor: nil, commitments: commitments)
            try require(
                try reopen(store).account(bob)?.commitment == (commitments == [:] ? nil : one),
                "the first commitment that comes with an opening stays")
        }
        try await require(.commitmentConflict, "another one than came with an opening") {
            try store.settle(other, of: bob)
        }
        for _ in 0..<2 { try store.settle(one, of: alice) }
        try await require(.commitmentConflict, "another commitment") { try store.settle(other, of: alice) }
        try store.noteTry(of: alice, form, openings: 6)
        try store.noteTry(of: alice, OpeningForm(threshold: 9, polynomials: 19), openings: 6)
        let tried = try reopen(store)
        try require(
            try tried.account(alice)?.forms == [FormCount(form: form, vouchers: 6, openings: 6, tried: 6)],
            "a try is kept")
        try require(try tried.account(alice)?.isDue == false, "and not due until an opening comes in")
        try require(try tried.account(alice)?.commitment == one, "the first commitment stays")
        try require(try tried.epochKey(of: alice) == nil, "no key before a reveal")
        let numbers = try store.openings(of: alice, form).openings.map(\.number)
        for (byte, basis) in [(UInt8(5), Array(numbers[0..<3])), (6, Array(numbers[2..<5]))] {
            let key = try SecretBytes.copying([UInt8](repeating: byte, count: 32))
            try store.keepReveal(of: alice, epochKey: key, basis: basis)
            let again = try reopen(store)
            try require(try again.account(alice)?.isRevealed == true, "a reveal is kept")
            try require(
                try again.openings(of: alice, form).basis == Set(basis), "with its basis, which replaces another")
            guard let key = try again.epochKey(of: alice) else { throw ConformanceFailure("and its key: none") }
            let bytes = unsafe key.withBytes { unsafe [UInt8]($0) }
            try require(bytes == [UInt8](repeating: byte, count: 32), "and its key")
        }
    }

    private static func forgets<Store: OpeningStore>(
        _ make: () throws -> Store, _ reopen: (Store) throws -> Store
    ) async throws {
        let store = try make()
        var synthetic = SyntheticVouchers(seed: 27)
        let (old, bob, next) = (AccountEpoch(1, 6), AccountEpoch(2, 7), AccountEpoch(1, 8))
        let names = [old, alice, bob, next]
        let vouchers = try names.map { try synthetic.opened($0, openings: 2) }
        let commitment = Commitment(canonical: Bytes32(repeating: 4))
        _ = try store.record(
            placed(vouchers), of: source, cursor: nil, commitments: Dictionary(names.map { ($0, commitment) }) { $1 })
        let sealed = try names.map { try SealedVoucher(canonical: synthetic.voucher($0)) }
        try store.keepSealed(sealed.enumerated().map { .init(position: 9 + Int64($0), voucher: $1) }, of: source)
        let key = try SecretBytes.copying([UInt8](repeating: 5, count: 32))
        let basis = try store.openings(of: alice, form).openings.map(\.number)
        try store.keepReveal(of: alice, epochKey: key, basis: basis)
        let left = { (store: Store) in
            try (
                Set(store.accounts().accounts.map(\.name)),
                store.sealed(of: source, after: 0, limit: 9).map(\.voucher)
            )
        }
        try store.erase([alice, AccountEpoch(9, 9)])
        for store in [store, try reopen(store)] {
            let left = try left(store)
            try require(left.0 == [old, bob, next], "an erased account has no openings: \(left.0)")
            try require(left.1 == [sealed[0], sealed[2], sealed[3]], "nor sealed vouchers")
            try require(try store.account(alice) == nil && store.epochKey(of: alice) == nil, "nor a key")
            try require(try store.openings(of: bob, form).openings.count == 2, "another's openings stay")
        }
        _ = try store.record([placed(vouchers)[1]], of: source, cursor: nil)
        let state = try store.account(alice)
        try require(
            state?.openings == 2 && state?.commitment == nil && state?.isRevealed == false,
            "what comes after an erasure counts from nothing")
        try store.expire(before: 7)
        try require(try left(store).0 == [alice, bob, next], "openings of an expired epoch are gone")
        try store.expire(before: 8)
        for store in [store, try reopen(store)] {
            let left = try left(store)
            try require(left.0 == [next] && left.1 == [sealed[3]], "expiry takes earlier epochs, and no other")
        }
    }

    private static func givesOneTurn<Store: OpeningStore>(
        _ make: () throws -> Store, _ reopen: (Store) throws -> Store
    ) throws {
        let store = try make()
        let other = try reopen(store)
        func hold() throws {
            let turn = try store.takeTurn()
            try require(turn != nil, "a free turn is given")
            try require(try other.takeTurn() == nil, "a turn that is held is not given again")
            withExtendedLifetime(turn) {}
        }
        try hold()
        try require(try other.takeTurn() != nil, "a turn ends with its holder")
    }
}
