public import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchOpenings
internal import SealedMatchProtocol
internal import Synchronization

/// Checks an intake against the contract of its seam, without any test framework.
public enum IntakeConformance {
    /// Runs every check on stores of their own.
    /// - Parameters:
    ///   - make: a new, empty intake with this policy.
    ///   - reopen: the same intake as another process would open it; for a store that has no file, itself.
    ///   - promises: the clauses that this intake keeps.
    /// - Throws: `ConformanceFailure`, or what the intake throws unasked.
    public static func run<Store: Intake>(
        make: (CollectorPolicy) throws -> Store, reopen: (Store) throws -> Store, promises: IntakePromises = .all
    ) async throws {
        try await registers(make, reopen)
        try await stores(make, reopen, promises)
        try await keepsBounds(make, promises)
        try await takesKnownSetsOnly(make)
        try await expires(make, reopen, promises)
        try await erases(make, reopen, promises)
        try await letsOneWin(make)
        try await answersEach(make)
        try await keepsWhatVerifies(make, reopen, promises)
        try await looksAtTheClock(make)
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

    /// Registrations back to back, some refused, each in another place.
    private static func answersEach<Store: Intake>(_ make: (CollectorPolicy) throws -> Store) async throws {
        let store = try make(CollectorPolicy())
        let bob = AccountEpoch(2, 9)
        let taken = AccountEpoch(4, 12)
        _ = try await store.register(taken.registration(1), authenticatedAs: taken.account)
        _ = try await store.register(AccountEpoch(1, 8).registration(1), authenticatedAs: alice.account)
        var signed = try AccountEpoch(1, 10).registration(8)
        signed.signature = [1, 2, 3]
        let registrations = [
            try bob.registration(8), try AccountEpoch(1, 8).registration(2), signed,
            try taken.registration(8, of: alice.account), try AccountEpoch(1, 13).registration(8),
        ]
        let file = registrations.flatMap(\.encoded)
        let expected: [Result<IntakeOutcome, SealedMatchError>] = [
            .refused(.authenticationFailed), .refused(.commitmentConflict), .success(.stored),
            .refused(.pseudonymConflict), .success(.stored),
        ]
        let answers = try await store.register(all: file, authenticatedAs: alice.account)
        try require(answers == expected, "each of several registrations is answered: \(answers)")
        let later = try AccountEpoch(1, 14).registration(8).encoded
        let broken: [(bytes: [UInt8], code: SealedMatchError.Code)] = [
            (Array(later.dropLast()), .wrongLength), ([0] + Array(later.dropFirst()) + later, .invalidMagic),
            (Array(later.dropLast(2)) + [1, 0x20] + later, .parameterOutOfRange),
        ]
        for (rest, code) in broken {
            // What cannot be read hides where the next one begins.
            let again = try await store.register(all: file + rest, authenticatedAs: alice.account)
            try require(
                again == expected.map { $0 == .success(.stored) ? .success(.alreadyStored) : $0 } + [.refused(code)],
                "what does not decode is the end: \(again)")
        }
        try require(
            try await store.register(all: [], authenticatedAs: alice.account) == [.refused(.wrongLength)],
            "no registration at all")
        try require(
            try await store.register(all: later, authenticatedAs: alice.account) == [.success(.stored)],
            "what stood behind was not registered")
    }

    /// Registrations from before a collector knew identity keys, and vouchers under them.
    private static func keepsWhatVerifies<Store: Intake>(
        _ make: (CollectorPolicy) throws -> Store, _ reopen: (Store) throws -> Store,
        _ promises: IntakePromises
    ) async throws {
        let switched = Switch()
        var policy = CollectorPolicy()
        policy.identities = switched
        let store = try make(policy)
        var synthetic = SyntheticVouchers(seed: 6)
        let vouchers = [try synthetic.voucher(alice), try synthetic.voucher(alice)]
        switched.accepts = [9]
        var registration = try alice.registration(8)
        registration.signature = [9]
        _ = try await store.register(registration, authenticatedAs: alice.account)
        try require(
            try await store.store(all: [vouchers[0]], authenticatedAs: alice.account) == [.success(.stored)],
            "a voucher under a signed registration")
        // Now another key is the account's.
        switched.accepts = [4, 5]
        for store in [store, try reopen(store)] {
            try require(
                try await store.store(all: vouchers, authenticatedAs: alice.account)
                    == [
                        promises.remembersVouchers ? .success(.alreadyStored) : .refused(.invalidSignature),
                        .refused(.invalidSignature),
                    ], "a voucher under a registration whose signature does not verify")
        }
        var conflicting = try alice.registration(7)
        conflicting.signature = [4]
        let other = conflicting
        try await require(.commitmentConflict, "another commitment, signed") {
            try await store.register(other, authenticatedAs: alice.account)
        }
        for signature in [4, 5] as [UInt8] {
            registration.signature = [signature]
            try require(
                try await store.register(registration, authenticatedAs: alice.account) == .alreadyStored,
                "a signature that verifies")
        }
        // The first that verified is the one that is kept.
        switched.accepts = [4]
        for store in [store, try reopen(store)] {
            let outcomes = try await store.store(all: vouchers.reversed(), authenticatedAs: alice.account)
            try require(
                outcomes.allSatisfy { (try? $0.get()) != nil }, "the first signature that verifies is kept: \(outcomes)"
            )
        }
        switched.accepts = [5]
        let last = try synthetic.voucher(alice)
        try require(
            try await store.store(all: [last], authenticatedAs: alice.account) == [.refused(.invalidSignature)],
            "one that verifies is not replaced")
    }

    private static func looksAtTheClock<Store: Intake>(_ make: (CollectorPolicy) throws -> Store) async throws {
        var policy = CollectorPolicy()
        (policy.epochs, policy.epochsPerAccount) = (20...22, 2)
        let store = try make(policy)
        let refused: [(UInt32, SealedMatchError.Code)] = [
            (0, .epochInPast), (19, .epochInPast), (23, .epochTooFar), (.max, .epochTooFar),
        ]
        for (epoch, code) in refused {
            try await require(code, "epoch \(epoch)") {
                try await store.register(AccountEpoch(1, epoch).registration(8), authenticatedAs: alice.account)
            }
        }
        for epoch in [20, 22] as [UInt32] {
            try require(
                try await store.register(AccountEpoch(1, epoch).registration(8), authenticatedAs: alice.account)
                    == .stored, "epoch \(epoch)")
        }
        try await require(.quotaExceeded, "a third epoch") {
            try await store.register(AccountEpoch(1, 21).registration(8), authenticatedAs: alice.account)
        }
        try await require(.epochTooFar, "the clock before the amount") {
            try await store.register(AccountEpoch(1, 23).registration(8), authenticatedAs: alice.account)
        }
    }

    /// Accepts the signatures that it is told to.
    private final class Switch: IdentityVerifier {
        private let state = Mutex<[UInt8]>([])
        var accepts: [UInt8] {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
        func verifies(_ signature: [UInt8], of message: [UInt8], by account: AccountID) -> Bool {
            signature.count == 1 && accepts.contains(signature[0])
        }
    }

    private static func stores<Store: Intake>(
        _ make: (CollectorPolicy) throws -> Store, _ reopen: (Store) throws -> Store,
        _ promises: IntakePromises
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
            .refused(.wrongLength), promises.conflicting, promises.repeated,
            .refused(.notRegistered), .success(.stored),
        ]
        try require(outcomes == expected, "each voucher of a batch has its own outcome: \(outcomes)")
        let again = try await reopen(store).store(
            all: [batch[0], batch[8], conflicting], authenticatedAs: alice.account)
        try require(
            again == [promises.repeated, promises.repeated, promises.conflicting],
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

    private static func keepsBounds<Store: Intake>(
        _ make: (CollectorPolicy) throws -> Store, _ promises: IntakePromises
    ) async throws {
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
        guard promises.remembersVouchers else { return }
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
        _ make: (CollectorPolicy) throws -> Store, _ reopen: (Store) throws -> Store,
        _ promises: IntakePromises
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
            try await store.expire(before: 8)
                == ExpiredCounts(registrations: 1, vouchers: promises.remembersVouchers ? 1 : 0),
            "what expired is counted")
        try require(
            try await store.expire(before: 3) == ExpiredCounts(registrations: 0, vouchers: 0),
            "an expiry is not turned back")
        for store in [store, try reopen(store)] {
            try await require(.epochInPast, "a registration of an expired epoch") {
                try await store.register(alice.registration(8), authenticatedAs: alice.account)
            }
            try require(
                try await store.store(all: [old, new], authenticatedAs: alice.account)
                    == [.refused(.epochInPast), promises.repeated], "vouchers after an expiry")
        }
    }

    private static func erases<Store: Intake>(
        _ make: (CollectorPolicy) throws -> Store, _ reopen: (Store) throws -> Store,
        _ promises: IntakePromises
    ) async throws {
        let store = try make(CollectorPolicy())
        var synthetic = SyntheticVouchers(seed: 5)
        let (next, bob) = (AccountEpoch(1, 8), AccountEpoch(2, 7))
        for name in [alice, next, bob] {
            _ = try await store.register(name.registration(8), authenticatedAs: name.account)
        }
        let (own, others) = (try [alice, next].map { try synthetic.voucher($0) }, [try synthetic.voucher(bob)])
        _ = try await store.store(all: own, authenticatedAs: alice.account)
        _ = try await store.store(all: others, authenticatedAs: bob.account)
        let names = try await store.erase(alice.account)
        try require(names.count == 2 && Set(names) == [alice, next], "an erased account's names are told")
        for store in [store, try reopen(store)] {
            try require(try await store.erase(alice.account).isEmpty, "an account that is gone")
            try require(
                try await store.store(all: own, authenticatedAs: alice.account)
                    == [.refused(.notRegistered), .refused(.notRegistered)], "vouchers of an account that is gone")
            try require(
                try await store.store(all: others, authenticatedAs: bob.account) == [promises.repeated],
                "another account's vouchers stay")
        }
        try require(
            try await store.register(alice.registration(9), authenticatedAs: alice.account) == .stored,
            "an account comes again as a new one")
        try require(
            try await store.store(all: [own[0]], authenticatedAs: alice.account) == [.success(.stored)],
            "and its vouchers, too")
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
