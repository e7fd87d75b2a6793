/// Which cases a list shows: those for which all that is set holds.
public struct CaseFilter: Equatable, Sendable {
    /// Of this state.
    public var state: CaseState?
    /// With this outcome.
    public var outcome: CaseOutcome?
    /// Of this person.
    public var assignee: String?
    /// Of this epoch.
    public var epoch: UInt32?
    /// Whose pseudonym begins with these bytes.
    public var pseudonym: [UInt8]?
    /// That the policy lets be erased at this time, in seconds since 1970.
    public var erasable: UInt64?

    /// All cases.
    public init() {}
}
