internal import SealedMatchCrypto

/// Which NATS servers hold a deployment's intake, and how they are spoken to.
public struct JetStreamOptions: Sendable {
    /// How a client shows who it is.
    public enum Credentials: Sendable {
        case none
        case user(String, password: String)
        case token(String)
        /// A public NKey, `U…`, and the file with its seed.
        case nkey(String, seedFile: String)
        /// A file with a user's JWT and seed, as `nsc` writes it.
        case file(String)
    }

    /// `nats://HOST:PORT` or `tls://HOST:PORT`, of one or more servers of the cluster. One that does not answer gives
    /// way to another.
    public var servers: [String]
    /// The deployment's name: 1 to 32 characters of `A–Z a–z 0–9 _ -`. Streams are `NAME_registrations` and
    /// `NAME_vouchers`, subjects begin with `NAME.`. One cluster may hold several deployments.
    public var name: String
    /// How the servers know this client.
    public var credentials = Credentials.none
    /// The certificates, in PEM, of those who may sign a server's; nil for those that the system trusts. With one, TLS
    /// is always used.
    public var authorityFile: String?
    /// This client's own certificate and key, in PEM, where the servers ask for one.
    public var certificateFiles: CertificateFiles?

    /// How many servers keep each message: odd, 1 to 5. It is looked at when streams are made, and compared when they
    /// are opened. Below 3, one machine's end may lose what was acknowledged.
    public var replicas = 3
    /// Bytes that the stream of vouchers may have on each server; then it is full, and takes no more. nil for no bound
    /// but the servers'. Looked at when streams are made, compared when they are opened.
    public var maximumBytes: Int?

    /// How long a call tries again, in seconds, while servers restart or choose a leader. Then it throws.
    public var patience = 10.0
    /// Bytes of vouchers in a message, at most. Servers take 1 MiB with its headers.
    public var frameBytes = 900_000
    /// Messages of vouchers that are on their way at a time.
    public var framesInFlight = 2
    /// Bytes of vouchers that wait to be sent, at most; beyond them calls fail at once, with `fileFailed`.
    public var waitingBytes = 64 << 20
    /// Registrations that are remembered, at most; each takes about 500 bytes, and its signature.
    public var rememberedRegistrations = 100_000
    /// How long a registration, and the epoch before which all has expired, are remembered, in seconds. So much later
    /// all fronts know of an erasure or an expiry; what they took until then, openers drop.
    public var remembering = 30.0

    /// How long an opener may hold what it leased, in seconds; then another one gets it.
    public var leaseSeconds = 60.0
    /// How often a message may be leased; then openers set it aside.
    public var deliveries = 32

    /// Told what servers answered when something failed: one line, for a log. It holds names of streams and numbers,
    /// and neither accounts nor pseudonyms.
    public var report: (@Sendable (String) -> Void)?

    /// The defaults.
    public init(servers: [String], name: String) {
        self.servers = servers
        self.name = name
    }

    func check() throws(SealedMatchError) {
        let letters = name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
                || byte == 45
        }
        guard letters, (1...32).contains(name.utf8.count) else {
            throw SealedMatchError(.parameterOutOfRange, "a deployment's name has 1 to 32 letters, digits, _ and -")
        }
        guard !servers.isEmpty, [1, 3, 5].contains(replicas), (1_024...1_000_000).contains(frameBytes),
            framesInFlight > 0, waitingBytes > 0, rememberedRegistrations > 0, remembering >= 0,
            patience > 0, patience < 3_600, leaseSeconds >= 1, leaseSeconds < 86_400, deliveries > 0,
            maximumBytes.map({ $0 > 0 }) ?? true
        else { throw SealedMatchError(.parameterOutOfRange, "an option of the work queue is out of its range") }
    }
}

/// A client's certificate for TLS.
public struct CertificateFiles: Sendable {
    /// The certificate, and those between it and its authority, in PEM.
    public let certificate: String
    /// Its private key, in PEM.
    public let key: String

    /// The fields, each as its property says.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
