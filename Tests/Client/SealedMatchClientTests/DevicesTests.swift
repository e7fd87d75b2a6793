import Foundation
import SealedMatchAuthority
import SealedMatchClient
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import Testing

/// Several devices of one account, and a device whose state is lost.
@Suite struct DevicesTests {
    private let directory = TemporaryDirectory()

    private func open(
        _ name: String, _ set: BlindedSet, secret: consuming AccountSecret? = nil, now: UInt64 = Fixture.now
    ) throws -> ClientDirectory {
        try ClientDirectory.open(
            path: directory.file(name), set: set, account: Fixture.account, secret: secret, window: 0, now: now)
    }

    /// How many vouchers of this epoch the state counts.
    private func number(_ state: [UInt8]) -> UInt32 { state[20..<24].reversed().reduce(0) { $0 << 8 | UInt32($1) } }

    private func secret(of client: borrowing ClientDirectory) throws -> AccountSecret {
        try client.encodedSecret().withBytes { (raw) throws(SealedMatchError) in try AccountSecret(canonical: raw) }
    }

    /// Six matches each, threshold seven: only together they open. k is so great that chance openings cannot hide them.
    @Test func twoDevicesAreRevealedTogether() throws {
        let fixture = try Fixture {
            $0.threshold = 7
            $0.polynomials = 64
        }
        let set = try fixture.open()
        var phone = try open("phone", set)
        var desktop = try open("desktop", set, secret: secret(of: phone))
        #expect(desktop.commitment == phone.commitment)
        #expect(try desktop.registrations() == phone.registrations())
        for index in 0..<6 {
            try phone.seal(.file(sha256: fixture.known[index]), now: fixture.now)
            try desktop.seal(.file(sha256: fixture.known[6 + index]), now: fixture.now)
        }
        let collector = try CollectorStore(path: directory.file("collector"), creation: .ifMissing)
        let store = try AuthorityStore(path: directory.file("authority"), creation: .ifMissing)
        let opener = VoucherOpener([try MatchingSet(key: fixture.secrets.matchingKey(), header: set.header)])
        let service = OpeningService(source: collector, store: store, opener: opener)
        func send(_ client: borrowing ClientDirectory) throws -> [RevealedMatch]? {
            for registration in try client.registrations() {
                _ = try collector.register(registration, authenticatedAs: Fixture.account)
            }
            for entry in try client.outbox.due(now: fixture.now).entries {
                #expect(try collector.store(entry.voucher, authenticatedAs: Fixture.account) == .stored)
                try client.outbox.acknowledge(entry)
            }
            _ = try service.openPending()
            guard
                case .success(let result) = try #require(
                    RevealService(source: collector, store: store).revealReady(force: true).decisions.first
                )
                .result
            else { return nil }
            return result.reveal.matches
        }
        #expect(try send(phone) == nil)
        let matches = try #require(try send(desktop))
        #expect(matches.count == 12)
        #expect(Set(matches.map(\.payload.fingerprint)) == Set(fixture.known[0..<12]))

        // A device with a secret of its own is found out at once, by its registration.
        let stranger = try open("stranger", set)
        #expect(stranger.commitment != phone.commitment)
        expectCode(.commitmentConflict) {
            _ = try collector.register(try stranger.registrations()[0], authenticatedAs: Fixture.account)
        }
    }

    /// Two devices with one secret, of which one has begun the epoch with the next profile: t matches of both together
    /// open nothing, though t and k are the same; those of the one that registered first do, with t matches of its own.
    /// k is so great that chance openings, and the other's matches, cannot hide them.
    @Test func twoProfilesInAnEpochDoNotAddUp() throws {
        let fixture = try Fixture { $0.polynomials = 128 }
        let moved = try Fixture(seed: 2, version: 2) {
            $0.polynomials = 128
            $0.profile = .profile3
        }
        let (set, next) = (try fixture.open(), try moved.open())
        var phone = try open("phone", set)
        var tablet = try open("tablet", next, secret: secret(of: phone))
        #expect(tablet.commitment != phone.commitment)
        let names = (try phone.registrations()[0], try tablet.registrations()[0])
        #expect(names.0.pseudonym == names.1.pseudonym && names.0.epoch == names.1.epoch)

        let collector = try CollectorStore(path: directory.file("collector"), creation: .ifMissing)
        let store = try AuthorityStore(path: directory.file("authority"), creation: .ifMissing)
        let opener = VoucherOpener([
            try MatchingSet(key: fixture.secrets.matchingKey(), header: set.header),
            try MatchingSet(key: moved.secrets.matchingKey(), header: next.header),
        ])
        let service = OpeningService(source: collector, store: store, opener: opener)
        #expect(try collector.register(names.0, authenticatedAs: Fixture.account) == .stored)
        expectCode(.commitmentConflict) { _ = try collector.register(names.1, authenticatedAs: Fixture.account) }
        func revealed(after client: borrowing ClientDirectory) throws -> [Bytes32]? {
            for entry in try client.outbox.due(now: fixture.now).entries {
                #expect(try collector.store(entry.voucher, authenticatedAs: Fixture.account) == .stored)
                try client.outbox.acknowledge(entry)
            }
            _ = try service.openPending()
            let decisions = try RevealService(source: collector, store: store).revealReady(force: true).decisions
            guard case .success(let result) = try #require(decisions.first).result else { return nil }
            return result.reveal.matches.map(\.payload.fingerprint)
        }
        for index in 0..<2 {
            try phone.seal(.file(sha256: fixture.known[index]), now: fixture.now)
            try tablet.seal(.file(sha256: fixture.known[2 + index]), now: fixture.now)
        }
        #expect(try revealed(after: phone) == nil)
        #expect(try revealed(after: tablet) == nil)
        for index in 4..<6 { try phone.seal(.file(sha256: fixture.known[index]), now: fixture.now) }
        let found = try #require(try revealed(after: phone))
        #expect(found.count == 4 && Set(found) == Set([0, 1, 4, 5].map { fixture.known[$0] }))
    }

    /// What devices with another t, k or profile in this epoch sent does not count together, so nothing is merged.
    @Test func anotherThresholdOrProfileDoesNotMerge() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var phone = try open("phone", set)
        try phone.seal(.file(sha256: fixture.known[0]), now: fixture.now)
        let before = phone.encodedState
        let changes: [(String, (inout Parameters) throws -> Void)] = [
            ("t", { $0.threshold = 4 }), ("k", { $0.polynomials = 17 }), ("profile", { $0.profile = .profile3 }),
        ]
        for (name, change) in changes {
            let other = try Fixture(seed: 2, version: 2, change).open()
            var tablet = try open("tablet \(name)", other, secret: secret(of: phone))
            try tablet.seal(.file(sha256: fixture.known[1]), now: fixture.now)
            let theirs = tablet.encodedState
            expectCode(.setMismatch) { try phone.merge(deviceState: theirs) }
            expectCode(.setMismatch) { try tablet.merge(deviceState: before) }
            #expect(phone.encodedState == before && tablet.encodedState == theirs)
            // In the next epoch it is the state of an epoch that is over.
            let later = Fixture.now + Parameters.secondsPerEpoch
            var moved = try open("later \(name)", other, secret: secret(of: phone), now: later)
            let empty = moved.encodedState
            try moved.merge(deviceState: before)
            #expect(moved.encodedState == empty)
        }
        #expect(try open("phone 2", set, secret: secret(of: phone)).commitment == phone.commitment)
    }

    @Test func whatOneDeviceSentCountsAsSentOnTheOther() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var phone = try open("phone", set, secret: Fixture.secret())
        do {
            var desktop = try open("desktop", set, secret: Fixture.secret())
            try phone.seal(.file(sha256: fixture.known[0]), now: fixture.now)
            try desktop.seal(.file(sha256: fixture.known[1]), now: fixture.now)
            try desktop.merge(deviceState: phone.encodedState)
            #expect(number(desktop.encodedState) == 1)
            // The greater number goes on.
            try phone.seal(.unreadable, now: fixture.now)
            try phone.seal(.unreadable, now: fixture.now)
            try desktop.merge(deviceState: phone.encodedState)
            #expect(number(desktop.encodedState) == 3)
            // What cannot be merged changes nothing.
            let before = desktop.encodedState
            expectCode(.wrongLength) { try desktop.merge(deviceState: Array(before.dropLast())) }
            #expect(desktop.encodedState == before)
        }
        // It is on disk.
        var desktop = try open("desktop", set)
        #expect(number(desktop.encodedState) == 3)
        let waiting = Set(try desktop.outbox.due(now: fixture.now).entries.map(\.voucher))
        try desktop.seal(.file(sha256: fixture.known[0]), now: fixture.now)
        try desktop.seal(.file(sha256: fixture.known[2]), now: fixture.now)
        let real = try desktop.outbox.due(now: fixture.now).entries.filter { !waiting.contains($0.voucher) }.map {
            try fixture.matches(SealedVoucher(canonical: $0.voucher))
        }
        #expect(real.sorted() == [0, 1])
    }

    @Test func anotherSecretThanTheDirectorysIsRefused() throws {
        let set = try Fixture().open()
        do { _ = try open("c", set, secret: Fixture.secret()) }
        var random = SeededRandom(4)
        expectCode(.commitmentConflict) {
            _ = try open("c", set, secret: AccountSecret.create(epoch: 694, random: &random))
        }
        // The same one may be given each time, also as it was in an earlier epoch.
        let before = try open("c", set, secret: Fixture.secret()).commitment
        #expect(try open("c", set).commitment == before)
        let later = Fixture.now + 2 * Parameters.secondsPerEpoch
        do { _ = try open("c", set, now: later) }
        #expect(try open("c", set, secret: Fixture.secret(), now: later).registrations().last?.epoch == 696)
        // A device that is behind by an epoch comes along, and no further: whoever is further ahead has a wrong clock.
        func ahead(_ epoch: UInt32) throws -> AccountSecret {
            var secret = try Fixture.secret()
            try secret.ratchet(to: epoch)
            return secret
        }
        for epoch in [698, 700] as [UInt32] {
            expectCode(.epochTooFar) { _ = try open("c", set, secret: ahead(epoch), now: later) }
            expectCode(.epochTooFar) { _ = try open("linked \(epoch)", set, secret: ahead(epoch), now: later) }
        }
        #expect(try open("c", set, now: later).registrations().last?.epoch == 696)
        #expect(try open("c", set, secret: ahead(697), now: later).registrations().last?.epoch == 697)
        #expect(try open("linked", set, secret: ahead(697), now: later).registrations().last?.epoch == 697)
        // By then it is ahead of its clock by an epoch: the next device takes it no further.
        expectCode(.epochTooFar) { _ = try open("c", set, secret: ahead(698), now: later) }
        // A clock that went back does not lock it out of what it has.
        #expect(try open("c", set, secret: ahead(697), now: Fixture.now).registrations().last?.epoch == 697)
    }

    @Test func aLostStateDoesNotBeginAfreshUnnoticed() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var commitment: Commitment?
        do {
            var client = try open("c", set, secret: Fixture.secret())
            commitment = client.commitment
            try client.seal(.unreadable, now: fixture.now)
        }
        let registration = directory.file("c/registration-694")
        let kept = try Data(contentsOf: URL(fileURLWithPath: registration))
        func expectRefused(_ comment: Comment) throws {
            expectCode(.stateMissing, comment) { _ = try open("c", set) }
            #expect(!FileManager.default.fileExists(atPath: directory.file("c/client")), comment)
        }
        try FileManager.default.removeItem(atPath: directory.file("c/client"))
        try expectRefused("a registration and a voucher")
        try FileManager.default.removeItem(atPath: registration)
        try expectRefused("a voucher alone")
        try kept.write(to: URL(fileURLWithPath: registration))

        // A new secret would make vouchers that never decode, as long as the old one's epoch lasts.
        var random = SeededRandom(5)
        expectCode(.commitmentConflict) {
            _ = try open("c", set, secret: AccountSecret.create(epoch: 694, random: &random))
        }
        // The account's secret, from another device, goes on; what waits is still there.
        let client = try open("c", set, secret: Fixture.secret())
        #expect(client.commitment == commitment)
        #expect(try client.outbox.due(now: fixture.now).entries.count == 1)
    }

    /// An account with one device has to wait for the next epoch; its old vouchers go out under their registration.
    @Test func aLostSecretIsReplacedInTheNextEpoch() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        do {
            var client = try open("c", set)
            try client.seal(.unreadable, now: fixture.now)
        }
        try FileManager.default.removeItem(atPath: directory.file("c/client"))
        let next = fixture.now + Parameters.secondsPerEpoch
        expectCode(.stateMissing) { _ = try open("c", set, now: next) }
        let client = try open("c", set, secret: AccountSecret.create(at: next, under: set.header), now: next)
        #expect(try client.registrations().map(\.epoch) == [694, 695])
        #expect(try client.outbox.due(now: next).entries.map(\.epoch) == [694])
    }
}
