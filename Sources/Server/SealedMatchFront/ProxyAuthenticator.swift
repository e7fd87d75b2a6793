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
            throw Unusable(description: "“\(account)” is no name of a header field")
        }
        if let secret {
            guard secret.count >= 16 else { throw Unusable(description: "the proxy's secret has less than 16 bytes") }
        }
        self.account = name
        do throws(SealedMatchError) {
            self.secret = if let secret { try ArrivedVoucher.digest(secret) } else { nil }
        } catch {
            throw Unusable(description: "\(error)")
        }
        proof = .proxyProof
    }

    /// Why an authenticator cannot be made.
    public struct Unusable: Error, CustomStringConvertible {
        /// For a person.
        public let description: String
    }

    /// The name in the field.
    public func name(_ headers: HTTPFields) throws(AuthenticationFailure) -> String {
        if let secret {
            guard let shown = headers[proof], (try? ArrivedVoucher.digest(Array(shown.utf8))) == secret else {
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
