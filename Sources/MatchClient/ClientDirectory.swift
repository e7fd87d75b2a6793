public import MatchProtocol
public import Primitives
internal import Storage

/// A client's whole state in a directory that it locks: account secret, sealer state and outbox. For messengers without a better place, and for the command line tool.
///
/// Each step is on disk before the next can be seen: first the state, in which the item counts as sealed, then the voucher. A crash between the two loses that voucher's
/// match and never counts one twice.
public struct ClientDirectory: ~Copyable {
    private let directory: LockedDirectory
    private var sealer: Sealer
    public let outbox: Outbox

    /// Opens the directory, or makes one with a new account secret.
    /// - Parameters:
    ///   - window: seconds over which the outbox spreads vouchers; a day by default.
    /// - Throws: `fileFailed` when it is locked or damaged, and the errors of `Sealer`.
    public static func open(
        path: String, set: BlindedSet, account: AccountID, devices: Int = 1, window: UInt64 = 86_400, now: UInt64
    ) throws(SealedMatchError) -> ClientDirectory {
        let directory = try LockedDirectory(path: path)
        // Under the lock nobody writes here: a partial file is a killed process's, and may hold an epoch's secret that the ratchet has left behind.
        for name in try names(in: directory, beginningWith: Self.stateName + DurableFile.partialMark) {
            try LockedDirectory.remove(directory.path + "/" + name)
        }
        var saved = try load(directory)
        // It holds the account secret in the clear.
        defer { saved?.wipe() }
        let secret: AccountSecret
        if let saved {
            secret = try unsafe saved.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
                try unsafe AccountSecret.imported(UnsafeRawBufferPointer(rebasing: raw[0..<AccountSecret.exportedCount]))
            }
        } else {
            secret = try AccountSecret.create(at: now)
        }
        var state = saved.map { Array($0[AccountSecret.exportedCount...]) }
        defer { state?.wipe() }
        let outbox = try Outbox(path: directory.path + "/outbox", window: window)
        let sealer = try Sealer(set: set, account: account, secret: secret, state: state, devices: devices, now: now)
        let client = ClientDirectory(directory: directory, sealer: sealer, outbox: outbox)
        try client.save()
        return client
    }

    private init(directory: LockedDirectory, sealer: consuming Sealer, outbox: Outbox) {
        self.directory = directory
        self.sealer = sealer
        self.outbox = outbox
    }

    /// What to register with the collector before vouchers are sent: of this epoch, and of earlier ones whose vouchers may still wait in the outbox. Registering again is no error.
    public func registrations() throws(SealedMatchError) -> [Registration] {
        var registrations: [Registration] = []
        for name in try Self.names(in: directory, beginningWith: Self.registrationPrefix) {
            let path = directory.path + "/" + name
            let registration = try Registration(canonical: DurableFile.read(path, limit: Registration.count))
            // A voucher leaves the outbox within its window; two epochs are far more.
            if UInt64(registration.epoch) + 2 < UInt64(sealer.epoch) { try LockedDirectory.remove(path) } else { registrations.append(registration) }
        }
        return registrations
    }

    private static let registrationPrefix = "registration-"

    /// Seals one item; when this returns, its voucher is in the outbox, on disk. Call it once for each item.
    /// - Throws: the errors of `Sealer.seal`, `Sealer.advance` and `Outbox.enqueue`.
    public mutating func seal(_ item: MediaItem, note: [UInt8] = [], now: UInt64) throws(SealedMatchError) {
        if try sealer.advance(to: now) { try save() }
        let voucher = try sealer.seal(item, note: note)
        try save()
        try outbox.enqueue(voucher, now: now)
    }

    private static let stateName = "client"

    private static func path(in directory: LockedDirectory) -> String { directory.path + "/" + stateName }

    /// Names that begin so; compared as bytes, because Embedded Swift compares no strings without tables of Unicode.
    private static func names(in directory: LockedDirectory, beginningWith prefix: String) throws(SealedMatchError) -> [String] {
        var names: [String] = []
        try LockedDirectory.visit(directory.path) { (name) throws(SealedMatchError) in
            if name.starts(with: prefix.utf8) { names.append(String(decoding: name, as: UTF8.self)) }
            return names.count < 1 << 16
        }
        return names
    }

    private static func load(_ directory: LockedDirectory) throws(SealedMatchError) -> [UInt8]? {
        let limit = AccountSecret.exportedCount + SealerState.maximumCount
        guard let bytes = try DurableFile.readIfPresent(path(in: directory), limit: limit) else { return nil }
        guard bytes.count > AccountSecret.exportedCount else {
            throw SealedMatchError(.wrongLength, "the client's state file is damaged")
        }
        return bytes
    }

    private func save() throws(SealedMatchError) {
        // The registration first: the ratchet leaves no way to compute an earlier epoch's.
        let registration = sealer.registration
        let place = directory.path + "/" + Self.registrationPrefix + String(registration.epoch)
        if try DurableFile.readIfPresent(place, limit: Registration.count) == nil {
            try DurableFile.write(registration.encoded, to: place, secret: true)
        }
        let secret = try sealer.exportedSecret()
        let state = sealer.exportedState
        try unsafe secret.withBytes { (secret) throws(SealedMatchError) in
            try unsafe state.span.withUnsafeBytes { (state) throws(SealedMatchError) in
                try unsafe DurableFile.write([secret, state], to: Self.path(in: directory), secret: true)
            }
        }
    }
}
