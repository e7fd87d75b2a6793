public import Primitives
public import MatchProtocol
internal import Storage

/// Holds sealed vouchers on disk and releases them shuffled, later, so that a voucher cannot be linked to the attachment it was sealed for: neither by time nor by order.
///
/// Each voucher is a file of its own, named by its release time and random bytes, never by what it belongs to. The release time is uniform in the window after sealing.
public struct Outbox: Sendable {
    private let directory: LockedDirectory
    /// Seconds: a voucher waits up to this long.
    public let window: UInt64

    /// Vouchers that the outbox holds at most; 65,536 of the default size are about 220 MB.
    public static let maximumCount = 1 << 16

    /// - Parameters:
    ///   - path: a directory that only this client uses; created if missing, locked while this object lives.
    ///   - window: a day by default. 0 releases at once and gives unlinkability away: for tests.
    public init(path: String, window: UInt64 = 86_400) throws(SealedMatchError) {
        directory = try LockedDirectory(path: path)
        self.window = window
        // Under the lock nobody writes here: what is unfinished is a killed process's, and nobody would ever send it.
        for name in try LockedDirectory.names(in: path, limit: 2 * Self.maximumCount) where Self.isUnfinished(name) {
            try LockedDirectory.remove(path + "/" + name)
        }
    }

    /// A voucher that may be sent now.
    public struct Entry: Sendable {
        let name: String
        /// The voucher as it was sealed: a retry sends the same bytes.
        public let voucher: [UInt8]
    }

    /// Persists a voucher before anybody sends it. When this returns, it is on disk.
    /// - Throws: `fileFailed`, `storeFull`.
    public func enqueue(_ voucher: SealedVoucher, now: UInt64) throws(SealedMatchError) {
        var random = SystemRandom()
        guard try LockedDirectory.names(in: directory.path, limit: Self.maximumCount).count < Self.maximumCount else {
            throw SealedMatchError(.storeFull, "the outbox is full; send what it holds first")
        }
        let delay = window == 0 ? 0 : try random.integer(below: window)
        let (release, overflow) = now.addingReportingOverflow(delay)
        guard !overflow else { throw SealedMatchError(.parameterOutOfRange, "the clock is out of range") }
        let name = Self.hexadecimal(release) + "-" + Self.hexadecimal(try random.word()) + Self.hexadecimal(try random.word()) + Self.suffix
        try DurableFile.write(voucher.encoded, to: directory.path + "/" + name, secret: true)
    }

    /// Vouchers whose time has come, at most `limit`, in the order of their random release times. Unreadable entries are left alone and counted.
    public func due(now: UInt64, limit: Int = 64) throws(SealedMatchError) -> (entries: [Entry], unreadable: Int) {
        let latest = Self.hexadecimal(now)
        var names: [String] = []
        for name in try LockedDirectory.names(in: directory.path, limit: 2 * Self.maximumCount) where Self.isEntry(name) {
            if Self.releaseField(name) <= latest { names.append(name) }
        }
        names.sort { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        var entries: [Entry] = []
        var unreadable = 0
        for name in names {
            guard entries.count < limit else { break }
            do throws(SealedMatchError) {
                let bytes = try DurableFile.read(directory.path + "/" + name, limit: SealedVoucher.maximumCount)
                _ = try SealedVoucher(canonical: bytes)
                entries.append(Entry(name: name, voucher: bytes))
            } catch {
                unreadable += 1
            }
        }
        return (entries, unreadable)
    }

    /// Forgets a voucher that the collector has acknowledged.
    public func acknowledge(_ entry: Entry) throws(SealedMatchError) {
        try LockedDirectory.remove(directory.path + "/" + entry.name)
        try DurableFile.syncDirectory(of: directory.path + "/" + entry.name)
    }

    private static let suffix = ".voucher"

    private static func isEntry(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        return bytes.count == 16 + 1 + 32 + suffix.utf8.count && bytes[16] == UInt8(ascii: "-") && name.hasSuffix(suffix)
    }

    /// A voucher's name, then `DurableFile.partialMark`.
    private static func isUnfinished(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        let count = 16 + 1 + 32 + suffix.utf8.count
        guard bytes.count > count, isEntry(String(decoding: bytes[..<count], as: UTF8.self)) else { return false }
        return String(decoding: bytes[count...], as: UTF8.self).hasPrefix(DurableFile.partialMark)
    }

    private static func releaseField(_ name: String) -> String { String(decoding: Array(name.utf8.prefix(16)), as: UTF8.self) }

    private static func hexadecimal(_ word: UInt64) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: (0..<16).map { digits[Int(truncatingIfNeeded: word >> UInt64(60 - 4 * $0)) & 15] }, as: UTF8.self)
    }
}
