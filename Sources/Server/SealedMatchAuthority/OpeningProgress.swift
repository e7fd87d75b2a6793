public import SealedMatchCollector

/// How far `openPending` of a service is. Inside knowledge.
public struct OpeningProgress: Equatable, Sendable {
    /// Vouchers that were looked at, whatever came of them.
    public var vouchers = 0
    /// Slots that opened, by match or by chance: about M/N a voucher, so little is to be learned from them.
    public var openings = 0
    /// Vouchers of sets whose key is not here; they are opened when it is.
    public var waiting = 0
    /// Vouchers whose M, k or P is not their set's: from a modified client, and opened to nothing.
    public var refused = 0
    /// Vouchers of accounts beyond the caps, of which an opening was not kept.
    public var unkept = 0
    /// Vouchers whose bytes the source forgot, because everything in them that opened is kept here.
    public var pruned = 0
    /// Vouchers that the source forgot before this store had read them: lost for it.
    public var lost = 0
    /// Vouchers of a queue whose pseudonym was not registered, or no more: their account was erased, or their epoch has
    /// expired.
    public var dropped = 0
    /// Leases of a queue that were set aside: damaged, or leased too often.
    public var setAside = 0
    /// The source's rows that were skipped; they stay there.
    public var damaged: [DamagedRow] = []
    /// The source has another voucher at the place up to which it was read: it was read from its start.
    public var isReadAgain = false
    /// Everything that was there has been dealt with.
    public var isComplete = false

    /// Before the first voucher.
    public init() {}
}

/// Whether `openPending` goes on after a batch.
public enum OpeningContinuation: Sendable {
    case proceed, stop
}
