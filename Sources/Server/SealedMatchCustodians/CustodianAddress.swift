package import SealedMatchCrypto

/// Where a custodian is reached from here: `http://HOST:PORT` on loopback, or `unix:PATH`. TLS to another machine is
/// the matter of a proxy on this one.
package enum CustodianAddress: Equatable, Sendable {
    case loopback(port: UInt16)
    case unix(String)

    /// - Throws: `parameterOutOfRange` for anything else.
    package init(_ text: String) throws(SealedMatchError) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard (1...107).contains(path.utf8.count) else {
                throw SealedMatchError(.parameterOutOfRange, "a Unix socket's path has 1 to 107 bytes")
            }
            self = .unix(path)
            return
        }
        for prefix in ["http://127.0.0.1:", "http://localhost:"] where text.hasPrefix(prefix) {
            let rest = text.dropFirst(prefix.count)
            if let port = UInt16(rest.hasSuffix("/") ? rest.dropLast() : rest) {
                self = .loopback(port: port)
                return
            }
        }
        throw SealedMatchError(
            .parameterOutOfRange,
            "a custodian's address is http://127.0.0.1:PORT or unix:PATH; a proxy there does TLS to other machines")
    }
}
