internal import Foundation

/// A web address that names one place to whoever reads it. The program curl takes braces and brackets for lists
/// (`{a,b}`, `[1-3]`) and would send to each; other readers see a name and a password as the host.
package struct WebAddress: Sendable {
    /// In small letters.
    package let scheme: String
    /// In small letters; an IPv6 address in brackets.
    package let host: String
    package let port: Int?
    package let path: String
    package let query: String?
    package let fragment: String?

    /// - Throws: `ReportFailure` for control characters, spaces, what is not ASCII, braces, backslashes, quotes, angle
    ///   brackets; for brackets but those of an IPv6 host; for a name or a password; for one without a host.
    package init(_ text: String) throws(ReportFailure) {
        func wrong(_ what: String) -> ReportFailure {
            ReportFailure("\(VisibleText.of(text, limit: 300)): is no address: \(what)")
        }
        guard (1...2_000).contains(text.utf8.count) else { throw wrong("it has 1 to 2,000 characters") }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw wrong("a space, a control character, or a character that is not ASCII")
        }
        guard !text.utf8.contains(where: { Self.refused.contains($0) }) else {
            throw wrong("one of { } \\ \" < > ^ ` |")
        }
        guard let mark = text.firstRange(of: "://") else { throw wrong("no https:// in front") }
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else { throw wrong("a name or a password is in it") }
        let behind = rest[authority.endIndex...]
        guard !behind.contains("["), !behind.contains("]") else { throw wrong("[ ] outside of an IPv6 host") }
        if authority.contains("[") || authority.contains("]") {
            let inside = authority.dropFirst().prefix { $0 != "]" }
            let after = authority[inside.endIndex...].dropFirst()
            guard authority.first == "[", inside.endIndex < authority.endIndex, Self.isIPv6(String(inside)),
                after.isEmpty || after.first == ":"
            else { throw wrong("[ ] outside of an IPv6 host") }
        }
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            let host = parts.host?.lowercased(), !host.isEmpty, parts.user == nil, parts.password == nil
        else { throw wrong("it has not the form https://HOST/PATH") }
        guard parts.port.map({ (1...65_535).contains($0) }) ?? !authority.hasSuffix(":") else {
            throw wrong("its port is none")
        }
        self.scheme = scheme
        self.host = host
        port = parts.port
        path = parts.percentEncodedPath
        query = parts.percentEncodedQuery
        fragment = parts.percentEncodedFragment
    }

    private static let refused = Set("{}\\\"<>^`|".utf8)

    private static func isIPv6(_ text: String) -> Bool {
        var address = in6_addr()
        return unsafe inet_pton(AF_INET6, text, &address) == 1
    }
}
