internal import Foundation

/// Where something is sent: `https://…`; `http://` to this machine alone.
package struct ReportAddress: Equatable, Sendable {
    /// Without a slash at its end.
    package let text: String
    /// It is this machine.
    package let isLoopback: Bool
    /// Without TLS.
    package let isPlain: Bool

    /// - Throws: `ReportFailure` for anything else, also for one with a name, a password, a query or a fragment.
    package init(_ text: String) throws(ReportFailure) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), scheme == "https" || scheme == "http",
            let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil, parts.query == nil,
            parts.fragment == nil, !text.contains("\\"), !text.contains("\"")
        else { throw ReportFailure("\(text): is no address of the form https://HOST/PATH") }
        isLoopback = ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host.lowercased())
        isPlain = scheme == "http"
        guard !isPlain || isLoopback else {
            throw ReportFailure("\(text): is without TLS; http:// is for this machine alone")
        }
        self.text = text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
