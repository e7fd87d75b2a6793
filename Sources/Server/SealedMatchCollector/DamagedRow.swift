public import SealedMatchCrypto

extension SealedMatchError.Code {
    /// A store is not what it should be: its file is damaged, foreign or of a newer version, a row is one that no
    /// version wrote, or a cursor points beyond the source's end.
    public static let damagedStore = SealedMatchError.Code(rawValue: 703)
    /// A source of vouchers has forgotten some, at this store's word or another's, that this store has not read: it was
    /// restored from an older backup, or is not the only one that reads the source.
    public static let lostVouchers = SealedMatchError.Code(rawValue: 704)
}

/// A row of a store that no version wrote: truncated, of another type, or inconsistent. It was skipped and left where
/// it is.
public struct DamagedRow: Equatable, Sendable {
    /// The table that a damaged row is in.
    public enum Table: String, Sendable {
        case registration, voucher, opening, account
    }
    /// Where it is.
    public let table: Table
    /// The row's number in its table.
    public let row: Int64
    /// What is wrong with it.
    public let error: SealedMatchError

    /// The fields, each as its property says.
    public init(table: Table, row: Int64, error: SealedMatchError) {
        self.table = table
        self.row = row
        self.error = error
    }
}
