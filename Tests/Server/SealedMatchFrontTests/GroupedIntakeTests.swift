import Foundation
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import SealedMatchTesting
import Testing

/// Group commit: the contract of an intake, and many callers at a time.
@Suite struct GroupedIntakeTests {
    let scratch = TemporaryDirectory()

    @Test func keepsTheContract() async throws {
        final class Files { var paths: [ObjectIdentifier: String] = [:]; var kept: [GroupedIntake] = [] }
        let files = Files()
        try await IntakeConformance.run(
            make: { policy in
                let path = "\(scratch.path)/\(files.kept.count).sqlite"
                let intake = GroupedIntake(try CollectorStore(path: path, policy: policy, creation: .always))
                files.paths[ObjectIdentifier(intake)] = path
                files.kept.append(intake)
                return intake
            },
            reopen: { intake in
                let path = try #require(files.paths[ObjectIdentifier(intake)])
                return GroupedIntake(try CollectorStore(path: path, policy: intake.store.policy))
            })
    }

    @Test func manyCallersEachGetTheirOwn() async throws {
        let path = scratch.path + "/many.sqlite"
        let intake = GroupedIntake(try CollectorStore(path: path, creation: .always))
        let outcomes = try await withThrowingTaskGroup { group in
            for number in 0..<200 as Range<UInt8> {
                group.addTask {
                    let sender = try Sender(number)
                    let first = try await intake.register(sender.registration, authenticatedAs: sender.account)
                    // One voucher of its own, one of nobody's, and its own again.
                    let vouchers = [sender.voucher(1), [1, 2, 3], sender.voucher(1), sender.voucher(2)]
                    let all = try await intake.store(all: vouchers, authenticatedAs: sender.account)
                    return (first, all)
                }
            }
            var outcomes: [(IntakeOutcome, [Result<IntakeOutcome, SealedMatchError>])] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        #expect(outcomes.count == 200)
        for (first, all) in outcomes {
            #expect(first == .stored)
            let refused = Result<IntakeOutcome, SealedMatchError>.failure(.init(.wrongLength, ""))
            #expect(all == [.success(.stored), refused, .success(.alreadyStored), .success(.stored)])
        }
        #expect(try intake.store.end() == 400)
        try intake.store.close()
        #expect(try CollectorStore(path: path).end() == 400)
    }

    @Test func refusesWhatIsTooMuch() async throws {
        let intake = GroupedIntake(
            try CollectorStore(path: scratch.path + "/full.sqlite", creation: .always), maximumWaiting: 8)
        let sender = try Sender(1)
        _ = try await intake.register(sender.registration, authenticatedAs: sender.account)
        let refused = await withTaskGroup { group in
            for number in 0..<400 {
                group.addTask {
                    do throws(SealedMatchError) {
                        let vouchers = (0..<4).map { sender.voucher(10 + 4 * number + $0) }
                        return try await intake.store(all: vouchers, authenticatedAs: sender.account)
                            == .init(repeating: .success(.stored), count: 4) ? 0 : 1_000
                    } catch {
                        return error.code == .storeFull ? 1 : 1_000
                    }
                }
            }
            return await group.reduce(0, +)
        }
        // Some came through, some were refused, and each knows which; the next one is served.
        #expect(refused < 400)
        #expect(try intake.store.end() == Int64(4 * (400 - refused)))
        let later = try await intake.store(all: [sender.voucher(5)], authenticatedAs: sender.account)
        #expect(later == [.success(.stored)])
    }

    @Test func aFailingDiskFailsForItsGroupAlone() async throws {
        let path = scratch.path + "/closed.sqlite"
        let intake = GroupedIntake(try CollectorStore(path: path, creation: .always))
        let sender = try Sender(1)
        _ = try await intake.register(sender.registration, authenticatedAs: sender.account)
        try intake.store.close()
        await #expect(throws: SealedMatchError.self) {
            try await intake.store(all: [sender.voucher(1)], authenticatedAs: sender.account)
        }
        let again = GroupedIntake(try CollectorStore(path: path))
        #expect(
            try await again.store(all: [sender.voucher(1)], authenticatedAs: sender.account) == [.success(.stored)])
    }

    /// An account with vouchers of the right form.
    private struct Sender {
        let account: AccountID
        let pseudonym: Pseudonym

        init(_ number: UInt8) throws {
            account = try AccountID(name: [number, 1])
            var bytes = Bytes32()
            bytes[0] = number
            pseudonym = Pseudonym(canonical: bytes)
        }

        var registration: Registration {
            Registration(
                account: account, epoch: 7, pseudonym: pseudonym, commitment: Commitment(canonical: Bytes32()))
        }

        func voucher(_ number: Int) -> [UInt8] {
            let id = (0..<16).map { UInt8(truncatingIfNeeded: $0 < 8 ? number >> (8 * $0) : 0) }
            guard let id = try? VoucherID(canonical: id) else { return [] }
            let header = VoucherHeader(
                parameters: Parameters(), number: 0, epoch: 7, voucherID: id, pseudonym: pseudonym,
                setRoot: SetRoot(canonical: Bytes32()))
            return header.encoded + [UInt8](repeating: 5, count: header.voucherCount - VoucherHeader.encodedCount)
        }
    }
}
