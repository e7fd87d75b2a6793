public import HTTPTypes
internal import SealedMatchCrypto
internal import SealedMatchJSON

/// The account that a bearer token names (RFC 6750): a signed JSON Web Token (RFC 7519) of the messenger's own login,
/// with `alg` EdDSA over Ed25519 (RFC 8037), and the key by `kid`.
///
/// Looked at are `sub`, the account's name; `exp`, which must be there; `nbf`; and `iss` and `aud` where they are set
/// here. A token is good until it expires: keep it short-lived.
public struct TokenAuthenticator: Authenticator {
    /// Longest token that is looked at, in bytes.
    public static let maximumCount = 4_096

    private let keys: TokenKeys
    private let issuer: String?
    private let audience: String?
    private let now: @Sendable () -> UInt64

    /// - Parameters:
    ///   - keys: that tokens may be signed by.
    ///   - issuer: what `iss` has to be; nil looks at none.
    ///   - audience: what `aud` has to name; nil looks at none.
    ///   - now: seconds since 1970.
    public init(
        keys: TokenKeys, issuer: String? = nil, audience: String? = nil, now: @escaping @Sendable () -> UInt64
    ) {
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
        self.now = now
    }

    /// The token's `sub`.
    public func name(_ headers: HTTPFields) throws(AuthenticationFailure) -> String {
        let fields = headers[values: .authorization]
        guard let field = fields.first, fields.count == 1, field.prefix(7).lowercased() == "bearer " else {
            throw AuthenticationFailure("a bearer token is needed: Authorization: Bearer …", challenge: "Bearer")
        }
        let token = field.dropFirst(7).utf8
        do throws(TokenFailure) {
            guard token.count <= Self.maximumCount else { throw TokenFailure("it is longer than 4,096 bytes") }
            return try subject(of: Array(token))
        } catch {
            throw AuthenticationFailure(
                "the bearer token is not good: \(error.reason)", challenge: "Bearer error=\"invalid_token\"")
        }
    }

    struct TokenFailure: Error {
        let reason: StaticString
        init(_ reason: StaticString) { self.reason = reason }
    }

    private func subject(of token: [UInt8]) throws(TokenFailure) -> String {
        // JWS compact serialization (RFC 7515, 7.1): header.payload.signature, each base64url without padding.
        let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw TokenFailure("it is no JSON Web Token in compact form") }
        guard case .object(let fields)? = try? JSON(parsing: header) else {
            throw TokenFailure("its header is no JSON")
        }
        // The algorithm is this one, whatever the token would like: RFC 8725, 3.1.
        guard fields["alg"] == .text("EdDSA") else { throw TokenFailure("its algorithm is not EdDSA") }
        // RFC 7515, 4.1.11: what is critical and not known is refused.
        guard fields["crit"] == nil else { throw TokenFailure("it has critical header fields") }
        let signed = Array(token[..<(parts[1].endIndex)])
        guard let signature = try? Signature(canonical: signature),
            keys.candidates(fields["kid"]).contains(where: { signature.verifies(signed, publicKey: $0) })
        else { throw TokenFailure("it is not signed by a key that is known here") }
        guard case .object(let claims)? = try? JSON(parsing: payload) else {
            throw TokenFailure("its claims are no JSON")
        }
        return try subject(claims)
    }

    private func subject(_ claims: [String: JSON]) throws(TokenFailure) -> String {
        let now = Int128(now())
        guard let end = claims["exp"], let end = Self.seconds(end), now < end else {
            throw TokenFailure("it has expired, or has no exp in seconds; log in again")
        }
        if let start = claims["nbf"] {
            guard let start = Self.seconds(start), start <= now else { throw TokenFailure("it is not valid yet") }
        }
        if let issuer {
            guard claims["iss"] == .text(issuer) else { throw TokenFailure("it is of another issuer") }
        }
        if let audience {
            let named: Bool
            switch claims["aud"] {
            case .text(let only)?: named = JSON.text(only) == .text(audience)
            case .list(let all)?: named = all.contains(.text(audience))
            default: named = false
            }
            guard named else { throw TokenFailure("it is for another audience") }
        }
        guard case .text(let name)? = claims["sub"], !name.isEmpty else { throw TokenFailure("it names no account") }
        return name
    }

    /// Seconds since 1970; a fraction (RFC 7519, section 2, NumericDate) is left out.
    private static func seconds(_ value: JSON) -> Int128? {
        switch value {
        case .integer(let seconds): seconds
        case .otherNumber(let written) where written.allSatisfy { $0.isNumber || $0 == "." }:
            Int128(written.prefix { $0 != "." })
        default: nil
        }
    }
}
