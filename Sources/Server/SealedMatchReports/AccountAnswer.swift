internal import SealedMatchJSON

/// Who an account is, as the messenger answered to a signed request. Each text is the messenger's: escape it where it
/// is shown.
package struct AccountAnswer: Equatable, Sendable {
    /// What the messenger calls the account.
    package let identifier: String
    package let screenName: String?
    package let displayName: String?
    /// nil also where the answer had one that is none.
    package let email: String?
    /// The answer had an e-mail address that is none: it is left out of reports, which say so.
    package let isEmailLeftOut: Bool

    package init(
        identifier: String, screenName: String? = nil, displayName: String? = nil, email: String? = nil,
        isEmailLeftOut: Bool = false
    ) {
        self.identifier = identifier
        self.screenName = screenName
        self.displayName = displayName
        let isOne = email.map { EmailAddress.isOne($0) } ?? true
        self.email = isOne ? email : nil
        self.isEmailLeftOut = isEmailLeftOut || !isOne
    }

    /// - Returns: nil for what is no such answer.
    init?(_ json: JSON?) {
        guard case .object(let members)? = json, let identifier = Self.text(members["identifier"]) else { return nil }
        self.init(
            identifier: identifier, screenName: Self.text(members["screenName"]),
            displayName: Self.text(members["displayName"]), email: Self.text(members["email"]),
            isEmailLeftOut: Self.isEmailLeftOut(members))
    }

    /// One that is no text, or too long, is none; and so it was read before, where a journal says it.
    private static func isEmailLeftOut(_ members: [String: JSON]) -> Bool {
        if case .boolean(true)? = members["emailLeftOut"] { return true }
        return switch members["email"] {
        case nil, .null: false
        default: text(members["email"]) == nil
        }
    }

    /// As a journal keeps it.
    var json: JSON {
        var members: [String: JSON] = ["identifier": .text(identifier)]
        for (name, value) in [("screenName", screenName), ("displayName", displayName), ("email", email)] {
            if let value { members[name] = .text(value) }
        }
        if isEmailLeftOut { members["emailLeftOut"] = .boolean(true) }
        return .object(members)
    }

    private static func text(_ json: JSON?) -> String? {
        if case .text(let text)? = json, (1...255).contains(text.utf8.count) { text } else { nil }
    }
}
