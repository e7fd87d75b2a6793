public import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// Checks what keeps accounts' notices against the contract of its seam, without any test framework. It is the intake,
/// too, through which accounts are registered and forgotten.
public enum NoticeConformance {
    /// Runs every check on stores of their own.
    /// - Parameters:
    ///   - make: a new, empty one.
    ///   - reopen: the same as another process would open it; for a store that has no file, itself.
    /// - Throws: `ConformanceFailure`, or what the store throws unasked.
    public static func run<Store: Intake & NoticeBoard>(
        make: () throws -> Store, reopen: (Store) throws -> Store
    ) async throws {
        try await keeps(make(), reopen)
        try await refuses(make())
        try await forgets(make(), reopen)
    }

    private static let alice = AccountEpoch(1, 7)
    private static let bob = AccountEpoch(2, 7)
    private static let later = AccountEpoch(1, 8)
    private static let one = SetRoot(canonical: Bytes32(repeating: 1))

    private static func root(_ number: Int) -> SetRoot {
        var bytes = Bytes32()
        bytes[0] = UInt8(truncatingIfNeeded: number)
        bytes[31] = 0xff
        return SetRoot(canonical: bytes)
    }

    private static func order(
        _ name: AccountEpoch, _ token: UInt8, _ root: SetRoot = one, _ kind: Notice.Kind = .notConfirmed
    ) -> NoticeOrder {
        NoticeOrder(
            request: ResolutionRequest(
                epoch: name.epoch, pseudonym: name.pseudonym, token: AccountEpoch.token(token)),
            root: root, kind: kind)
    }

    private static func fill(_ intake: some Intake) async throws {
        for (name, token) in [(alice, 8), (bob, 9), (later, 10)] as [(AccountEpoch, UInt8)] {
            _ = try await intake.register(name.registration(token), authenticatedAs: name.account)
        }
    }

    private static func keeps<Store: Intake & NoticeBoard>(
        _ store: Store, _ reopen: (Store) throws -> Store
    ) async throws {
        try await fill(store)
        try require(try await store.notices(of: alice.account).isEmpty, "nothing is to be told")
        try require(try await store.post(order(later, 10), on: 20_000) == .stored, "a notice")
        try require(try await store.post(order(alice, 8, root(3), .revealed), on: 20_001) == .stored, "another epoch's")
        try require(try await store.post(order(alice, 8, root(3)), on: 20_001) == .stored, "another kind")
        try require(try await store.post(order(bob, 9), on: 4_294_967_295) == .stored, "another account's")
        let again = try reopen(store)
        try require(try await again.post(order(later, 10), on: 20_005) == .alreadyStored, "the same again")
        try require(
            try await again.notices(of: alice.account) == [
                Notice(epoch: 7, root: root(3), kind: .revealed, day: 20_001),
                Notice(epoch: 7, root: root(3), kind: .notConfirmed, day: 20_001),
                Notice(epoch: 8, root: one, kind: .notConfirmed, day: 20_000),
            ], "an account's own, in their order, of the first day")
        try require(try await again.notices(of: bob.account).map(\.day) == [4_294_967_295], "the other's own")
        try require(
            try await again.notices(of: AccountEpoch(3, 7).account).isEmpty, "nothing for who is not registered")
        // What is registered stays as it was.
        try require(
            try await again.register(alice.registration(8), authenticatedAs: alice.account) == .alreadyStored,
            "the registration is untouched")
    }

    private static func refuses<Store: Intake & NoticeBoard>(_ store: Store) async throws {
        try await fill(store)
        let refusals: [(NoticeOrder, SealedMatchError.Code, String)] = [
            (order(alice, 0), .tokenMismatch, "a token of zeros"), (order(alice, 9), .tokenMismatch, "another's token"),
            (order(alice, 10), .tokenMismatch, "another epoch's token"),
            (order(AccountEpoch(3, 7), 8), .notRegistered, "nobody's pseudonym"),
            (order(AccountEpoch(1, 9), 8), .notRegistered, "an epoch in which nobody is registered"),
        ]
        for (order, code, clause) in refusals {
            try await require(code, clause) { try await store.post(order, on: 20_000) }
        }
        try require(try await store.notices(of: alice.account).isEmpty, "a refusal keeps nothing")
        for number in 0..<Notice.maximumCount { _ = try await store.post(order(alice, 8, root(number)), on: 20_000) }
        try await require(.quotaExceeded, "too many") { try await store.post(order(alice, 8, one), on: 20_000) }
        try require(try await store.post(order(alice, 8, root(5)), on: 20_000) == .alreadyStored, "one that is there")
        try require(try await store.notices(of: alice.account).count == Notice.maximumCount, "all that fit are there")
    }

    private static func forgets<Store: Intake & NoticeBoard>(
        _ store: Store, _ reopen: (Store) throws -> Store
    ) async throws {
        try await fill(store)
        for order in [order(alice, 8), order(bob, 9), order(later, 10)] { _ = try await store.post(order, on: 1) }
        try await store.expire(before: 8)
        try require(try await store.notices(of: bob.account).isEmpty, "expired")
        try require(try await store.notices(of: alice.account).map(\.epoch) == [8], "what has not expired")
        try await require(.epochInPast, "an expired epoch") { try await store.post(order(bob, 9), on: 1) }
        _ = try await store.erase(later.account)
        let again = try reopen(store)
        try require(try await again.notices(of: later.account).isEmpty, "erased")
        try await require(.notRegistered, "of an erased account") { try await again.post(order(later, 10), on: 1) }
        _ = try await again.register(later.registration(10), authenticatedAs: later.account)
        try require(try await again.notices(of: later.account).isEmpty, "who comes again begins with nothing")
    }
}
