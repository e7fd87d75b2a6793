internal import Foundation
internal import Hummingbird
internal import Logging
internal import Metrics
internal import SealedMatchCrypto
internal import SealedMatchFront
internal import ServiceLifecycle

/// What all roles of one process share: the log, the numbers, the operator's port, the end.
struct RunningProcess {
    let logger: Logger
    let readiness = Readiness()
    private let metrics = MetricsRegistry()
    private let admin: Address
    private let token: [UInt8]?

    init(_ settings: CommonSettings, _ file: SettingsFile) throws {
        let name = try file.text("log-level", settings.logLevel) ?? "info"
        guard let level = Logger.Level(rawValue: name) else {
            throw Failure("log-level: “\(name)” is none of trace, debug, info, notice, warning, error, critical")
        }
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        MetricsSystem.bootstrap(metrics)
        logger = Logger(label: "sealedmatchd")
        admin = try Address(file.text("admin", settings.admin) ?? "127.0.0.1:8081", "admin")
        guard admin.isLocal else {
            throw Failure("admin: the operator's port is for loopback or a Unix socket alone; a proxy can pass it on")
        }
        token = try file.secret("admin-token-file", settings.adminTokenFile)
        // A socket is for its owner and group; a front's proxy is in that group.
        umask(0o007)
        Self.raiseFileLimit()
    }

    /// Connections are files: as many as the system allows.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Runs until SIGTERM or SIGINT; requests that are under way are answered, if they are there within 15 seconds.
    func run(_ services: [any ServiceLifecycle.Service], _ actions: AdminActions) async throws {
        let front = try about("admin-token-file") {
            try AdminFront(token: token, actions: actions, readiness: readiness, metrics: metrics)
        }
        let server = Application(
            router: front.router(), server: front.server(),
            configuration: ApplicationConfiguration(address: try admin.bound()), logger: Logger(label: "admin"))
        var configuration = ServiceGroupConfiguration(
            services: services + [ListeningService(server, "admin", admin)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // Who sends slowly is not waited for until whoever asked us to end kills us: he sends again.
        configuration.maximumGracefulShutdownDuration = .seconds(15)
        let group = ServiceGroup(configuration: configuration)
        do {
            try await group.run()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure("the service ended: \(error)")
        }
    }
}
