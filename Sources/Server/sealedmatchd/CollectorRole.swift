internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchFront
internal import SealedMatchJetStream
internal import SealedMatchProtocol
internal import SealedMatchSQLite

/// The front with its intake.
struct CollectorRole {
    let intake: any Intake & NoticeBoard
    /// The collector's file, where it is one.
    let store: CollectorStore?
    /// Looks at JetStream's servers, where they keep what comes.
    let look: [Loop]
    let server: ListeningService<Application<RouterResponder<FrontContext>>>
    private let shelf: SetShelf
    private let follow: @Sendable (ClosedRange<UInt32>) -> Void
    private let end: @Sendable () throws(SealedMatchError) -> Void

    init(
        _ settings: FrontSettings, _ shelf: SetShelf, _ place: CollectorPlace, _ file: SettingsFile, firstRun: Bool,
        _ process: RunningProcess
    ) throws {
        let listen = try Address(file.text("listen", settings.listen) ?? "127.0.0.1:8080", "listen")
        if case .jetStream = place {
            try file.refuse(
                [("vouchers-per-epoch", settings.vouchersPerEpoch)],
                "JetStream counts no vouchers of an account, so this cannot be kept; leave it out: vouchers-per-second "
                    + "and burst limit how many come")
        }
        var policy = CollectorPolicy()
        policy.knownSets = shelf.parameters
        policy.vouchersPerEpoch = try file.number("vouchers-per-epoch", settings.vouchersPerEpoch, 65_536, 1...1 << 30)
        policy.epochs = try about("the clock") { try CollectorPolicy.epochs(at: Self.now()) }
        var limits = FrontLimits()
        limits.connections = try file.number("connections", settings.connections, limits.connections, 1...1 << 20)
        limits.burst = try file.number("burst", settings.burst, limits.burst, 1...1 << 30)
        limits.headerSeconds = try file.number(
            "header-seconds", settings.headerSeconds, limits.headerSeconds, 1...86_400)
        limits.bodySeconds = try file.number("body-seconds", settings.bodySeconds, limits.bodySeconds, 1...86_400)
        if let text = try file.text("vouchers-per-second", settings.vouchersPerSecond) {
            guard let rate = Double(text), (0.001...1e9).contains(rate) else {
                throw Failure("vouchers-per-second: “\(text)” is no number from 0.001 to 1000000000")
            }
            limits.vouchersPerSecond = rate
        }
        let authenticator = try Self.authenticator(settings, file, listen)
        self.shelf = shelf
        shelf.recordDaysLeft(at: Self.now())
        let (logger, readiness) = (process.logger, process.readiness)
        switch place {
        case .file(let path):
            let store = try about(path) { try CollectorStore(path: path, policy: policy, creation: .ifMissing) }
            let intake = GroupedIntake(store) { error in
                readiness.set("intake", error.map { "\($0)" })
                if let error { logger.error("the collector's file: \(error)") } else { logger.notice("it is written") }
            }
            (self.intake, self.store, look) = (intake, store, [])
            follow = { store.policy.epochs = $0 }
            end = { () throws(SealedMatchError) in try store.close() }
        case .jetStream(let options):
            let policy = policy
            let intake = try about("JetStream") {
                if firstRun { try JetStreamIntake.setUp(options) }
                return try JetStreamIntake(options, policy: policy)
            }
            (self.intake, store) = (intake, nil)
            look = [.look("JetStream", process) { () throws(SealedMatchError) in try intake.check() }]
            follow = { intake.policy.epochs = $0 }
            end = { () throws(SealedMatchError) in intake.close() }
        }
        server = try Self.server(intake, policy, authenticator, shelf, limits, listen, logger)
    }

    private static func server(
        _ intake: some Intake & NoticeBoard, _ policy: CollectorPolicy, _ authenticator: any Authenticator,
        _ shelf: SetShelf,
        _ limits: FrontLimits, _ listen: Address, _ logger: Logger
    ) throws -> ListeningService<Application<RouterResponder<FrontContext>>> {
        let front = CollectorFront(
            intake: intake, policy: policy, authenticator: authenticator, sets: shelf, notices: intake,
            limits: limits)
        var configuration = ApplicationConfiguration(address: try listen.bound(), backlog: 1_024)
        configuration.availableConnectionsDelegate = limits.available()
        let server = Application(
            router: front.router(), server: front.server(), configuration: configuration, logger: logger)
        return ListeningService(server, "listen", listen)
    }

    /// What an operator may ask of the collector alone.
    func add(to actions: inout AdminActions) {
        let intake = intake
        actions.expire = { try await intake.expire(before: $0) }
        actions.erase = { try await intake.erase($0) }
        actions.notify = { try await intake.post($0, on: $1) }
    }

    /// Before the process ends.
    func close() throws { try about("the collector's store") { try end() } }

    /// Seconds since 1970.
    static func now() -> UInt64 { UInt64(max(0, time(nil))) }

    /// Lets the epochs go on that may be registered, and the set's age; and sees that the collector's file is still the
    /// one of that name.
    /// - Returns: whether nothing that was forgotten is left in a file.
    func followClock() throws -> Bool {
        shelf.recordDaysLeft(at: Self.now())
        let isForgotten = try about("the collector's file") { () throws(SealedMatchError) in
            try store?.file.checkPlace()
            return try store?.file.finishForgetting() ?? true
        }
        follow(try about("the clock") { try CollectorPolicy.epochs(at: Self.now()) })
        return isForgotten
    }

    private static func authenticator(
        _ settings: FrontSettings, _ file: SettingsFile, _ listen: Address
    ) throws -> any Authenticator {
        let keys = try file.text("token-keys", settings.tokenKeys)
        let field = try file.text("proxy-account", settings.proxyAccount)
        switch (keys, field) {
        case (let path?, nil):
            try file.refuse(
                [("proxy-secret-file", settings.proxySecretFile)],
                "is for proxy-account; tokens are verified by token-keys")
            try checkTrusted(path)
            let bytes = try about(path) { try DurableFile.read(path, limit: 1 << 20) }
            do {
                return TokenAuthenticator(
                    keys: try TokenKeys(bytes), issuer: try file.text("token-issuer", settings.tokenIssuer),
                    audience: try file.text("token-audience", settings.tokenAudience), now: Self.now)
            } catch let error as TokenKeys.Unusable {
                throw Failure("\(path): \(error)")
            }
        case (nil, let field?):
            try file.refuse(
                [("token-issuer", settings.tokenIssuer), ("token-audience", settings.tokenAudience)],
                "is for token-keys, and no token is looked at with proxy-account")
            let secret = try file.secret("proxy-secret-file", settings.proxySecretFile)
            guard secret != nil || listen.isUnix else {
                throw Failure(
                    "proxy-account: whoever reaches \(listen) could name any account: listen on unix:PATH, or give "
                        + "proxy-secret-file")
            }
            do {
                return try ProxyAuthenticator(account: field, secret: secret)
            } catch {
                throw Failure("proxy-account: \(error)")
            }
        default:
            throw Failure("authentication: give either token-keys or proxy-account")
        }
    }
}
