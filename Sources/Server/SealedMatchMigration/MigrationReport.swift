package import SealedMatchCollector

/// What a move carried over, or a check compared.
package struct MigrationReport: Sendable {
    /// Lines that are kept of each list.
    static let most = 100

    /// Account-epochs that are registered.
    package var registrations = 0
    /// Of these, those whose names were released.
    package var released = 0
    /// What accounts are to be told.
    package var notices = 0
    /// Vouchers that were not opened, and so are in the queue.
    package var queued = 0
    /// Vouchers that the collector still had the bytes of, and that were opened: they stay behind.
    package var opened = 0
    /// Account-epochs with openings.
    package var accounts = 0
    /// Of these, those that are revealed.
    package var revealed = 0
    /// Vouchers with openings.
    package var vouchers = 0
    /// Their openings.
    package var openings = 0
    /// Sealed vouchers that are kept of accounts beyond the caps.
    package var sealed = 0
    /// Rows that cannot be read; they stay in the files.
    package var damaged: [DamagedRow] = []
    /// What is not the same on both sides, the first of it.
    package private(set) var differences: [String] = []
    /// How much is not the same.
    package private(set) var differenceCount = 0
    /// The move had been done before.
    package var isOlder = false

    package init() {}

    mutating func differ(_ what: String) {
        differenceCount += 1
        if differences.count < Self.most { differences.append(what) }
    }

    /// For a terminal: a line each.
    package var lines: [String] {
        [
            ("registrations", registrations), ("  of these released", released),
            ("notices", notices), ("vouchers that were not opened", queued),
            ("vouchers that were opened, not carried", opened),
            ("account-epochs with openings", accounts), ("  of these revealed", revealed),
            ("vouchers with openings", vouchers), ("openings", openings), ("sealed vouchers", sealed),
            ("damaged rows, not carried", damaged.count), ("differences", differenceCount),
        ].map { name, count in name + String(repeating: " ", count: 40 - name.utf8.count) + "\(count)" }
            + damaged.prefix(Self.most).map(MigrationFailure.line)
    }
}
