public import SealedMatchProtocol

/// An opening as the authority keeps it.
public struct KeptOpening: Equatable, Sendable {
    /// Its number in the store, no other opening's: it says nothing of when it was recorded.
    public let number: Int64
    /// What the slot opened to.
    public let opening: Opening
    /// Beyond the account's cap: never decoded, but tested as a match after a reveal.
    public let quarantined: Bool

    /// The fields, each as its property says.
    public init(number: Int64, opening: Opening, quarantined: Bool) {
        self.number = number
        self.opening = opening
        self.quarantined = quarantined
    }
}
