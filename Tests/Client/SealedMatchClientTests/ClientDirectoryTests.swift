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
        // The registration is there, the state is not: a new secret is made, and the registration must be its own.
        try FileManager.default.removeItem(atPath: directory.file("c/client"))
        let client = try open()
        #expect(try client.registrations() == [expectedRegistration()])
        #expect(try client.registrations() != [first])
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
        return try secret.sharing(account: Fixture.account, parameters: fixture.open().header.parameters)
            .epochKey(account: Fixture.account, epoch: secret.epoch)
    }

    @Test func noVoucherOutlivesItsRegistration() throws {
        let set = try fixture.open()
        expectCode(.parameterOutOfRange) {
            _ = try ClientDirectory.open(
                path: directory.file("c"), set: set, account: Fixture.account, window: 86_400_000, now: fixture.now)
        }
    }
}
