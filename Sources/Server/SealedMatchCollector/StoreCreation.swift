/// Whether a store may be made: its file, or its schema in a database server.
public enum StoreCreation: Sendable {
    /// Never: one that is missing is an error. A mistyped name then reads as one, and not as a store without rows.
    case never
    /// If there is none.
    case ifMissing
    /// Always: a store that is there already is an error. For an explicit first run.
    case always
}
