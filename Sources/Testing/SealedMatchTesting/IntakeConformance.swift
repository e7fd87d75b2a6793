public import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchOpenings
internal import SealedMatchProtocol

/// Checks an intake against the contract of its seam, without any test framework.
public enum IntakeConformance {
    /// Runs every check on stores of their own.
    /// - Parameters:
    ///   - make: a new, empty intake with this policy.
    ///   - reopen: the same intake as another process would open it; for a store that has no file, itself.
    /// - Throws: `ConformanceFailure`, or what the intake throws unasked.
    public static func run<Store: Intake>(
        make: (CollectorPolicy) throws -> Store, reopen: (Store) throws -> Store
    ) async throws {
        try await registers(make, reopen)
        try await stores(make, reopen)
        try await keepsBounds(make)
        try await takesKnownSetsOnly(make)
        try await expires(make, reopen)
        try await letsOneWin(make)
    }

    private static let alice = AccountEpoch(1, 7)

    private static func registers<Store: Intake>(
        _ make: (CollectorPolicy) throws -> Store, _ reopen: (Store) throws -> Store
    ) async throws {
        let store = try make(CollectorPolicy())
        let (one, other) = (try alice.registration(8), try alice.registration(9))
        let bob = AccountEpoch(2, 7).account
        try await require(.authenticationFailed, "another's registration") {
            try await store.register(one, authenticatedAs: bob)
        }
        try require(try await store.register(one, authenticatedAs: alice.account) == .stored, "a registration")
        try require(try await store.register(one, authenticatedAs: alice.account) == .alreadyStored, "a retry")
        for store in [store, try reopen(store)] {
            try await require(.commitmentConflict, "another commitment") {
                try await store.register(other, authenticatedAs: alice.account)
            }
            let second = AccountEpoch(3, 7)
            try await require(.commitmentConflict, "a second pseudonym") {
                try await store.register(second.registration(8, of: alice.account), authenticatedAs: alice.account)
            }
            for token in [8, 9] as [UInt8] {
                try await require(.pseudonymConflict, "another's pseudonym") {
                    try await store.register(alice.registration(token, of: bob), authenticatedAs: bob)
                }
            }
            try require(
                try await store.register(one, authenticatedAs: alice.account) == .alreadyStored,
                "a refused commitment changes nothing")
        }
        let later = AccountEpoch(1, 8)
        try require(
            try await store.register(later.registration(8, of: bob), authenticatedAs: bob) == .stored,
            "a pseudonym is one account's in its epoch alone")
        try await looksAtSignatures(make)
    }

    /// Accepts what ends with the account's byte.
    private struct LastByte: IdentityVerifier {
        func verifies(_ signature: [UInt8], of message: [UInt8], by account: AccountID) -> Bool {
            message.count == 131 && signature.last == account.encoded[0]
        }
    }

    private static func looksAtSignatures<Store: Intake>(_ make: (CollectorPolicy) throws -> Store) async throws {
        var policy = CollectorPolicy()
        policy.identities = LastByte()
        let store = try make(policy)
        var registration = try alice.registration(8)
        for signature in [[], [1, 2]] as [[UInt8]] {
            registration.signature = signature
            let unsigned = registration
            try await require(.invalidSignature, "a registration that its account did not sign") {
                try await store.register(unsigned, authenticatedAs: alice.account)
            }
        }
        registration.signature = [1, alice.account.encoded[0]]
        try require(
            try await store.register(registration, authenticatedAs: alice.account) == .stored, "one that it signed")
        registration.signature = [2, alice.account.encoded[0]]
        try require(
            try await store.register(registration, authenticatedAs: alice.account) == .alreadyStored,
            "a retry with another signature")
    }

    private static func stores<Store: Intake>(
        _ make: (CollectorPolicy) throws -> Store, _ reopen: (Store) throws -> Store
    ) async throws {
        let store = try make(CollectorPolicy())
        var synthetic = SyntheticVouchers(seed: 1)
        let voucher = try synthetic.voucher(alice)
        try await require(.notRegistered, "a voucher without a registration") {
            try await store.store(all: [voucher], authenticatedAs: alice.account)[0].get()
        }
        _ = try await store.register(alice.registration(8), authenticatedAs: alice.account)
        var conflicting = voucher
        conflicting[200] ^= 1
        var foreign = voucher
        foreign[0] ^= 1
        let strangers = try synthetic.voucher(AccountEpoch(2, 7))
        let batch = [
            voucher, [], [1, 2, 3], foreign, voucher + [0], conflicting, voucher, strangers,
            try synthetic.voucher(alice),
        ]
        let outcomes = try await store.store(all: batch, authenticatedAs: alice.account)
        try require(outcomes.count == batch.count, "as many outcomes as vouchers")
        let expected: [Result<IntakeOutcome, SealedMatchError>] = [
            .success(.stored), .refused(.wrongLength), .refused(.wrongLength), .refused(.invalidMagic),
            .refused(.wrongLength), .refused(.voucherConflict), .success(.alreadyStored),
            .refused(.notRegistered), .success(.stored),
        ]
        try require(outcomes == expected, "each voucher of a batch has its own outcome: \(outcomes)")
        let again = try await reopen(store).store(
            all: [batch[0], batch[8], conflicting], authenticatedAs: alice.account)
        try require(
            again == [.success(.alreadyStored), .success(.alreadyStored), .refused(.voucherConflict)],
            "what was acknowledged is there afterwards")
        try require(try await store.store(all: [], authenticatedAs: alice.account).isEmpty, "no voucher")
        let bob = AccountEpoch(2, 7)
        _ = try await store.register(bob.registration(8), authenticatedAs: bob.account)
        let strange = [strangers, batch[8], try synthetic.voucher(alice)]
        try require(
            try await store.store(all: strange, authenticatedAs: bob.account) == [
                .success(.stored), .refused(.authenticationFailed), .refused(.authenticationFailed),
            ], "under the caller's own pseudonym only")
    }

    private static func keepsBounds<Store: Intake>(_ make: (CollectorPolicy) throws -> Store) async throws {
        var policy = CollectorPolicy()
        (policy.vouchersPerEpoch, policy.epochsPerAccount) = (2, 2)
        let store = try make(policy)
        var synthetic = SyntheticVouchers(seed: 2)
        for epoch in [7, 8] as [UInt32] {
            let name = AccountEpoch(1, epoch)
            _ = try await store.register(name.registration(8), authenticatedAs: alice.account)
        }
        try await require(.quotaExceeded, "a third epoch") {
            try await store.register(AccountEpoch(1, 9).registration(8), authenticatedAs: alice.account)
        }
        let vouchers = [try synthetic.voucher(alice), try synthetic.voucher(alice), try synthetic.voucher(alice)]
        let outcomes = try await store.store(all: vouchers + [vouchers[0]], authenticatedAs: alice.account)
        try require(
            outcomes == [
                .success(.stored), .success(.stored), .refused(.quotaExceeded), .success(.alreadyStored),
            ], "a quota, and a retry beyond it")
        let next = try synthetic.voucher(AccountEpoch(1, 8))
        try require(
            try await store.store(all: [next], authenticatedAs: alice.account) == [.success(.stored)],
            "quotas count by epoch")
    }

    private static func takesKnownSetsOnly<Store: Intake>(_ make: (CollectorPolicy) throws -> Store) async throws {
        var synthetic = SyntheticVouchers(seed: 3)
        var policy = CollectorPolicy()
        let (known, other) = (
            SetRoot(canonical: try synthetic.bytes32()), SetRoot(canonical: try synthetic.bytes32())
        )
        var larger = synthetic.parameters
        larger.payloadCount += 1
        policy.knownSets = [known: synthetic.parameters, other: larger]
        let store = try make(policy)
        _ = try await store.register(alice.registration(8), authenticatedAs: alice.account)
        let batch = [
            try synthetic.voucher(alice, root: known), try synthetic.voucher(alice),
            try synthetic.voucher(alice, root: other),
        ]
        try require(
            try await store.store(all: batch, authenticatedAs: alice.account) == [
                .success(.stored), .refused(.unknownSet), .refused(.setMismatch),
            ], "vouchers of known sets, in their form")
    }

    private static func expires<Store: Intake>(
        _ make: (CollectorPolicy) throws -> Store, _ reopen: (Store) throws -> Store
    ) async throws {
        let store = try make(CollectorPolicy())
        var synthetic = SyntheticVouchers(seed: 4)
        let next = AccountEpoch(1, 8)
        for name in [alice, next] {
            _ = try await store.register(name.registration(8), authenticatedAs: name.account)
        }
        let (old, new) = (try synthetic.voucher(alice), try synthetic.voucher(next))
        _ = try await store.store(all: [old, new], authenticatedAs: alice.account)
        try require(
            try await store.expire(before: 8) == ExpiredCounts(registrations: 1, vouchers: 1), "what expired is counted"
        )
        try require(
            try await store.expire(before: 3) == ExpiredCounts(registrations: 0, vouchers: 0),
            "an expiry is not turned back")
        for store in [store, try reopen(store)] {
            try await require(.epochInPast, "a registration of an expired epoch") {
                try await store.register(alice.registration(8), authenticatedAs: alice.account)
            }
            try require(
                try await store.store(all: [old, new], authenticatedAs: alice.account)
                    == [.refused(.epochInPast), .success(.alreadyStored)], "vouchers after an expiry")
        }
    }

    private static func letsOneWin<Store: Intake>(_ make: (CollectorPolicy) throws -> Store) async throws {
        let store = try make(CollectorPolicy())
        let outcomes = await withTaskGroup(of: SealedMatchError.Code?.self) { group in
            for index in 0..<16 as Range<UInt8> {
                group.addTask {
                    do throws(SealedMatchError) {
                        let outcome = try await store.register(
                            alice.registration(index), authenticatedAs: alice.account)
                        return outcome == .stored ? nil : .alreadyThere
                    } catch {
                        return error.code
                    }
                }
            }
            return await group.reduce(into: [SealedMatchError.Code?]()) { $0.append($1) }
        }
        try require(
            outcomes.count { $0 == nil } == 1 && outcomes.count { $0 == .commitmentConflict } == 15,
            "of sixteen commitments at once exactly one wins")
    }
}

extension SealedMatchError.Code {
    /// No error: what a different commitment must never be answered with.
    fileprivate static let alreadyThere = SealedMatchError.Code(rawValue: 0)
}

extension Result where Failure == SealedMatchError {
    /// A refusal with this code; errors are equal if their codes are.
    static func refused(_ code: SealedMatchError.Code) -> Self { .failure(SealedMatchError(code, "expected")) }
}
