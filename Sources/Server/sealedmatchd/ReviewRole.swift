internal import ArgumentParser
internal import Hummingbird
internal import HummingbirdCore
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchFront
internal import SealedMatchLists
internal import SealedMatchReview
internal import SealedMatchSQLite

struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "The page on which people review cases. It holds no secret of a set.")
    @OptionGroup var common: CommonSettings
    @OptionGroup(title: "The page") var review: ReviewPageSettings

    func run() async throws {
        try await reportingFailures {
            let file = try common.file()
            let process = try RunningProcess(common, file)
            let page = try ReviewPage(review, file, process)
            try await process.run([page.server], AdminActions(now: CollectorRole.now))
            try page.close()
        }
    }
}

/// The page, and the library behind it.
private struct ReviewPage {
    let server: ListeningService<Application<RouterResponder<FrontContext>>>
    private let store: CaseStore
    private let path: String

    init(_ settings: ReviewPageSettings, _ file: SettingsFile, _ process: RunningProcess) throws {
        guard let path = try file.text("library", settings.library) else {
            throw Failure("library: the library of cases is needed; `sealedmatch case init` makes one")
        }
        guard let keyFile = try file.secretFile("library-key", settings.libraryKey) else {
            throw Failure("library-key: the library's secret key is needed; its events are signed by it")
        }
        let listen = try Address(file.text("listen", settings.listen) ?? "127.0.0.1:8080", "listen")
        guard listen.isLocal else {
            throw Failure("listen: the page is for loopback or a Unix socket alone; a proxy can pass it on")
        }
        var review = try Self.settings(settings, file, listen)
        var limits = FrontLimits()
        limits.connections = try file.number("connections", settings.connections, 256, 1...1 << 20)
        limits.headerSeconds = try file.number(
            "header-seconds", settings.headerSeconds, limits.headerSeconds, 1...86_400)
        limits.bodySeconds = try file.number("body-seconds", settings.bodySeconds, limits.bodySeconds, 1...86_400)
        let gate = try Self.gate(settings, file, listen)
        review.address = try Self.address(settings, file, listen)
        let evidence = try Self.evidence(settings, file)
        // A library that others could read is not made private in silence: whoever runs this looks who did.
        for file in [path, path + "-wal", path + "-shm", path + "-journal"] {
            try about("library: \(file)") { try FileAccess.secret.check(path: file) }
        }
        let store = try about("library: \(path)") { try CaseStore(path: path) }
        let key = try about(keyFile.path) { try SourceKeyFile.readSecret(keyFile.path, access: keyFile.access) }
        let library: ReviewLibrary
        do throws(SealedMatchError) {
            library = try ReviewLibrary(store, key: key, now: CollectorRole.now)
        } catch {
            throw Failure(error, path)
        }
        let front = ReviewFront(library, gate, review, evidence: evidence)
        var configuration = ApplicationConfiguration(address: try listen.bound(), backlog: 256)
        configuration.availableConnectionsDelegate = limits.available()
        let application = Application(
            router: front.router(), server: front.server(limits), configuration: configuration, logger: process.logger)
        server = ListeningService(application, "listen", listen)
        (self.store, self.path) = (store, path)
        process.readiness.set("review", nil)
    }

    /// Before the process ends.
    func close() throws { try about(path) { try store.close() } }

    private static func settings(
        _ settings: ReviewPageSettings, _ file: SettingsFile, _ listen: Address
    ) throws -> ReviewSettings {
        let origin: String
        if let text = try file.text("origin", settings.origin) {
            origin = text
        } else if case .network(let host, let port) = listen, port != 0 {
            origin = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        } else {
            throw Failure("origin: what browsers call the page is needed where it listens on a socket: https://HOST")
        }
        var review = try about("origin: \(origin)") { try ReviewSettings(origin: origin) }
        review.sessions.idle = .seconds(
            60 * (try file.number("idle-minutes", settings.idleMinutes, 20, 1...1_440)))
        review.sessions.longest = .seconds(
            3_600 * (try file.number("session-hours", settings.sessionHours, 10, 1...72)))
        review.sessions.work = .seconds(
            60 * (try file.number("break-minutes", settings.breakMinutes, 45, 1...1_440)))
        return review
    }

    private static func gate(
        _ settings: ReviewPageSettings, _ file: SettingsFile, _ listen: Address
    ) throws -> ReviewGate {
        let passwords = try file.text("passwords", settings.passwords)
        let field = try file.text("proxy-person", settings.proxyPerson)
        switch (passwords, field) {
        case (let path?, nil):
            if try file.text("proxy-address", settings.proxyAddress) == nil {
                try file.refuse(
                    [("proxy-secret-file", settings.proxySecretFile)],
                    "is for proxy-person and proxy-address; people sign in by passwords")
            }
            return .passwords(try about("passwords: \(path)") { try SignIn(PasswordFile(path: path)) })
        case (nil, let field?):
            let secret = try file.secret("proxy-secret-file", settings.proxySecretFile)
            guard secret != nil || listen.isUnix else {
                throw Failure(
                    "proxy-person: whoever reaches \(listen) could name anybody: listen on unix:PATH, or give "
                        + "proxy-secret-file")
            }
            try file.refuse(
                [("proxy-address", settings.proxyAddress)],
                "is for passwords: nobody signs in here, the proxy sees to it")
            do {
                let proxy = try ProxyAuthenticator(account: field, secret: secret)
                return .proxy { try? proxy.name($0) }
            } catch {
                throw Failure("proxy-person: \(error)")
            }
        default: throw Failure("who signs in: give either passwords or proxy-person")
        }
    }

    /// Who says where clients are: a proxy that nobody else can pose as; or nobody.
    private static func address(
        _ settings: ReviewPageSettings, _ file: SettingsFile, _ listen: Address
    ) throws -> @Sendable (ReviewGate.Headers) -> String? {
        guard let field = try file.text("proxy-address", settings.proxyAddress) else { return { _ in nil } }
        let secret = try file.secret("proxy-secret-file", settings.proxySecretFile)
        guard secret != nil || listen.isUnix else {
            throw Failure(
                "proxy-address: whoever reaches \(listen) could name any address: listen on unix:PATH, or give "
                    + "proxy-secret-file")
        }
        do {
            let proxy = try ProxyAuthenticator(account: field, secret: secret)
            return { try? proxy.name($0) }
        } catch {
            throw Failure("proxy-address: \(error)")
        }
    }

    private static func evidence(_ settings: ReviewPageSettings, _ file: SettingsFile) throws -> EvidenceCommand? {
        guard let path = try file.text("evidence", settings.evidence) else {
            try file.refuse(
                [
                    ("evidence-seconds", settings.evidenceSeconds), ("evidence-bytes", settings.evidenceBytes),
                    ("evidence-memory", settings.evidenceMemory),
                ], "is for evidence, and no command is set")
            return nil
        }
        var limits = EvidenceCommand.Limits()
        limits.seconds = try file.number("evidence-seconds", settings.evidenceSeconds, limits.seconds, 1...600)
        limits.bytes = try file.number("evidence-bytes", settings.evidenceBytes, limits.bytes, 1_024...256 << 20)
        limits.memory = try file.number("evidence-memory", settings.evidenceMemory, limits.memory, 16...65_536)
        let bounded = limits
        return try about("evidence: \(path)") { try EvidenceCommand(path, bounded) }
    }
}
