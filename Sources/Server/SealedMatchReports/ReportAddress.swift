internal import Foundation

/// Where something is sent: `https://…`; `http://` to this machine alone.
package struct ReportAddress: Equatable, Sendable {
    /// As it was given, without a slash at its end.
    package let text: String
    /// It is this machine.
    package let isLoopback: Bool
    /// Without TLS.
    package let isPlain: Bool
    /// Equal of two addresses that are the same: letters of the host are small, and the usual port is left out.
    let canonical: String

    /// - Throws: `ReportFailure` for anything else, also for one with a name, a password, a query or a fragment, and
    ///   for one that programs may read as several (`WebAddress`).
    package init(_ text: String) throws(ReportFailure) {
        let parts = try WebAddress(text)
        guard parts.scheme == "https" || parts.scheme == "http", parts.query == nil, parts.fragment == nil else {
            throw ReportFailure("\(VisibleText.of(text, limit: 300)): is no address of the form https://HOST/PATH")
        }
        isLoopback = ["127.0.0.1", "localhost", "::1", "[::1]"].contains(parts.host)
        isPlain = parts.scheme == "http"
        guard !isPlain || isLoopback else {
            throw ReportFailure("\(text): is without TLS; http:// is for this machine alone")
        }
        self.text = text.hasSuffix("/") ? String(text.dropLast()) : text
        let port = parts.port ?? (isPlain ? 80 : 443)
        let path = parts.path.hasSuffix("/") ? String(parts.path.dropLast()) : parts.path
        canonical = "\(parts.scheme)://\(parts.host):\(port)\(path)"
    }

    /// Whether both are one place.
    package static func == (a: ReportAddress, b: ReportAddress) -> Bool { a.canonical == b.canonical }
}
