internal import HTTPTypes
internal import SealedMatchCases
internal import SealedMatchCrypto

/// A request that is not answered as it asks, and the page that says so.
struct Refusal: Error {
    let status: HTTPResponse.Status
    let title: String
    let words: Markup
    /// Seconds until the next try.
    var retryAfter: Int?

    init(_ status: HTTPResponse.Status, _ title: String, _ words: Markup, retryAfter: Int? = nil) {
        self.status = status
        self.title = title
        self.words = words
        self.retryAfter = retryAfter
    }

    /// One of the library's errors.
    /// - Parameters:
    ///   - back: where people go on from.
    ///   - form: the way back that keeps what they wrote; a link unless given.
    init(_ error: SealedMatchError, back: String, form: Markup? = nil) {
        let reason = "\(error.reason)"
        let words: Markup = """
            <p>\(reason.prefix(1).uppercased() + reason.dropFirst()). Nothing was recorded.</p>
            \(form ?? "<p><a href=\"\(back)\" accesskey=\"b\">Back</a></p>")
            """
        switch error.code {
        case .roleRefused: self.init(.forbidden, "Not for your role", words)
        case .stepRefused, .alreadyReviewed: self.init(.conflict, "Not now", words)
        case .policyRefused: self.init(.conflict, "The policy forbids this", words)
        case .parameterOutOfRange, .wrongLength: self.init(.badRequest, "Not like this", words)
        case .unknownCase: self.init(.notFound, "No such case", words)
        case .brokenChain, .damagedStore:
            self.init(
                .serviceUnavailable, "The library is damaged",
                """
                <p><strong>Stop work on this library, and tell whoever runs it.</strong> \(reason) \
                [error \(error.code.rawValue)]</p>
                """)
        default:
            self.init(
                .serviceUnavailable, "The library cannot be used now",
                "<p>\(reason) [error \(error.code.rawValue)]. Try again; if this stays, tell whoever runs it.</p>",
                retryAfter: 10)
        }
    }
}

/// Nobody has signed in: to the form, and back to the page.
struct NotSignedIn: Error {}
