internal import SealedMatchJSON

/// What the messenger answered.
package struct MessengerReply: Sendable {
    /// What follows from it.
    package enum Outcome: String, Sendable {
        /// The messenger says that it did what it was asked.
        case done
        /// It will not. Nothing is sent again.
        case refused
        /// Not yet, or not known: the same is sent again later.
        case later
    }

    package let outcome: Outcome
    package let status: Int
    /// The messenger's own words. Escape them where they are shown.
    package let said: String
    /// What the messenger calls what it did.
    package let reference: String?
    package let account: AccountAnswer?

    /// - Parameters:
    ///   - id: of the request: an answer to another one is none.
    ///   - kind: of the request: `account` has to be answered with one.
    package init(_ outcome: HTTPOutcome, id: String, kind: String) {
        switch outcome {
        case .unsent(let why), .unknown(let why): self.init(.later, 0, why)
        case .reply(let status, let body): self.init(status, body, id, kind)
        }
    }

    private init(
        _ outcome: Outcome, _ status: Int, _ said: String, reference: String? = nil, account: AccountAnswer? = nil
    ) {
        self.outcome = outcome
        self.status = status
        self.said = said
        self.reference = reference
        self.account = account
    }

    private init(_ status: Int, _ body: [UInt8], _ id: String, _ kind: String) {
        var members: [String: JSON] = [:]
        if case .object(let found)? = try? JSON(parsing: body) { members = found }
        func text(_ name: String, _ most: Int) -> String? {
            if case .text(let text)? = members[name], (1...most).contains(text.utf8.count) { text } else { nil }
        }
        let said = VisibleText.of(text("said", 4_096) ?? "HTTP status \(status)", limit: 1_000)
        guard (200..<300).contains(status) else {
            // A redirect is not followed: who answers there is not who was asked.
            let isFinal = (300..<500).contains(status) && ![408, 425, 429].contains(status)
            self.init(isFinal ? .refused : .later, status, said)
            return
        }
        guard text("id", 64) == id else {
            self.init(.later, status, "the answer does not name this request")
            return
        }
        switch text("status", 16) {
        case "done":
            let account = AccountAnswer(members["account"])
            guard kind != "account" || account != nil else {
                self.init(.later, status, "the answer names no account")
                return
            }
            self.init(
                .done, status, said, reference: text("reference", 200), account: kind == "account" ? account : nil)
        case "refused": self.init(.refused, status, said)
        default: self.init(.later, status, said)
        }
    }
}
