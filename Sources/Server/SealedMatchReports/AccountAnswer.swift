internal import SealedMatchJSON

/// Who an account is, as the messenger answered to a signed request. Each text is the messenger's: escape it where it
/// is shown.
package struct AccountAnswer: Equatable, Sendable {
    /// What the messenger calls the account.
    package let identifier: String
    package let screenName: String?
    package let displayName: String?
    package let email: String?

    package init(identifier: String, screenName: String? = nil, displayName: String? = nil, email: String? = nil) {
        self.identifier = identifier
        self.screenName = screenName
        self.displayName = displayName
        self.email = email
    }

    /// - Returns: nil for what is no such answer.
    init?(_ json: JSON?) {
        guard case .object(let members)? = json, let identifier = Self.text(members["identifier"]) else { return nil }
        self.init(
            identifier: identifier, screenName: Self.text(members["screenName"]),
            displayName: Self.text(members["displayName"]), email: Self.text(members["email"]))
    }

    private static func text(_ json: JSON?) -> String? {
        if case .text(let text)? = json, (1...255).contains(text.utf8.count) { text } else { nil }
    }
}
