/// What `PostgreSQLOpenings.encryptAnew` did.
public struct KeyChange: Equatable, Sendable {
    /// Cells that are under the first key now, and were under another.
    public var changed = 0
    /// Cells that open under none of the keys. They were left as they are.
    public var damaged = 0

    /// Nothing yet.
    public init() {}
}
