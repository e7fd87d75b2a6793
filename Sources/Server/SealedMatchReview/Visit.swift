internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// Somebody who has signed in, at one request.
struct Visit: Sendable {
    let person: String
    let role: CaseRole
    /// The rules in force.
    let library: CaseLibrary
    /// The session's name in `Sessions`.
    let session: Bytes32
    /// What each form holds.
    let token: Bytes32
    /// Matches seen since midnight.
    let seenToday: Int
    /// For how long without a pause, once that is too long.
    let worked: Duration?
    /// Whether this page signs people in and out, and no proxy does.
    let signsIn: Bool
    /// A session that begins with this request.
    let newCookie: String?

    func may(_ action: CaseAction) -> Bool { role.may(action) }

    /// In each form.
    var formToken: Markup { "<input type=\"hidden\" name=\"token\" value=\"\(Hexadecimal.text(token.bytes))\">" }
}
