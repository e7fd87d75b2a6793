public import HTTPTypes
internal import SealedMatchCollector
internal import SealedMatchCrypto

/// The account that a reverse proxy has authenticated and names in a header field.
///
/// Anybody who can send to the front can write that field. So the front listens on a Unix socket that only the proxy
/// may use, or the proxy proves itself by a secret in another field. The proxy has to remove both fields from what
/// comes from outside.
public struct ProxyAuthenticator: Authenticator {
    private let account: HTTPField.Name
    private let proof: HTTPField.Name
    // Digests are compared: how far two of them agree says nothing of the secret.
    private let secret: Bytes32?

    /// - Parameters:
    ///   - account: the field that names the account, UTF-8.
    ///   - secret: what `SealedMatch-Proxy` has to hold, 16 bytes at least; nil where only the proxy reaches the
    ///     socket.
    /// - Throws: `ProxyAuthenticator.Unusable`.
    public init(account: String, secret: [UInt8]?) throws(Unusable) {
        guard let name = HTTPField.Name(account) else {
            throw Unusable(description: "“\(account)” is no name of a header field: letters, digits and -")
        }
        guard !Self.isTaken(name) else {
            throw Unusable(
                description: "“\(account)” has a meaning of its own in HTTP, and clients write it: choose another name")
        }
        if let secret {
            guard secret.count >= 16 else { throw Unusable(description: "the proxy's secret has less than 16 bytes") }
        }
        self.account = name
        do throws(SealedMatchError) {
            self.secret = if let secret { try KDF.plainDigest(of: secret) } else { nil }
        } catch {
            throw Unusable(description: "\(error)")
        }
        proof = .proxyProof
    }

    /// Fields that browsers, HTTP itself or proxies write, whoever the client is: none of them names anybody.
    private static func isTaken(_ name: HTTPField.Name) -> Bool {
        let text = name.canonicalName
        return text == HTTPField.Name.proxyProof.canonicalName || text.hasPrefix(":") || taken.contains(text)
            || ["sec-", "accept", "access-control-", "content-", "if-"].contains { text.hasPrefix($0) }
    }

    private static let taken: Set = [
        "age", "allow", "alt-used", "authorization", "cache-control", "connection", "cookie", "date", "dnt",
        "early-data", "etag", "expect", "forwarded", "from", "host", "keep-alive", "last-modified", "link", "location",
        "max-forwards", "origin", "pragma", "priority", "proxy-authenticate", "proxy-authorization", "proxy-connection",
        "purpose", "range", "referer", "save-data", "server",
        "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent",
        "vary",
        "via", "warning", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto", "x-moz",
        "x-purpose", "x-requested-with",
    ]

    /// Why an authenticator cannot be made.
    public struct Unusable: Error, CustomStringConvertible {
        /// For a person.
        public let description: String
    }

    /// The name in the field.
    public func name(_ headers: HTTPFields) throws(AuthenticationFailure) -> String {
        if let secret {
            guard let shown = headers[proof], (try? KDF.plainDigest(of: Array(shown.utf8))) == secret else {
                throw AuthenticationFailure(
                    "the reverse proxy has not proved itself: SealedMatch-Proxy is missing or wrong")
            }
        }
        let names = headers[values: account]
        guard let name = names.first, names.count == 1 else {
            throw AuthenticationFailure("the reverse proxy has named no account, or several")
        }
        return name
    }
}

extension HTTPField.Name {
    /// What a reverse proxy proves itself with.
    static let proxyProof: HTTPField.Name = {
        guard let name = HTTPField.Name("SealedMatch-Proxy") else { preconditionFailure("a name of a field") }
        return name
    }()
}
