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

    /// Vouchers that the outbox holds at most; 65,536 of the default size are about 290 MB.
    public static let maximumCount = 1 << 16

    /// Seconds; an epoch.
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
        /// Of the registration that the collector must have first.
        public let epoch: UInt32
    }

    /// What `due` found.
    public struct Due: Sendable {
        /// Vouchers whose time has come, in the order of their release times.
        public let entries: [Entry]
        /// Files that were due and are no voucher, or cannot be read now. They are left where they are.
        public let unreadable: Int
    }

    /// - Throws: `storeFull`, `fileFailed`.
    package func checkRoom() throws(SealedMatchError) {
        guard try count(of: { OutboxEntryName(text: $0) != nil }) < Self.maximumCount else {
            throw SealedMatchError(.storeFull, "the outbox is full; send what it holds first")
        }
    }

    /// Whether no voucher waits. Those that were set aside do not.
    package func isEmpty() throws(SealedMatchError) -> Bool { try names { _ in true }.isEmpty }

    /// The epochs of the vouchers that wait, or nil if one of them cannot be read now.
    package func epochs() throws(SealedMatchError) -> [UInt32]? {
        var epochs: [UInt32] = []
        for name in try names(where: { _ in true }) {
            guard let entry = read(name) else { return nil }
            let epoch = entry.epoch
            if !epochs.contains(epoch) { epochs.append(epoch) }
        }
        return epochs
    }

    /// The directory's entries of a kind, up to `maximumCount` of them.
    private func count(of isWanted: ([UInt8]) -> Bool) throws(SealedMatchError) -> Int {
        var present = 0
        try LockedDirectory.visit(directory.path) { (name) throws(SealedMatchError) in
            if isWanted(name) { present += 1 }
            return present < Self.maximumCount
        }
        return present
    }

    /// In the order of release.
    private func names(where isWanted: (OutboxEntryName) -> Bool) throws(SealedMatchError) -> [OutboxEntryName] {
        var names: [OutboxEntryName] = []
        try LockedDirectory.visit(directory.path) { (text) throws(SealedMatchError) in
            if let name = OutboxEntryName(text: text), isWanted(name) { names.append(name) }
            return names.count < 2 * Self.maximumCount
        }
        names.sort()
        return names
    }

    /// Persists a voucher before anybody sends it. When this returns, it is on disk.
    /// - Throws: `fileFailed`, `storeFull`.
    public func enqueue(_ voucher: SealedVoucher, now: UInt64) throws(SealedMatchError) {
        try checkRoom()
        try put(voucher, as: newName(now))
    }

    /// The same for a caller that has just looked for room: looking lists the directory.
    package func put(_ voucher: SealedVoucher, as name: OutboxEntryName) throws(SealedMatchError) {
        try DurableFile.write(voucher.encoded, to: path(of: name), secret: true)
    }

    /// A name with a release time that is uniform in the window from `now` on.
    package func newName(_ now: UInt64) throws(SealedMatchError) -> OutboxEntryName {
        var random = SystemRandom()
        // Outbox, step 2: the release time is uniform in the window
        let delay = window == 0 ? 0 : try random.integerVarTime(below: window)
        let (release, overflow) = now.addingReportingOverflow(delay)
        guard !overflow else { throw SealedMatchError(.parameterOutOfRange, "the clock is out of range") }
        return OutboxEntryName(release: release, first: try random.word(), second: try random.word())
    }

    /// Draws the release time anew of vouchers whose time lies beyond `now` and the window: they were put in while the
    /// clock was ahead, and would wait until it is there again.
    package func redraw(now: UInt64) throws(SealedMatchError) {
        let (latest, overflow) = now.addingReportingOverflow(window)
        guard !overflow else { return }
        let early = try names { $0.release > latest }
        for name in early { try DurableFile.moveUnsynced(path(of: name), to: path(of: newName(now))) }
        if let name = early.first { try DurableFile.syncDirectory(of: path(of: name)) }
    }

    /// Vouchers whose time has come, in the order of their random release times. Unreadable entries are left alone and
    /// counted. A voucher whose release time lies further ahead than the window gets another one.
    /// - Parameters:
    ///   - previous: go on behind this one in that order; it need not be there any more.
    ///   - now: seconds since 1970.
    ///   - limit: entries at most. Ask again until there are none, when these are acknowledged, or go on with `after`.
    /// - Throws: `fileFailed`, `randomSourceFailed`.
    public func due(after previous: Entry? = nil, now: UInt64, limit: Int = 64) throws(SealedMatchError) -> Due {
        try redraw(now: now)
        return try due(after: previous?.name, now: now, limit: limit)
    }

    /// The same, and nothing changes: for callers that take one at a time.
    package func due(after previous: OutboxEntryName?, now: UInt64, limit: Int) throws(SealedMatchError) -> Due {
        let names = try names { name in
            guard name.release <= now else { return false }
            if let previous { return previous < name }
            return true
        }
        var entries: [Entry] = []
        var unreadable = 0
        for name in names {
            guard entries.count < limit else { break }
            if let entry = read(name) { entries.append(entry) } else { unreadable += 1 }
        }
        return Due(entries: entries, unreadable: unreadable)
    }

    /// Sets aside a voucher that the collector will never take (Docs/Protocol.md, 5.14, step 5), so that it stands
    /// before nobody. It is never due again; its file stays, with `.refused` behind its name, for whoever finds out
    /// that the refusal was a mistake. At most `maximumCount` are kept, more are forgotten.
    public func refuse(_ entry: Entry) throws(SealedMatchError) { try refuse(entry.name) }

    package func refuse(_ name: OutboxEntryName) throws(SealedMatchError) {
        guard try count(of: { OutboxEntryName.isRefused($0) }) < Self.maximumCount else {
            return try acknowledge(name)
        }
        try DurableFile.move(path(of: name), to: path(of: name) + OutboxEntryName.refusedMark)
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
            let voucher = try SealedVoucher(canonical: bytes)
            return Entry(name: name, voucher: bytes, epoch: voucher.header.epoch)
        } catch {
            return nil
        }
    }
}
