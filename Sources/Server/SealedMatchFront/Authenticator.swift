public import HTTPTypes
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// Who sends a request: the seam between the front and the messenger's own accounts. Two are here, `TokenAuthenticator`
/// and `ProxyAuthenticator`.
public protocol Authenticator: Sendable {
    /// The messenger's own name for the account that sends a request, UTF-8, 1 to 4,096 bytes.
    ///
    /// - Throws: `AuthenticationFailure` when the request is nobody's.
    func name(_ headers: HTTPFields) async throws(AuthenticationFailure) -> String
}

/// Why a request is nobody's: a reply 401.
public struct AuthenticationFailure: Error {
    /// For a person. It quotes nothing of the request.
    let detail: String
    /// What the reply's `WWW-Authenticate` says (RFC 9110, 11.6.1).
    let challenge: String?

    /// - Parameters:
    ///   - detail: what is wrong, and what to do.
    ///   - challenge: of `WWW-Authenticate`, for example `Bearer`.
    public init(_ detail: String, challenge: String? = nil) {
        self.detail = detail
        self.challenge = challenge
    }
}

extension Authenticator {
    /// The account that sends a request: the one place where names become accounts.
    func account(_ headers: HTTPFields) async throws(Problem) -> AccountID {
        do throws(AuthenticationFailure) {
            let name = try await name(headers)
            do throws(SealedMatchError) {
                return try AccountID(name: Array(name.utf8))
            } catch {
                throw AuthenticationFailure("the account's name is empty, or longer than 4,096 bytes")
            }
        } catch {
            var fields: HTTPFields = [:]
            fields[.wwwAuthenticate] = error.challenge
            throw Problem(.unauthorized, error.detail, fields: fields)
        }
    }
}
