public import SealedMatchProtocol

/// An account and epoch as the authority sees it. Not for anybody outside: chance openings hide only so much.
public struct AccountState: Equatable, Sendable {
    /// Whose state it is.
    public let name: AccountEpoch
    /// Each (t, k) of its openings, in the order in which they are tried.
    public let forms: [FormCount]
    /// Quarantined openings that are kept.
    public let quarantined: Int
    /// The commitment of the first try.
    public let commitment: Commitment?
    /// K_e of the account and epoch is kept.
    public let isRevealed: Bool

    /// The fields, each as its property says; `forms` in any order.
    public init(
        name: AccountEpoch, forms: [FormCount], quarantined: Int, commitment: Commitment?, isRevealed: Bool
    ) {
        self.name = name
        self.forms = forms.sorted(by: FormCount.isTriedBefore)
        self.quarantined = quarantined
        self.commitment = commitment
        self.isRevealed = isRevealed
    }

    /// Vouchers with an opening that counts, of all forms.
    public var vouchers: Int { forms.reduce(0) { $0 + $1.vouchers } }
    /// Openings that count, matches and those by chance, of all forms: about M/N a voucher.
    public var openings: Int { forms.reduce(0) { $0 + $1.openings } }
    /// It is revealed, or a form of its openings is due.
    public var isDue: Bool { isRevealed || forms.contains(where: \.isDue) }
}
