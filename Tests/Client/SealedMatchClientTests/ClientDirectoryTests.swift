import Foundation
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

/// What a client's directory makes of killed first runs, full disks and strangers.
@Suite struct ClientDirectoryTests {
    private let fixture: Fixture
    private let directory = TemporaryDirectory()

    init() throws { fixture = try Fixture() }

    private func open(account: AccountID = Fixture.account) throws -> ClientDirectory {
        try ClientDirectory.open(
            path: directory.file("c"), set: fixture.open(), account: account, window: 0, now: fixture.now)
    }

    private var registrationFile: String { directory.file("c/registration-694") }

    private func savedBytes() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory.file("c/client"))))
    }

    private func savedSecret() throws -> AccountSecret {
        let exported = UnsafeMutableRawBufferPointer.allocate(byteCount: AccountSecret.encodedCount, alignment: 1)
        defer { exported.deallocate() }
        exported.copyBytes(from: try savedBytes()[0..<AccountSecret.encodedCount])
        return try AccountSecret(canonical: UnsafeRawBufferPointer(exported))
    }

    /// The registration that the secret on disk gives.
    private func expectedRegistration() throws -> Registration {
        try Sealer(
            set: fixture.open(), account: Fixture.account, secret: savedSecret(),
            state: Array(savedBytes()[AccountSecret.encodedCount...]), now: fixture.now
        ).registration
    }

    @Test func aFirstRunThatEndedBetweenTheTwoFilesIsRepaired() throws {
        do { _ = try open() }
        let first = try expectedRegistration()
        // The state is there, the registration is not.
        try FileManager.default.removeItem(atPath: registrationFile)
        #expect(try open().registrations() == [first])
        #expect(try expectedRegistration() == first)
    }

    @Test func aFirstRunThatEndedBeforeItsStateBeginsAgain() throws {
        do { _ = try Outbox(path: directory.path + "/box") }
        try FileManager.default.createDirectory(atPath: directory.file("c/outbox"), withIntermediateDirectories: true)
        for name in ["c/lock", "c/outbox/lock", "c/client.partial-1"] {
            try Data().write(to: URL(fileURLWithPath: directory.file(name)))
        }
        #expect(try open().registrations() == [expectedRegistration()])
    }

    @Test func anotherAccountIsRefusedAndNothingChanges() throws {
        do { _ = try open() }
        let before = try contents()
        expectCode(.authenticationFailed) { _ = try open(account: AccountID(canonical: Bytes32())) }
        #expect(try contents() == before)
        _ = try open()
    }

    private func contents() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.file("c")).filter { $0 != "outbox" }
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, try Data(contentsOf: URL(fileURLWithPath: directory.file("c/\($0)"))))
            })
    }

    @Test func filesOfKilledProcessesGo() throws {
        do { _ = try open() }
        let registration = try Data(contentsOf: URL(fileURLWithPath: registrationFile))
        let partial = ["c/registration-694.partial-1f", "c/registration-695.partial-2e", "c/client.partial-3"].map(
            directory.file)
        try Data().write(to: URL(fileURLWithPath: partial[0]))
        try registration.write(to: URL(fileURLWithPath: partial[1]))
        try Data([1]).write(to: URL(fileURLWithPath: partial[2]))
        // Not ours, and left alone.
        let foreign = directory.file("c/registration-x")
        try Data([1]).write(to: URL(fileURLWithPath: foreign))
        let client = try open()
        for path in partial { #expect(!FileManager.default.fileExists(atPath: path)) }
        #expect(FileManager.default.fileExists(atPath: foreign))
        #expect(try client.registrations() == [expectedRegistration()])
    }

    /// The disk fails when the state is written: the item is not spent, and its next voucher matches.
    @Test func anItemThatCouldNotBeSavedIsSealedAgain() throws {
        var client = try open()
        let before = client.encodedState
        let state = directory.file("c/client")
        let saved = try Data(contentsOf: URL(fileURLWithPath: state))
        try FileManager.default.removeItem(atPath: state)
        // A directory with something in it cannot be renamed over.
        try FileManager.default.createDirectory(atPath: state + "/x", withIntermediateDirectories: true)
        do throws(SealedMatchError) {
            try client.seal(.file(sha256: fixture.known[0]), now: fixture.now)
            Issue.record("sealed")
        } catch {
            #expect(error.code == .fileFailed)
        }
        // It counts neither as sent nor in the number of vouchers.
        #expect(client.encodedState == before)
        #expect(try client.outbox.due(now: fixture.now).entries.isEmpty)
        try FileManager.default.removeItem(atPath: state)
        try saved.write(to: URL(fileURLWithPath: state))
        try client.seal(.file(sha256: fixture.known[0]), now: fixture.now)
        let voucher = try #require(client.outbox.due(now: fixture.now).entries.first)
        let key = try epochKey()
        let real = try fixture.opened(SealedVoucher(canonical: voucher.voucher)).filter { opened in
            (try? opened.opening.payload(under: key)) != nil
        }
        #expect(real.count == 1, "the second try was a repeat")
    }

    private func epochKey() throws -> EpochKey {
        let secret = try savedSecret()
        let pseudonym = try secret.pseudonym(of: Fixture.account)
        return try secret.sharing(pseudonym: pseudonym, parameters: fixture.open().header.parameters)
            .epochKey(pseudonym: pseudonym, epoch: secret.epoch)
    }

    @Test func aStateOrDirectoryThatOthersReachIsRefused() throws {
        do { _ = try open() }
        let path = directory.file("c")
        for (file, mode) in [("c/client", 0o666), ("c/client", 0o640), ("c", 0o777), ("c/outbox", 0o777)] {
            let before = try #require(
                FileManager.default.attributesOfItem(atPath: directory.file(file))[.posixPermissions] as? Int)
            #expect(chmod(directory.file(file), mode_t(mode)) == 0)
            expectCode(.notPrivate, "\(file)") { _ = try open() }
            #expect(chmod(directory.file(file), mode_t(before)) == 0)
        }
        #expect(path.hasSuffix("c"))
        _ = try open()
    }

    /// Offline for seven epochs: what was sealed before is registered first, and then forgotten.
    @Test func aRegistrationLivesAsLongAsAVoucherThatNeedsIt() throws {
        func open(after epochs: UInt64) throws -> ClientDirectory {
            try ClientDirectory.open(
                path: directory.file("c"), set: fixture.open(), account: Fixture.account, window: 0,
                now: fixture.now + epochs * Parameters.secondsPerEpoch)
        }
        do {
            var client = try open(after: 0)
            try client.seal(.unreadable, now: fixture.now)
            try client.seal(.unreadable, now: fixture.now + Parameters.secondsPerEpoch)
        }
        do {
            let client = try open(after: 8)
            #expect(try client.registrations().map(\.epoch) == [694, 695, 702])
            // Asking changes nothing.
            #expect(try client.registrations().map(\.epoch) == [694, 695, 702])
            let due = try client.outbox.due(now: .max).entries
            #expect(due.map(\.epoch).sorted() == [694, 695])
            try client.outbox.acknowledge(try #require(due.first { $0.epoch == 694 }))
            try client.outbox.refuse(try #require(due.first { $0.epoch == 695 }))
        }
        #expect(try open(after: 8).registrations().map(\.epoch) == [702])
    }

    @Test func noRegistrationGoesWhileAVoucherCannotBeRead() throws {
        do {
            var client = try open()
            try client.seal(.unreadable, now: fixture.now)
        }
        let outbox = directory.file("c/outbox/")
        let voucher = try #require(
            FileManager.default.contentsOfDirectory(atPath: outbox).first { $0.hasSuffix(".voucher") })
        try Data([1]).write(to: URL(fileURLWithPath: outbox + voucher))
        let later = fixture.now + 3 * Parameters.secondsPerEpoch
        let client = try ClientDirectory.open(
            path: directory.file("c"), set: fixture.open(), account: Fixture.account, window: 0, now: later)
        #expect(try client.registrations().map(\.epoch) == [694, 697])
    }

    @Test(arguments: [0, 946_684_800, Fixture.now - 86_401] as [UInt64])
    func aFirstRunWithAClockBeforeTheSetMakesNoSecret(_ clock: UInt64) throws {
        let fixture = try Fixture(issuedAt: Fixture.now)
        let set = try fixture.open()
        func open(now: UInt64) throws -> ClientDirectory {
            try ClientDirectory.open(
                path: directory.file("c"), set: set, account: Fixture.account, window: 0, now: now)
        }
        expectCode(.setNotYetIssued) { _ = try open(now: clock) }
        // As soon as the clock is right, it begins; after that a clock that is behind changes nothing.
        let registration = try open(now: Fixture.now - 86_400).registrations()
        #expect(try open(now: Fixture.now).registrations() == registration)
        #expect(try open(now: clock).registrations() == registration)
    }

    @Test func noVoucherOutlivesItsRegistration() throws {
        let set = try fixture.open()
        expectCode(.parameterOutOfRange) {
            _ = try ClientDirectory.open(
                path: directory.file("c"), set: set, account: Fixture.account, window: 86_400_000, now: fixture.now)
        }
    }
}
