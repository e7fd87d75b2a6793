/// Whether a store's file may be made.
public enum StoreCreation: Sendable {
    /// Never: a file that is missing is an error. A mistyped name then reads as one, and not as a store without rows.
    case never
    /// If there is none.
    case ifMissing
    /// Always: a store that is there already is an error. For an explicit first run.
    case always
}
