internal import ArgumentParser
internal import Foundation
internal import SealedMatchJSON

/// Every role's settings.
struct CommonSettings: ParsableArguments {
    @Option(help: "A settings file: a JSON object with the options' names.") var settings: String?
    @Option(help: "The operator's own port: HOST:PORT on loopback, or unix:PATH. Default: 127.0.0.1:8081.")
    var admin: String?
    @Option(help: "A file with the token that erasure and expiry ask for; without, both are refused.")
    var adminTokenFile: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical. Default: info.") var logLevel: String?

    /// The names of all settings of all roles: one file may serve several.
    static let names: Set<String> = [
        "settings", "admin", "admin-token-file", "log-level", "listen", "token-keys", "token-issuer", "token-audience",
        "proxy-account", "proxy-secret-file", "connections", "burst", "vouchers-per-second", "vouchers-per-epoch",
        "header-seconds", "body-seconds", "database", "set", "authority", "secrets", "open-seconds", "prune",
        "custodian", "coordinator-key", "custodian-seconds", "folder", "reveal-seconds", "cases", "list",
        "without-lists",
        "deployment",
        "nats-credentials", "nats-ca", "nats-certificate", "nats-key", "nats-replicas", "data-keys", "library",
        "library-key", "origin", "passwords", "proxy-person", "proxy-address", "idle-minutes", "session-hours",
        "break-minutes", "evidence", "evidence-seconds",
        "evidence-bytes", "evidence-memory",
    ]

    func file() throws -> SettingsFile {
        try SettingsFile(settings, known: Self.names, environment: ProcessInfo.processInfo.environment)
    }
}

/// What takes requests.
struct FrontSettings: ParsableArguments {
    @Option(help: "Where messengers' uploads come: HOST:PORT, or unix:PATH. Default: 127.0.0.1:8080.")
    var listen: String?
    @Option(help: "Accounts are authenticated by tokens (JWT, EdDSA): the file of a JSON Web Key Set.")
    var tokenKeys: String?
    @Option(help: "What a token's `iss` has to be.") var tokenIssuer: String?
    @Option(help: "What a token's `aud` has to name.") var tokenAudience: String?
    @Option(help: "Accounts are authenticated by a reverse proxy, which names them in this header field.")
    var proxyAccount: String?
    @Option(help: "A file with the secret that the proxy sends in SealedMatch-Proxy; needed unless --listen is unix:…")
    var proxySecretFile: String?
    @Option(help: "Connections at a time. Default: 4096.") var connections: String?
    @Option(help: "Vouchers that an account may send at once. Default: 2048.") var burst: String?
    @Option(help: "Vouchers a second that an account may send on average. Default: 2.") var vouchersPerSecond: String?
    @Option(help: "Vouchers that are kept of an account in an epoch. Default: 65536.") var vouchersPerEpoch: String?
    @Option(help: "Seconds for a request's header. Default: 30.") var headerSeconds: String?
    @Option(help: "Seconds for a request's body. Default: 60.") var bodySeconds: String?
}

/// The collector's file, and the sets.
struct CollectorSettings: ParsableArguments {
    @Option(help: "The collector's SQLite file; or the servers of JetStream, nats://HOST:PORT, with commas between.")
    var database: String?
    @Option(name: .customLong("set"), help: "A set file; repeat it for all versions that vouchers come under.")
    var sets: [String] = []
    @Flag(help: "Take sets for tests; whoever made one knows its secret key.") var allowTestSets = false
}

/// The authority's store.
struct AuthoritySettings: ParsableArguments {
    @Option(help: "The authority's SQLite file; or PostgreSQL, postgresql://… As secret as the matching keys.")
    var authority: String?
    @Flag(help: "Make the authority's file, an error if there is one; or the tables and streams of a cluster.")
    var firstRun = false
}

/// What opens.
struct OpenerSettings: ParsableArguments {
    @Option(help: "The folder of the sets' secrets, by root; `secrets` beside each set unless given.")
    var secrets: String?
    @Option(
        name: .customLong("custodian"),
        help:
            "KEY.pub=URL: a custodian of sets whose key is divided, and where it is; http://127.0.0.1:PORT or unix:PATH."
    )
    var custodians: [String] = []
    @Option(help: "The file of the key by which custodians know this opener.") var coordinatorKey: String?
    @Option(help: "Seconds for which a custodian may be silent. Default: 30.") var custodianSeconds: String?
    @Option(help: "Seconds between looks at what came. Default: 5.") var openSeconds: String?
    @Flag(help: "Have the collector forget the bytes of vouchers that were opened. Then back the authority's file up.")
    var prune = false
}

/// A custodian of divided keys.
struct CustodianSettings: ParsableArguments {
    @Option(help: "The custodian's folder, as `sealedmatch authority init` makes it.") var folder: String?
    @Option(help: "Where coordinators' calls come: HOST:PORT, or unix:PATH. Default: 127.0.0.1:8080.")
    var listen: String?
    @Option(help: "Connections at a time. Default: 4096.") var connections: String?
    @Option(help: "Seconds for a request's header. Default: 30.") var headerSeconds: String?
    @Option(help: "Seconds for a request's body. Default: 60.") var bodySeconds: String?
}

/// What reveals.
struct RevealSettings: ParsableArguments {
    @Option(help: "The folder for case files.") var cases: String?
    @Option(name: .customLong("list"), help: "KEY.pub=LIST: a list that revealed fingerprints are compared with.")
    var lists: [String] = []
    @Flag(help: "Reveal without any list: no case file says what of it was listed.") var withoutLists = false
    @Option(help: "Seconds between reveals. Default: 300.") var revealSeconds: String?
}

/// The page on which people review cases.
struct ReviewPageSettings: ParsableArguments {
    @Option(help: "The library of cases, as `sealedmatch case init` makes it.") var library: String?
    @Option(help: "The file of the library's secret key.") var libraryKey: String?
    @Option(help: "Where the page is: HOST:PORT on loopback, or unix:PATH. Default: 127.0.0.1:8080.")
    var listen: String?
    @Option(help: "What browsers call the page: https://HOST; http://HOST:PORT of --listen unless given.")
    var origin: String?
    @Option(help: "The file of people's passwords, which `review-password` writes.") var passwords: String?
    @Option(help: "People are authenticated by a reverse proxy, which names them in this header field.")
    var proxyPerson: String?
    @Option(
        help:
            "The header field in which a reverse proxy names the client's address; tries to sign in are counted by it.")
    var proxyAddress: String?
    @Option(help: "A file with the secret that the proxy sends in SealedMatch-Proxy; needed unless --listen is unix:…")
    var proxySecretFile: String?
    @Option(help: "Minutes without a request after which a session ends. Default: 20.") var idleMinutes: String?
    @Option(help: "Hours after which a session ends. Default: 10.") var sessionHours: String?
    @Option(help: "Minutes of work after which people are reminded of a break. Default: 45.")
    var breakMinutes: String?
    @Option(help: "A program that reads a match's note and writes the picture that it is about.")
    var evidence: String?
    @Option(help: "Seconds that it may take. Default: 10.") var evidenceSeconds: String?
    @Option(help: "Bytes that it may write. Default: 16777216.") var evidenceBytes: String?
    @Option(help: "MiB of memory that it may use. Default: 512.") var evidenceMemory: String?
    @Option(help: "Connections at a time. Default: 256.") var connections: String?
    @Option(help: "Seconds for a request's header. Default: 30.") var headerSeconds: String?
    @Option(help: "Seconds for a request's body. Default: 60.") var bodySeconds: String?
}
