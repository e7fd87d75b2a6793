internal import ArgumentParser
internal import Logging
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchFront
internal import SealedMatchJetStream
internal import SealedMatchOpenings
internal import SealedMatchPostgreSQL
internal import SealedMatchSQLite

/// Where a deployment keeps things, if not in SQLite files.
struct ClusterSettings: ParsableArguments {
    @Option(help: "The deployment's name, 1 to 32 letters, digits, _ and -; for JetStream and PostgreSQL.")
    var deployment: String?
    @Option(help: "JetStream: a file with a user's credentials, as `nsc` writes it.") var natsCredentials: String?
    @Option(help: "JetStream: certificates, in PEM, of who may sign a server's.") var natsCa: String?
    @Option(help: "JetStream: this process's own certificate, in PEM, where servers ask for one.")
    var natsCertificate: String?
    @Option(help: "JetStream: the file with the key of that certificate, in PEM.") var natsKey: String?
    @Option(help: "JetStream: servers that keep each message: 1, 3 or 5. Default: 3.") var natsReplicas: String?
    @Option(help: "PostgreSQL: a file with the keys that secret cells are encrypted under, 32 bytes each, first first.")
    var dataKeys: String?
}

/// Where a collector's registrations and vouchers are.
enum CollectorPlace {
    case file(String)
    case jetStream(JetStreamOptions)

    init(_ collector: CollectorSettings, _ cluster: ClusterSettings, _ file: SettingsFile, _ logger: Logger) throws {
        try self.init(file.text("database", collector.database), cluster, file, logger)
    }

    init(_ text: String?, _ cluster: ClusterSettings, _ file: SettingsFile, _ logger: Logger) throws {
        guard let text else {
            throw Failure("database: the collector's SQLite file is needed, or nats://HOST:PORT")
        }
        guard text.hasPrefix("nats://") || text.hasPrefix("tls://") else {
            try file.refuse(
                [
                    ("nats-credentials", cluster.natsCredentials), ("nats-ca", cluster.natsCa),
                    ("nats-certificate", cluster.natsCertificate), ("nats-key", cluster.natsKey),
                    ("nats-replicas", cluster.natsReplicas),
                ], "is for JetStream, and the database is a file; leave it out, or give nats://HOST:PORT")
            self = .file(text)
            return
        }
        var options = JetStreamOptions(
            servers: text.split(separator: ",").map(String.init), name: try deploymentName(cluster, file))
        if let secret = try file.secretFile("nats-credentials", cluster.natsCredentials) {
            try about("nats-credentials: \(secret.path)") { try secret.check() }
            options.credentials = .file(secret.path)
        }
        options.authorityFile = try file.text("nats-ca", cluster.natsCa)
        if let path = options.authorityFile { try checkTrusted(path) }
        switch (
            try file.text("nats-certificate", cluster.natsCertificate),
            try file.secretFile("nats-key", cluster.natsKey)
        ) {
        case (let certificate?, let secret?):
            try about("nats-key: \(secret.path)") { try secret.check() }
            options.certificateFiles = CertificateFiles(certificate: certificate, key: secret.path)
        case (nil, nil): break
        default: throw Failure("nats-certificate, nats-key: a certificate and its key are given together")
        }
        options.replicas = try file.number("nats-replicas", cluster.natsReplicas, 3, 1...5)
        // Servers without what comes before an @: it may be a password.
        let hosts = options.servers.map { $0.split(separator: "@").last.map(String.init) ?? $0 }
        let lines = RepeatedLines { logger.warning("\($0)") }
        options.report = { lines.say("JetStream at \(hosts.joined(separator: ", ")): \($0)") }
        self = .jetStream(options)
    }
}

/// The authority's store, of whatever kind.
struct AuthorityPlace: Sendable {
    let store: any OpeningStore & DueAccounts
    /// How many vouchers wait for a set's key.
    let waiting: @Sendable () throws(SealedMatchError) -> Int
    /// Sees that a server does what is asked of it; nil for a file.
    let check: (@Sendable () throws(SealedMatchError) -> Void)?
    /// The place, for messages.
    let name: String
    /// Ends its use; a file is whole by itself then.
    let close: @Sendable () throws(SealedMatchError) -> Void

    init(
        _ settings: AuthoritySettings, _ cluster: ClusterSettings, _ file: SettingsFile, _ logger: Logger
    ) throws {
        guard let text = try file.text("authority", settings.authority) else {
            throw Failure("authority: the authority's SQLite file is needed, or postgresql://…")
        }
        guard Self.isServer(text) else {
            try file.refuse(
                [("data-keys", cluster.dataKeys)],
                "is for PostgreSQL, and the authority's store is a file, which is not encrypted; leave it out")
            let store = try about(text) {
                try AuthorityStore(path: text, creation: settings.firstRun ? .always : .never)
            }
            self.init(
                store: store, waiting: { () throws(SealedMatchError) in try store.waitingCount() }, check: nil,
                name: text,
                close: { () throws(SealedMatchError) in try store.close() })
            return
        }
        let server = try Server(cluster, file)
        // A URI may hold a password: it is in no message.
        let lines = RepeatedLines { logger.warning("PostgreSQL: \($0)") }
        let store = try about("the PostgreSQL store") {
            try PostgreSQLOpenings(
                text, deployment: server.deployment, keys: server.keys,
                creation: settings.firstRun ? .ifMissing : .never, report: lines.say)
        }
        self.init(
            store: store, waiting: { () throws(SealedMatchError) in try store.waitingCount() },
            check: { () throws(SealedMatchError) in try store.check() }, name: "the PostgreSQL store",
            close: { () throws(SealedMatchError) in store.close() })
    }

    /// Whether it is a file of this machine.
    var isFile: Bool { store is AuthorityStore }

    static func isServer(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }

    /// What a PostgreSQL store is opened with.
    struct Server {
        let deployment: Bytes32
        let keys: DataKeys

        init(_ cluster: ClusterSettings, _ file: SettingsFile) throws {
            guard let secret = try file.secretFile("data-keys", cluster.dataKeys) else {
                throw Failure("data-keys: PostgreSQL needs the file of keys that secret cells are encrypted under")
            }
            keys = try about(secret.path) { try DataKeys(secret.read(limit: 16 * DataKeys.keyCount)) }
            let name = try deploymentName(cluster, file)
            deployment = try KDF.plainDigest(of: Array("SealedMatch deployment \(name)".utf8))
        }
    }

    private init(
        store: any OpeningStore & DueAccounts, waiting: @escaping @Sendable () throws(SealedMatchError) -> Int,
        check: (@Sendable () throws(SealedMatchError) -> Void)?, name: String,
        close: @escaping @Sendable () throws(SealedMatchError) -> Void
    ) {
        self.store = store
        self.waiting = waiting
        self.check = check
        self.name = name
        self.close = close
    }
}

private func deploymentName(_ cluster: ClusterSettings, _ file: SettingsFile) throws -> String {
    guard let name = try file.text("deployment", cluster.deployment) else {
        throw Failure("deployment: JetStream and PostgreSQL need the deployment's name")
    }
    return name
}
