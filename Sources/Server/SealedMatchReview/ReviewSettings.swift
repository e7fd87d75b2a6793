package import SealedMatchCrypto

/// What an operator sets for the page.
package struct ReviewSettings: Sendable {
    /// What browsers call it, without a path: `https://review.example.org`, or `http://127.0.0.1:8080`.
    package let origin: String
    /// When sessions end.
    package var sessions = Sessions.Limits()
    /// The text in which a reverse proxy names the client's address, of a request's fields; nil: nobody knows it.
    package var address: @Sendable (ReviewGate.Headers) -> String? = { _ in nil }

    /// Whether cookies are for encrypted connections alone: unless it is a page of this machine itself.
    var isSecure: Bool { origin.hasPrefix("https://") }
    /// The session's cookie. A name that begins so is of exactly this host.
    var cookie: String { isSecure ? "__Host-sealedmatch" : "sealedmatch" }
    /// What the form for signing in is recognised by.
    var startCookie: String { cookie + "-start" }

    /// - Throws: `parameterOutOfRange` for what is no origin, and for one that is neither encrypted nor of this
    ///   machine.
    package init(origin: String) throws(SealedMatchError) {
        let parts = origin.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty, !parts[2].isEmpty, parts[0] == "https:" || parts[0] == "http:",
            parts[2].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: "\"") })
        else { throw SealedMatchError(.parameterOutOfRange, "an origin is https://HOST, or http://127.0.0.1:PORT") }
        let host = parts[2].hasPrefix("[") ? parts[2].prefix { $0 != "]" } + "]" : parts[2].prefix { $0 != ":" }
        guard parts[0] == "https:" || ["127.0.0.1", "[::1]", "localhost"].contains(host) else {
            throw SealedMatchError(.parameterOutOfRange, "without https a page is for 127.0.0.1 alone")
        }
        self.origin = origin.lowercased()
    }
}

/// How people come in.
package enum ReviewGate: Sendable {
    case passwords(SignIn)
    /// A reverse proxy has authenticated them, and names them.
    case proxy(@Sendable (Headers) -> String?)

    /// The fields of a request.
    package typealias Headers = HTTPFields
}

package import HTTPTypes
