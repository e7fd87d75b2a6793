import HTTPTypes
import SealedMatchCrypto
import Testing

@testable import SealedMatchFront

/// Bearer tokens: what names an account, and everything that does not.
@Suite struct TokenTests {
    static let now: UInt64 = 1_800_000_000

    /// A login that mints tokens.
    struct Login {
        let seed: UInt8
        var kid: String? = "k1"
        private func key() throws -> SigningKey {
            try SigningKey(seed: SecretBytes.copying([UInt8](repeating: seed, count: 32)))
        }

        func jwk() throws -> String {
            let id = kid.map { #","kid":"\#($0)""# } ?? ""
            return #"{"kty":"OKP","crv":"Ed25519","x":"\#(base64url(try key().publicKey.bytes))"\#(id)}"#
        }

        func token(_ claims: String, header: String = #"{"alg":"EdDSA","kid":"k1"}"#) throws -> String {
            let signed = base64url(Array(header.utf8)) + "." + base64url(Array(claims.utf8))
            return signed + "." + base64url(try key().sign(Array(signed.utf8)).encoded)
        }
    }

    static func base64url(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = Array(bytes[start..<min(start + 3, bytes.count)])
            let word = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
            for place in 0...group.count { text.append(letters[word >> (18 - 6 * place) & 63]) }
        }
        return text
    }

    private func authenticator(
        _ logins: [Login], issuer: String? = nil, audience: String? = nil
    ) throws -> TokenAuthenticator {
        let keys = try TokenKeys(Array("{\"keys\":[\(try logins.map { try $0.jwk() }.joined(separator: ","))]}".utf8))
        return TokenAuthenticator(keys: keys, issuer: issuer, audience: audience, now: { Self.now })
    }

    private func name(_ token: String, by authenticator: TokenAuthenticator) throws -> String {
        try authenticator.name([.authorization: "Bearer \(token)"])
    }

    @Test func namesTheSubject() throws {
        let login = Login(seed: 1)
        let token = try login.token(#"{"sub":"@carol:example.org","exp":1800000001}"#)
        #expect(try name(token, by: authenticator([login])) == "@carol:example.org")
        // Of several keys the one that `kid` names; without `kid` any of them.
        let other = Login(seed: 2, kid: "k2")
        #expect(try name(token, by: authenticator([other, login])) == "@carol:example.org")
        let plain = try login.token(#"{"sub":"é","exp":1800000000.5}"#, header: #"{"alg":"EdDSA"}"#)
        #expect(throws: AuthenticationFailure.self) { try name(plain, by: authenticator([other, login])) }
        let later = try login.token(#"{"sub":"é","exp":1800000009.5}"#, header: #"{"alg":"EdDSA"}"#)
        #expect(try name(later, by: authenticator([other, login])) == "é")
    }

    @Test(arguments: [
        #"{"sub":"c"}"#, #"{"sub":"c","exp":1800000000}"#, #"{"sub":"c","exp":"1900000000"}"#, #"{"exp":1900000000}"#,
        #"{"sub":"","exp":1900000000}"#, #"{"sub":7,"exp":1900000000}"#,
        #"{"sub":"c","exp":1900000000,"nbf":1800000001}"#, #"{"sub":"c","exp":1900000000,"nbf":"now"}"#,
        #"{"sub":"c","exp":1900000000,"sub":"d"}"#, #"{"sub":"c","exp":1e10}"#, "[]", "",
    ])
    func refusesClaims(_ claims: String) throws {
        let login = Login(seed: 1)
        #expect(throws: AuthenticationFailure.self) { try name(login.token(claims), by: authenticator([login])) }
    }

    @Test(arguments: [
        #"{"alg":"none"}"#, #"{"alg":"HS256","kid":"k1"}"#, #"{"alg":"ES256","kid":"k1"}"#, #"{"kid":"k1"}"#,
        #"{"alg":"EdDSA","kid":"k2"}"#, #"{"alg":"EdDSA","kid":7}"#, #"{"alg":"EdDSA","kid":"k1","crit":["b64"]}"#,
        #"{"alg":["EdDSA"]}"#, "x",
    ])
    func refusesHeaders(_ header: String) throws {
        let login = Login(seed: 1)
        let token = try login.token(#"{"sub":"c","exp":1900000000}"#, header: header)
        #expect(throws: AuthenticationFailure.self) { try name(token, by: authenticator([login])) }
    }

    @Test func refusesWhatIsNotSigned() throws {
        let login = Login(seed: 1)
        let authenticator = try authenticator([login])
        let token = try login.token(#"{"sub":"c","exp":1900000000}"#)
        #expect(try name(token, by: authenticator) == "c")
        let parts = token.split(separator: ".").map(String.init)
        let forged = Self.base64url(Array(#"{"sub":"d","exp":1900000000}"#.utf8))
        for wrong in [
            try Login(seed: 3).token(#"{"sub":"c","exp":1900000000}"#), "\(parts[0]).\(forged).\(parts[2])",
            "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1])", token + ".x", token + "A", "a.b.c", "",
            "\(parts[0]).\(parts[1]).\(parts[2])=", String(repeating: "a", count: 5_000),
        ] {
            #expect(throws: AuthenticationFailure.self, "\(wrong)") { try name(wrong, by: authenticator) }
        }
        for fields: HTTPFields in [
            [:], [.authorization: "Basic Y2Fyb2w6eA=="], [.authorization: token],
            [.authorization: "Bearer \(token)", .init("Authorization")!: "Bearer \(token)"],
        ] where fields[values: .authorization].count != 1 || !fields[.authorization]!.hasSuffix(" \(token)") {
            #expect(throws: AuthenticationFailure.self) { try authenticator.name(fields) }
        }
    }

    @Test func looksAtIssuerAndAudience() throws {
        let login = Login(seed: 1)
        let strict = try authenticator([login], issuer: "https://login", audience: "collector")
        for (claims, isGood) in [
            (#"{"sub":"c","exp":1900000000,"iss":"https://login","aud":"collector"}"#, true),
            (#"{"sub":"c","exp":1900000000,"iss":"https://login","aud":["x","collector"]}"#, true),
            (#"{"sub":"c","exp":1900000000,"iss":"https://other","aud":"collector"}"#, false),
            (#"{"sub":"c","exp":1900000000,"iss":"https://login","aud":["x"]}"#, false),
            (#"{"sub":"c","exp":1900000000,"iss":"https://login"}"#, false),
            (#"{"sub":"c","exp":1900000000,"aud":"collector"}"#, false),
        ] {
            #expect((try? name(login.token(claims), by: strict)) == (isGood ? "c" : nil), "\(claims)")
        }
    }

    @Test(arguments: [
        "", "[]", #"{"keys":7}"#, #"{"keys":[]}"#, #"{"keys":[{"kty":"RSA","n":"AQAB"}]}"#,
        #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}"#,
        #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","d":"AA"}]}"#,
    ])
    func refusesKeySets(_ file: String) { #expect(throws: TokenKeys.Unusable.self) { try TokenKeys(Array(file.utf8)) } }

    @Test func base64urlHasOneTextForEachBytes() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            let text = Array(Self.base64url(bytes).utf8)
            #expect(Base64URL.decode(text[...]) == bytes)
        }
        for text in ["A", "AB=", "AB", "AAB", "A A", "AA+A", "AA/A"] {
            #expect(Base64URL.decode(Array(text.utf8)[...]) == nil, "\(text)")
        }
    }

    @Test func aProxyProvesItself() throws {
        let secret = Array("0123456789abcdef".utf8)
        let proof = try #require(HTTPField.Name("SealedMatch-Proxy"))
        let account = try #require(HTTPField.Name("X-Account"))
        let proxy = try ProxyAuthenticator(account: "X-Account", secret: secret)
        #expect(try proxy.name([account: "carol", proof: "0123456789abcdef"]) == "carol")
        for fields: HTTPFields in [
            [account: "carol"], [account: "carol", proof: "0123456789abcdeF"], [proof: "0123456789abcdef"],
            [account: "carol", account: "dave", proof: "0123456789abcdef"], [account: "carol", proof: ""],
        ] {
            #expect(throws: AuthenticationFailure.self) { try proxy.name(fields) }
        }
        #expect(try ProxyAuthenticator(account: "X-Account", secret: nil).name([account: "carol"]) == "carol")
        for name in [
            "", "a b", "a:b", "a\r\nb", "ä", ":path", "Cookie", "HOST", "Origin", "authorization", "Content-Length",
            "Transfer-Encoding", "Sec-Fetch-Site", "Accept", "User-Agent", "SealedMatch-Proxy", "X-Forwarded-For",
        ] {
            #expect(throws: ProxyAuthenticator.Unusable.self, "\(name)") {
                try ProxyAuthenticator(account: name, secret: nil)
            }
        }
        for name in ["X-Person", "Remote-User", "X-Forwarded-User", "X-Real-IP", "SealedMatch-Account"] {
            _ = try ProxyAuthenticator(account: name, secret: nil)
        }
        #expect(throws: ProxyAuthenticator.Unusable.self) { try ProxyAuthenticator(account: "a", secret: [1, 2]) }
    }
}
