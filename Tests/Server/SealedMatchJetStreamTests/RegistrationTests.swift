import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchJetStream
import SealedMatchProtocol
import SealedMatchTesting
import Testing

/// Registrations from many connections at once, and erasures that are cut off.
@Suite(.serialized) struct RegistrationTests {
    private func name(_ byte: UInt8) throws -> Bytes32 { try Bytes32(exactly: [UInt8](repeating: byte, count: 32)) }

    private func registration(
        _ account: UInt8, _ pseudonym: UInt8, _ epoch: UInt32, _ commitment: UInt8 = 1
    ) throws -> Registration {
        Registration(
            account: AccountID(canonical: try name(account)), epoch: epoch,
            pseudonym: Pseudonym(canonical: try name(pseudonym)),
            commitment: Commitment(canonical: try name(commitment)))
    }

    private func fronts(_ count: Int, _ policy: CollectorPolicy = CollectorPolicy()) throws -> [JetStreamIntake] {
        let options = try Shared.cluster.get().options()
        try JetStreamIntake.setUp(options)
        return try (0..<count).map { _ in try JetStreamIntake(options, policy: policy) }
    }

    @Test func oneNameForEachAndOneForEachName() async throws {
        let fronts = try fronts(4)
        var requests: [Registration] = []
        for epoch in 1...2 as ClosedRange<UInt32> {
            for account in 1...3 as ClosedRange<UInt8> {
                for pseudonym in 11...14 as ClosedRange<UInt8> {
                    for commitment in 1...2 as ClosedRange<UInt8> {
                        requests.append(try registration(account, pseudonym, epoch, commitment))
                    }
                }
            }
        }
        requests.shuffle()
        let stored = try await withThrowingTaskGroup(of: Registration?.self) { group in
            for (index, request) in (requests + requests).enumerated() {
                group.addTask {
                    do throws(SealedMatchError) {
                        let outcome = try await fronts[index % 4].register(request, authenticatedAs: request.account)
                        return outcome == .stored ? request : nil
                    } catch {
                        guard [.commitmentConflict, .pseudonymConflict].contains(error.code) else { throw error }
                        return nil
                    }
                }
            }
            return try await group.reduce(into: [Registration]()) { if let one = $1 { $0.append(one) } }
        }
        // Three accounts in two epochs; four pseudonyms are enough for all of them.
        #expect(stored.count == 6)
        #expect(Set(stored.map { "\($0.account.encoded.bytes[0]) \($0.epoch)" }).count == 6)
        #expect(Set(stored.map { "\($0.pseudonym.encoded.bytes[0]) \($0.epoch)" }).count == 6)
        for winner in stored {
            for front in fronts {
                #expect(try await front.register(winner, authenticatedAs: winner.account) == .alreadyStored)
                #expect(try front.commitment(of: winner.pseudonym, epoch: winner.epoch) == winner.commitment)
            }
        }
        for request in requests where !stored.contains(request) {
            await #expect(throws: SealedMatchError.self) {
                try await fronts[0].register(request, authenticatedAs: request.account)
            }
        }
    }

    @Test func aQuotaOfEpochsIsExact() async throws {
        var policy = CollectorPolicy()
        policy.epochsPerAccount = 3
        let fronts = try fronts(4, policy)
        let requests = try (1...12).map { try registration(1, 20, UInt32($0)) }
        let stored = try await withThrowingTaskGroup(of: Bool.self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask {
                    do throws(SealedMatchError) {
                        return try await fronts[index % 4].register(request, authenticatedAs: request.account)
                            == .stored
                    } catch {
                        guard error.code == .quotaExceeded else { throw error }
                        return false
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(stored == 3)
        // What expired does not count.
        _ = try await fronts[1].expire(before: 13)
        let next = try registration(1, 20, 13)
        #expect(try await fronts[0].register(next, authenticatedAs: next.account) == .stored)
    }

    /// A process ends after it has written down what it erases; another one ends after that is done, late.
    @Test func anErasureThatWasCutOffTellsEverything() async throws {
        let fronts = try fronts(2)
        let both = [try registration(1, 11, 7), try registration(1, 12, 8)]
        for one in both { _ = try await fronts[0].register(one, authenticatedAs: one.account) }
        let names = both.map { AccountEpoch(pseudonym: $0.pseudonym, epoch: $0.epoch) }
        let late = try fronts[0].beginErasing(both[0].account)
        let later = try registration(1, 13, 9)
        _ = try await fronts[0].register(later, authenticatedAs: later.account)
        let third = AccountEpoch(pseudonym: later.pseudonym, epoch: 9)
        #expect(try await fronts[1].erase(both[0].account) == names + [third])
        #expect(try await fronts[1].erase(both[0].account).isEmpty)
        // The account comes again under the same names; the first process goes on.
        for one in both { #expect(try await fronts[1].register(one, authenticatedAs: one.account) == .stored) }
        #expect(try late() == names)
        for one in both {
            #expect(try fronts[1].commitment(of: one.pseudonym, epoch: one.epoch) == one.commitment)
            #expect(try await fronts[1].register(one, authenticatedAs: one.account) == .alreadyStored)
        }
    }

    /// A name is released, and a notice comes, between the two parts of an erasure: nothing of them stays.
    @Test func whatComesInTheMiddleOfAnErasureIsErasedToo() async throws {
        let fronts = try fronts(2)
        let token = ResolutionToken(canonical: try Bytes32(exactly: [UInt8](repeating: 5, count: 32)))
        let pseudonym = Pseudonym(canonical: try Bytes32(exactly: [UInt8](repeating: 6, count: 32)))
        let mine = Registration(
            account: try registration(1, 11, 7).account, epoch: 7, pseudonym: pseudonym,
            commitment: try token.commitment(pseudonym: pseudonym, epoch: 7))
        _ = try await fronts[0].register(mine, authenticatedAs: mine.account)
        let request = ResolutionRequest(epoch: 7, pseudonym: pseudonym, token: token)
        let end = try fronts[0].beginErasing(mine.account)
        _ = try await fronts[1].resolve(request.encoded)
        let root = SetRoot(canonical: try Bytes32(exactly: [UInt8](repeating: 7, count: 32)))
        let order = NoticeOrder(request: request, root: root, kind: .revealed)
        #expect(try await fronts[1].post(order, on: 1) == .stored)
        #expect(try end() == [AccountEpoch(pseudonym: pseudonym, epoch: 7)])
        for front in fronts {
            #expect(try front.commitment(of: pseudonym, epoch: 7) == nil)
            #expect(try await front.notices(of: mine.account).isEmpty)
        }
        #expect(try await fronts[1].register(mine, authenticatedAs: mine.account) == .stored)
        #expect(try await fronts[0].notices(of: mine.account).isEmpty)
    }

    /// Another front has read a registration before its account was erased, or its signature replaced.
    @Test func whatIsRememberedRefusesNothing() async throws {
        let fronts = try fronts(2)
        let (mine, his) = (try registration(1, 11, 7), try registration(2, 11, 7))
        var vouchers = try OpenableVouchers(seed: 3)
        let name = AccountEpoch(pseudonym: mine.pseudonym, epoch: 7)
        let voucher = try vouchers.voucher(name)
        _ = try await fronts[0].register(mine, authenticatedAs: mine.account)
        for front in fronts {
            #expect(try await front.store(all: [voucher], authenticatedAs: mine.account) == [.success(.stored)])
        }
        _ = try await fronts[0].erase(mine.account)
        _ = try await fronts[0].register(his, authenticatedAs: his.account)
        // The second front remembers the pseudonym as another account's.
        #expect(try await fronts[1].store(all: [voucher], authenticatedAs: his.account) == [.success(.stored)])
        #expect(
            try await fronts[0].store(all: [voucher], authenticatedAs: mine.account)
                == [.failure(SealedMatchError(.authenticationFailed, ""))])
    }

    @Test func namesAreNumberedWithoutGaps() async throws {
        let fronts = try fronts(3)
        let all = try (1...6).map { try OpenableVouchers.registration($0, epoch: 7) }
        for one in all { _ = try await fronts[0].register(one, authenticatedAs: one.account) }
        let requests = try (1...6).map { byte in
            ResolutionRequest(
                epoch: 7, pseudonym: all[byte - 1].pseudonym,
                token: ResolutionToken(canonical: try name(UInt8(byte)))
            ).encoded
        }
        let released = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for (index, request) in (requests + requests).enumerated() {
                group.addTask { try await fronts[index % 3].resolve(request).number }
            }
            return try await group.reduce(into: [UInt64]()) { $0.append($1) }
        }
        #expect(released.sorted() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6])
        #expect(try await fronts[1].resolutionCounts() == [ResolutionCounts(epoch: 7, releases: 6, repeats: 6)])
    }
}
