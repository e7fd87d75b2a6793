internal import SealedMatchCollector
internal import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

/// Checks a store's leases of due accounts against the contract of their seam, without any test framework.
public enum LeasesConformance {
    /// Runs every check on stores of their own.
    /// - Parameter make: a new, empty store.
    /// - Throws: `ConformanceFailure`, or what the store throws unasked.
    public static func run<Store: OpeningStore & DueAccounts>(make: () throws -> Store) throws {
        try givesWhatIsDue(make())
        try endsByItself(make())
        try givesFewOpeningsFirst(make())
        try listsAnew(make())
        try forgets(make())
    }

    private static let alice = AccountEpoch(1, 7)
    private static let source = StoreIdentity(repeating: 200)
    private static let form = OpeningForm(threshold: 3, polynomials: 16)
    private static let long = Duration.seconds(3_600)

    private static func record<Store: OpeningStore>(
        _ count: Int, of name: AccountEpoch, openings: Int = 1, _ synthetic: inout SyntheticVouchers, in store: Store
    ) throws {
        var page: [PositionedVoucher] = []
        for _ in 0..<count {
            page.append(PositionedVoucher(position: 1, voucher: try synthetic.opened(name, openings: openings)))
        }
        _ = try store.record(page, of: source, cursor: nil)
    }

    private static func givesWhatIsDue<Store: OpeningStore & DueAccounts>(_ store: Store) throws {
        var synthetic = SyntheticVouchers(seed: 31)
        try require(try store.lease(9, for: long).accounts.isEmpty, "nothing is due in an empty store")
        try record(2, of: alice, openings: 5, &synthetic, in: store)
        try require(try store.lease(9, for: long).accounts.isEmpty, "below t vouchers nothing is due")
        try record(1, of: alice, &synthetic, in: store)
        try require(try store.lease(0, for: long).accounts.isEmpty, "a limit of none")
        let lease = try store.lease(9, for: long)
        try require(lease.accounts == [try store.account(alice)], "from t vouchers on an account is due, as it is")
        let other = try store.lease(9, for: long)
        try require(other.accounts.isEmpty, "what is leased is leased to nobody else")
        try require(try store.renew(alice, of: lease, for: long), "a lease can be renewed")
        try require(try !store.renew(alice, of: other, for: long), "by its holder alone")
        try store.finish(alice, of: other, isListed: false)
        try store.giveBack(other)
        try require(try store.lease(9, for: long).accounts.isEmpty, "nobody else ends a lease")
        try store.giveBack(lease)
        try require(try !store.renew(alice, of: lease, for: long), "what was given back is held no more")
        let again = try store.lease(9, for: long)
        try require(again.accounts.map(\.name) == [alice], "what was given back is leased again")
        try store.noteTry(of: alice, form, openings: 11)
        try store.finish(alice, of: again, isListed: false)
        try require(try store.lease(9, for: long).accounts.isEmpty, "a verdict stands until an opening comes in")
        try record(1, of: alice, &synthetic, in: store)
        try require(try store.lease(9, for: long).accounts.map(\.name) == [alice], "and no longer")
    }

    private static func endsByItself<Store: OpeningStore & DueAccounts>(_ store: Store) throws {
        var synthetic = SyntheticVouchers(seed: 32)
        try record(3, of: alice, &synthetic, in: store)
        let ended = try store.lease(9, for: .zero)
        try require(ended.accounts.map(\.name) == [alice], "a lease of no time")
        try require(try !store.renew(alice, of: ended, for: long), "a lease that ended is not renewed")
        let lease = try store.lease(9, for: long)
        try require(lease.accounts.map(\.name) == [alice], "what nobody finished is leased again")
        try store.finish(alice, of: ended, isListed: false)
        try require(try store.renew(alice, of: lease, for: .zero), "who was too late ends nobody's lease")
        // Finished without a verdict: due as before.
        try store.finish(alice, of: try store.lease(9, for: long), isListed: false)
        try require(try store.lease(9, for: long).accounts.map(\.name) == [alice], "without a verdict it stays due")
    }

    private static func givesFewOpeningsFirst<Store: OpeningStore & DueAccounts>(_ store: Store) throws {
        var synthetic = SyntheticVouchers(seed: 33)
        let names = (1...6).map { AccountEpoch(UInt8($0), 7) }
        for (index, openings) in [4, 1, 6, 2, 5, 3].enumerated() {
            try record(3, of: names[index], openings: openings, &synthetic, in: store)
        }
        var leased: [AccountEpoch] = []
        for limit in [2, 1, 9] {
            let accounts = try store.lease(limit, for: long).accounts
            try require(accounts.count == min(limit, 6 - leased.count), "as many as were asked for")
            leased += accounts.map(\.name)
        }
        try require(leased == [1, 3, 5, 0, 4, 2].map { names[$0] }, "accounts with few openings come first")
    }

    private static func listsAnew<Store: OpeningStore & DueAccounts>(_ store: Store) throws {
        var synthetic = SyntheticVouchers(seed: 34)
        try record(3, of: alice, &synthetic, in: store)
        let lease = try store.lease(9, for: long)
        let key = try SecretBytes.copying([UInt8](repeating: 5, count: 32))
        try store.keepReveal(
            of: alice, epochKey: key, basis: try store.openings(of: alice, form).openings.map(\.number))
        // Not delivered: it is due again.
        try store.giveBack(lease)
        let second = try store.lease(9, for: long)
        try require(second.accounts.map(\.isRevealed) == [true], "a reveal that was not listed is due")
        try record(1, of: alice, &synthetic, in: store)
        try store.finish(alice, of: second, isListed: true)
        let third = try store.lease(9, for: long)
        try require(third.accounts.map(\.name) == [alice], "what came in while it was listed is listed, too")
        try store.finish(alice, of: third, isListed: true)
        try require(try store.lease(9, for: long).accounts.isEmpty, "what was listed is due no more")
        try record(1, of: alice, &synthetic, in: store)
        try require(try store.lease(9, for: long).accounts.map(\.name) == [alice], "until an opening comes in")
    }

    private static func forgets<Store: OpeningStore & DueAccounts>(_ store: Store) throws {
        var synthetic = SyntheticVouchers(seed: 35)
        try record(3, of: alice, &synthetic, in: store)
        let lease = try store.lease(9, for: long)
        try store.erase([alice])
        try require(try !store.renew(alice, of: lease, for: long), "an erased account's lease has ended")
        try store.finish(alice, of: lease, isListed: true)
        try require(try store.lease(9, for: long).accounts.isEmpty, "an erased account is not due")
        try record(3, of: alice, &synthetic, in: store)
        try require(
            try store.lease(9, for: long).accounts.map(\.name) == [alice], "what comes after an erasure counts anew")
    }
}
