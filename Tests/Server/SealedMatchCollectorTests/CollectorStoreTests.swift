import SealedMatchCollector
import Foundation
import GRDB
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

@Suite struct CollectorStoreTests {
    let scratch = TemporaryDirectory()
    let alice = account(1)
    let bob = account(2)

    func registered(_ policy: CollectorPolicy = CollectorPolicy()) throws -> CollectorStore {
        let store = try CollectorStore(path: scratch.database, policy: policy, creation: .ifMissing)
        #expect(
            try store.register(
                Registration(account: alice, epoch: 7, commitment: commitment(9)), authenticatedAs: alice)
                == .stored)
        return store
    }

    @Test func registersOneCommitmentForAnAccountAndEpoch() throws {
        let store = try registered()
        let again = Registration(account: alice, epoch: 7, commitment: commitment(9))
        #expect(try store.register(again, authenticatedAs: alice) == .alreadyStored)
        let other = Registration(account: alice, epoch: 7, commitment: commitment(8))
        #expect(code { _ = try store.register(other, authenticatedAs: alice) } == .commitmentConflict)
        #expect(code { _ = try store.register(again, authenticatedAs: bob) } == .authenticationFailed)
        #expect(try store.registration(account: alice, epoch: 7) == again)
        #expect(try store.registration(account: alice, epoch: 8) == nil)
        #expect(try store.accounts().accounts.map(\.registration) == [again])
    }

    /// Empty and false signatures give way to the first that verifies, on whichever of two stores it arrives.
    @Test func aSignatureThatVerifiesReplacesOneThatDoesNot() throws {
        var random = SeededRandom(8)
        let key = try SigningKey.random(from: &random)
        let other = try SigningKey.random(from: &random)
        let plain = Registration(account: alice, epoch: 7, commitment: commitment(9))
        let signed = try plain.signed(by: key)
        var damaged = signed
        damaged.signature[63] ^= 1
        var long = plain
        long.signature = [UInt8](repeating: 0xA5, count: 8_192)
        var policy = CollectorPolicy()
        policy.identities = Ed25519Identities([alice: key.publicKey])
        for (number, first) in [plain, damaged, long, try plain.signed(by: other), signed].enumerated() {
            let path = scratch.path + "/\(number).sqlite"
            let blind = try CollectorStore(path: path, creation: .ifMissing)
            let store = try CollectorStore(path: path, policy: policy)
            #expect(try blind.register(first, authenticatedAs: alice) == .stored)
            let voucher = voucherBytes(alice, random: &random)
            let expected: SealedMatchError.Code? = first == signed ? nil : .invalidSignature
            #expect(try store.store(all: [voucher], authenticatedAs: alice).map(\.code) == [expected])
            // A collector that knows no keys keeps what came first.
            #expect(try blind.register(signed, authenticatedAs: alice) == .alreadyStored)
            #expect(try blind.registration(account: alice, epoch: 7) == first)
            #expect(code { _ = try store.register(damaged, authenticatedAs: alice) } == .invalidSignature)
            #expect(try blind.registration(account: alice, epoch: 7) == first)
            #expect(try store.register(signed, authenticatedAs: alice) == .alreadyStored)
            #expect(try blind.registration(account: alice, epoch: 7) == signed)
            #expect(try blind.register(plain, authenticatedAs: alice) == .alreadyStored)
            #expect(try blind.registration(account: alice, epoch: 7) == signed)
            #expect(try store.store(all: [voucher], authenticatedAs: alice).map(\.code) == [nil])
        }
    }

    @Test func epochsOfAClock() throws {
        let day: UInt64 = 86_400
        #expect(try CollectorPolicy.epochs(at: 0) == 0...1)
        #expect(try CollectorPolicy.epochs(at: 64 * 30 * day - 1) == 0...64)
        #expect(try CollectorPolicy.epochs(at: 65 * 30 * day) == 1...66)
        #expect(try CollectorPolicy.epochs(at: 692 * 30 * day + 7) == 628...693)
        let end = UInt64(UInt32.max) * 30 * day
        #expect(try CollectorPolicy.epochs(at: end) == (UInt32.max - 64)...UInt32.max)
        #expect(code { _ = try CollectorPolicy.epochs(at: end + 30 * day) } == .parameterOutOfRange)
        #expect(CollectorPolicy().epochs == nil)
        // What is registered is answered at any later time, and so are its vouchers.
        let store = try registered()
        store.policy.epochs = 9...12
        let known = Registration(account: alice, epoch: 7, commitment: commitment(9))
        #expect(try store.register(known, authenticatedAs: alice) == .alreadyStored)
        var random = SeededRandom(9)
        #expect(try store.store(voucherBytes(alice, random: &random), authenticatedAs: alice) == .stored)
        let late = Registration(account: bob, epoch: 8, commitment: commitment(9))
        #expect(code { _ = try store.register(late, authenticatedAs: bob) } == .epochInPast)
    }

    @Test func boundsTheEpochsOfAnAccount() throws {
        var policy = CollectorPolicy()
        policy.epochsPerAccount = 2
        let store = try registered(policy)
        #expect(
            try store.register(
                Registration(account: alice, epoch: 8, commitment: commitment(2)), authenticatedAs: alice)
                == .stored)
        #expect(
            code {
                _ = try store.register(
                    Registration(account: alice, epoch: 9, commitment: commitment(2)), authenticatedAs: alice)
            } == .quotaExceeded)
        try store.expire(before: 8)
        #expect(
            try store.register(
                Registration(account: alice, epoch: 9, commitment: commitment(2)), authenticatedAs: alice)
                == .stored)
        #expect(
            code {
                _ = try store.register(
                    Registration(account: alice, epoch: 7, commitment: commitment(2)), authenticatedAs: alice)
            } == .epochInPast)
    }

    @Test func storesIdempotently() throws {
        let store = try registered()
        var random = SeededRandom(1)
        let voucher = voucherBytes(alice, random: &random)
        #expect(try store.store(voucher, authenticatedAs: alice) == .stored)
        #expect(try store.store(voucher, authenticatedAs: alice) == .alreadyStored)
        var other = voucher
        other[voucher.count - 1] ^= 1
        #expect(code { _ = try store.store(other, authenticatedAs: alice) } == .voucherConflict)
        #expect(try store.count(account: alice, epoch: 7) == 1)
        #expect(try store.vouchers(after: 0, limit: 10).vouchers.map(\.voucher.encoded) == [voucher])
    }

    @Test func refusesWhatIsNotTheCallersOrNotRegistered() throws {
        let store = try registered()
        var random = SeededRandom(2)
        let voucher = voucherBytes(alice, random: &random)
        #expect(code { _ = try store.store(voucher, authenticatedAs: bob) } == .authenticationFailed)
        #expect(
            code { _ = try store.store(voucherBytes(bob, random: &random), authenticatedAs: bob) } == .notRegistered)
        #expect(
            code { _ = try store.store(voucherBytes(alice, epoch: 8, random: &random), authenticatedAs: alice) }
                == .notRegistered)
        #expect(code { _ = try store.store([], authenticatedAs: alice) } == .wrongLength)
        #expect(code { _ = try store.store(Array(voucher.dropLast()), authenticatedAs: alice) } == .wrongLength)
        #expect(code { _ = try store.store(voucher + [0], authenticatedAs: alice) } == .wrongLength)
        #expect(code { _ = try store.store([0] + voucher.dropFirst(), authenticatedAs: alice) } == .invalidMagic)
        #expect(try store.count(account: alice, epoch: 7) == 0)
    }

    @Test func knowsItsSets() throws {
        var policy = CollectorPolicy()
        func root(_ byte: UInt8) -> SetRoot { SetRoot(canonical: bytes(byte)) }
        policy.knownSets = [root(3): smallParameters, root(4): Parameters()]
        let store = try registered(policy)
        var random = SeededRandom(3)
        let good = voucherBytes(alice, root: root(3), random: &random)
        #expect(try store.store(good, authenticatedAs: alice) == .stored)
        #expect(
            code { _ = try store.store(voucherBytes(alice, root: root(5), random: &random), authenticatedAs: alice) }
                == .unknownSet)
        #expect(
            code { _ = try store.store(voucherBytes(alice, root: root(4), random: &random), authenticatedAs: alice) }
                == .setMismatch)
        // A retry of what was acknowledged is answered as before when its set has been retired since.
        store.policy.knownSets = [:]
        #expect(try store.store(good, authenticatedAs: alice) == .alreadyStored)
    }

    @Test func keepsToTheQuota() throws {
        var policy = CollectorPolicy()
        policy.vouchersPerEpoch = 3
        let store = try registered(policy)
        var random = SeededRandom(4)
        let vouchers = (0..<5).map { _ in voucherBytes(alice, random: &random) }
        let outcomes = try store.store(all: vouchers, authenticatedAs: alice)
        #expect(outcomes.map(\.code) == [nil, nil, nil, .quotaExceeded, .quotaExceeded])
        // Retries are no new vouchers, and pruning gives no room.
        try store.acknowledge([1, 2, 3])
        #expect(
            try store.store(all: vouchers, authenticatedAs: alice).map(\.code) == [
                nil, nil, nil, .quotaExceeded, .quotaExceeded,
            ])
        #expect(CollectorPolicy().vouchersPerEpoch == 65_536)
    }

    @Test func batchesHaveOutcomesOfTheirOwn() throws {
        let store = try registered()
        var random = SeededRandom(5)
        let first = voucherBytes(alice, random: &random)
        var conflicting = first
        conflicting[100] ^= 1
        let outcomes = try store.store(
            all: [
                first, [1, 2, 3], conflicting, first, voucherBytes(bob, random: &random),
                voucherBytes(alice, random: &random),
            ],
            authenticatedAs: alice)
        #expect(outcomes.map(\.code) == [nil, .wrongLength, .voucherConflict, nil, .notRegistered, nil])
        #expect(try outcomes[3].get() == .alreadyStored)
        #expect(try store.count(account: alice, epoch: 7) == 2)
    }

    @Test func pagesInTheOrderOfArrivalAndPrunes() throws {
        let store = try registered()
        var random = SeededRandom(6)
        let vouchers = (0..<25).map { _ in voucherBytes(alice, random: &random) }
        _ = try store.store(all: vouchers, authenticatedAs: alice)
        var read: [StoredVoucher] = []
        var last: Int64 = 0
        while true {
            let page = try store.vouchers(after: last, limit: 10)
            guard !page.vouchers.isEmpty else { break }
            read += page.vouchers
            last = page.last
        }
        #expect(read.map(\.voucher.encoded) == vouchers)
        #expect(read.map(\.position) == Array(1...25))
        #expect(try store.acknowledge([2, 4, 99]) == 2)
        #expect(try store.acknowledge([2]) == 0)
        #expect(try store.vouchers(after: 0, limit: 4).vouchers.map(\.position) == [1, 3, 5, 6])
        #expect(try store.vouchers(at: [1, 2, 3, 99]).vouchers.map(\.position) == [1, 3])
        // A pruned voucher's retry and conflict get the answers that they got before.
        #expect(try store.store(vouchers[1], authenticatedAs: alice) == .alreadyStored)
        var other = vouchers[1]
        other[500] ^= 1
        #expect(code { _ = try store.store(other, authenticatedAs: alice) } == .voucherConflict)
        // Sequence numbers are not used again, not even the last one's.
        try store.expire(before: 8)
        _ = try store.register(
            Registration(account: alice, epoch: 8, commitment: commitment(2)), authenticatedAs: alice)
        _ = try store.store(voucherBytes(alice, epoch: 8, random: &random), authenticatedAs: alice)
        #expect(try store.vouchers(after: 0, limit: 100).vouchers.map(\.position) == [26])
        #expect(code { _ = try store.store(vouchers[0], authenticatedAs: alice) } == .epochInPast)
    }

    @Test func waitsForTheDiskAtEachCommit() throws {
        let store = try registered()
        // The last word on a setting that GRDB itself lowers to NORMAL (1) on the connection that writes.
        #expect(try store.file.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
        #expect(try store.file.pool.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        let mode = try FileManager.default.attributesOfItem(atPath: scratch.database)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func migratesOnceAndReopens() throws {
        var random = SeededRandom(7)
        let voucher = voucherBytes(alice, random: &random)
        do {
            let store = try registered()
            _ = try store.store(voucher, authenticatedAs: alice)
        }
        let store = try CollectorStore(path: scratch.database, creation: .ifMissing)
        #expect(try store.store(voucher, authenticatedAs: alice) == .alreadyStored)
        // A file of a newer version is left alone.
        try edit(scratch.database, "INSERT INTO grdb_migrations VALUES ('99')")
        #expect(code { _ = try CollectorStore(path: scratch.database, creation: .ifMissing) } == .damagedStore)
    }
}
