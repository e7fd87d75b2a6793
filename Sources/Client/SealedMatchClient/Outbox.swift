public import SealedMatchCrypto
public import SealedMatchProtocol
internal import SealedMatchFiles

/// Holds sealed vouchers on disk and releases them shuffled, later, so that a voucher cannot be linked to the
/// attachment it was sealed for: neither by time nor by order.
///
/// Each voucher is a file of its own, named by its release time and random bytes, never by what it belongs to. The
/// release time is uniform in the window after sealing.
public struct Outbox: Sendable {
    private let directory: LockedDirectory
    /// Seconds: a voucher waits up to this long.
    public let window: UInt64

    /// Vouchers that the outbox holds at most; 65,536 of the default size are about 220 MB.
    public static let maximumCount = 1 << 16

    /// Seconds; an epoch. Registrations are kept for two epochs more, so that no voucher outlives its own.
    public static let maximumWindow = Parameters.secondsPerEpoch

    /// - Parameters:
    ///   - path: a directory that only this client uses; created if missing, locked while this object lives.
    ///   - window: a day by default, at most `maximumWindow`. 0 releases at once and gives unlinkability away: for
    ///     tests.
    /// - Throws: `parameterOutOfRange`, `fileFailed`.
    public init(path: String, window: UInt64 = 86_400) throws(SealedMatchError) {
        guard window <= Self.maximumWindow else {
            throw SealedMatchError(.parameterOutOfRange, "vouchers wait at most 30 days")
        }
        directory = try LockedDirectory(path: path)
        self.window = window
        // Under the lock nobody writes here: what is unfinished is a killed process's, and nobody would ever send it.
        var unfinished: [String] = []
        try LockedDirectory.visit(path) { (name) throws(SealedMatchError) in
            if OutboxEntryName.isUnfinished(name) { unfinished.append(String(decoding: name, as: UTF8.self)) }
            return unfinished.count < 2 * Self.maximumCount
        }
        for name in unfinished { try LockedDirectory.remove(path + "/" + name) }
    }

    /// A voucher that may be sent now.
    public struct Entry: Sendable {
        package let name: OutboxEntryName
        /// The voucher as it was sealed: a retry sends the same bytes.
        public let voucher: [UInt8]
    }

    /// - Throws: `storeFull`, `fileFailed`.
    package func checkRoom() throws(SealedMatchError) {
        var present = 0
        try LockedDirectory.visit(directory.path) { (name) throws(SealedMatchError) in
            if OutboxEntryName(text: name) != nil { present += 1 }
            return present < Self.maximumCount
        }
        guard present < Self.maximumCount else {
            throw SealedMatchError(.storeFull, "the outbox is full; send what it holds first")
        }
    }

    /// Persists a voucher before anybody sends it. When this returns, it is on disk.
    /// - Throws: `fileFailed`, `storeFull`.
    public func enqueue(_ voucher: SealedVoucher, now: UInt64) throws(SealedMatchError) {
        try checkRoom()
        try put(voucher, now: now)
    }

    /// The same for a caller that has just looked for room: looking lists the directory.
    package func put(_ voucher: SealedVoucher, now: UInt64) throws(SealedMatchError) {
        var random = SystemRandom()
        let delay = window == 0 ? 0 : try random.integer(below: window)
        let (release, overflow) = now.addingReportingOverflow(delay)
        guard !overflow else { throw SealedMatchError(.parameterOutOfRange, "the clock is out of range") }
        let name = OutboxEntryName(release: release, first: try random.word(), second: try random.word())
        try DurableFile.write(voucher.encoded, to: path(of: name), secret: true)
    }

    /// Vouchers whose time has come, at most `limit`, in the order of their random release times. Unreadable entries
    /// are left alone and counted.
    public func due(now: UInt64, limit: Int = 64) throws(SealedMatchError) -> (entries: [Entry], unreadable: Int) {
        try due(after: nil, now: now, limit: limit)
    }

    /// The same from behind `previous` in that order on, for callers that take one at a time.
    package func due(
        after previous: OutboxEntryName?, now: UInt64, limit: Int
    ) throws(SealedMatchError) -> (entries: [Entry], unreadable: Int) {
        var names: [OutboxEntryName] = []
        try LockedDirectory.visit(directory.path) { (text) throws(SealedMatchError) in
            guard let name = OutboxEntryName(text: text), name.release <= now else { return true }
            if let previous, name <= previous { return true }
            names.append(name)
            return names.count < 2 * Self.maximumCount
        }
        names.sort()
        var entries: [Entry] = []
        var unreadable = 0
        for name in names {
            guard entries.count < limit else { break }
            if let entry = read(name) { entries.append(entry) } else { unreadable += 1 }
        }
        return (entries, unreadable)
    }

    /// Forgets a voucher that the collector has acknowledged.
    public func acknowledge(_ entry: Entry) throws(SealedMatchError) { try acknowledge(entry.name) }

    package func acknowledge(_ name: OutboxEntryName) throws(SealedMatchError) {
        try LockedDirectory.remove(path(of: name))
        try DurableFile.syncDirectory(of: path(of: name))
    }

    private func path(of name: OutboxEntryName) -> String { directory.path + "/" + name.text }

    /// Nil for a file that is no voucher.
    private func read(_ name: OutboxEntryName) -> Entry? {
        do throws(SealedMatchError) {
            let bytes = try DurableFile.read(path(of: name), limit: SealedVoucher.maximumEncodedCount)
            _ = try SealedVoucher(canonical: bytes)
            return Entry(name: name, voucher: bytes)
        } catch {
            return nil
        }
    }
}
