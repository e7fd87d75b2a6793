import Foundation
import SealedMatchReports
import Testing

@Suite struct CurlSenderTests {
    /// Nobody listens: it is known that nothing was sent, and a body that nobody reads ends nothing.
    @Test func unsent() throws {
        let sender = CurlSender(credentials: nil, seconds: 10)
        for url in [
            "http://127.0.0.1:1/x", "https://127.0.0.1:1/x", "http://example.org/", "no address",
            "http://127.0.0.1:{1,2}/", "http://127.0.0.1:1/[1-3]",
        ] {
            let outcome = sender.send(HTTPRequest("POST", url, body: [UInt8](repeating: 7, count: 8 << 20)))
            guard case .unsent = outcome else {
                Issue.record("\(url): \(outcome)")
                continue
            }
        }
    }
}
