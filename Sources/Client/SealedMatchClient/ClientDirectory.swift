public import SealedMatchProtocol
public import SealedMatchCrypto
internal import SealedMatchFiles

/// A client's whole state in a directory that it locks: account secret, sealer state and outbox. For messengers without
/// a better place, and for the command line tool.
///
/// Each step is on disk before the next can be seen: first the state, in which the item counts as sealed, then the
/// voucher. A crash between the two loses that voucher's match and never counts one twice.
public struct ClientDirectory: ~Copyable {
    private let directory: LockedDirectory
    private var sealer: Sealer
    public let outbox: Outbox

    /// Opens the directory, or makes one with a new account secret.
    /// - Parameters:
    ///   - window: seconds over which the outbox spreads vouchers; a day by default.
    /// - Throws: `fileFailed` when it is locked or damaged, `authenticationFailed` when it is another account's, and
    ///   the errors of `Sealer` and `Outbox`.
    public static func open(
        path: String, set: BlindedSet, account: AccountID, devices: Int = 1, window: UInt64 = 86_400, now: UInt64
    ) throws(SealedMatchError) -> ClientDirectory {
        let directory = try LockedDirectory(path: path)
        // Under the lock nobody writes here: a partial file is a killed process's, and may hold an epoch's secret that
        // the ratchet has left behind.
        for name in try names(in: directory, where: { isPartial($0) }) {
            try LockedDirectory.remove(directory.path + "/" + name)
        }
        for registration in try savedRegistrations(directory) where registration.registration.account != account {
            throw SealedMatchError(.authenticationFailed, "the directory is another account's")
        }
        var saved = try load(directory)
        // It holds the account secret in the clear.
        defer { saved?.wipe() }
        let secret: AccountSecret
        if let saved {
            secret = try unsafe saved.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
                try unsafe AccountSecret(canonical: 
                    UnsafeRawBufferPointer(rebasing: raw[0..<AccountSecret.encodedCount]))
            }
        } else {
            secret = try AccountSecret.create(at: now)
        }
        var state = saved.map { Array($0[AccountSecret.encodedCount...]) }
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

    /// What to register with the collector before vouchers are sent: of this epoch, and of earlier ones whose vouchers
    /// may still wait in the outbox. Registering again is no error.
    public func registrations() throws(SealedMatchError) -> [Registration] {
        var registrations: [Registration] = []
        for (path, registration) in try Self.savedRegistrations(directory) {
            // A voucher leaves the outbox within its window; two epochs are far more.
            if UInt64(registration.epoch) + 2 < UInt64(sealer.epoch) {
                try LockedDirectory.remove(path)
            } else {
                registrations.append(registration)
            }
        }
        return registrations
    }

    private static let registrationPrefix = "registration-"

    private static func savedRegistrations(
        _ directory: LockedDirectory
    ) throws(SealedMatchError) -> [(path: String, registration: Registration)] {
        var saved: [(path: String, registration: Registration)] = []
        for name in try names(in: directory, where: { isRegistration($0) }) {
            let path = directory.path + "/" + name
            saved.append((path, try Registration(canonical: DurableFile.read(path, limit: Registration.encodedCount))))
        }
        return saved
    }

    // Names are compared as bytes, because Embedded Swift compares no strings without tables of Unicode.
    private static func isRegistration(_ name: [UInt8]) -> Bool {
        name.starts(with: registrationPrefix.utf8) && name.count > registrationPrefix.utf8.count
            && name.dropFirst(registrationPrefix.utf8.count).allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }

    private static func isPartial(_ name: [UInt8]) -> Bool {
        name.indices.contains { name[$0...].starts(with: DurableFile.partialMark.utf8) }
    }

    /// Seals one item; when this returns, its voucher is in the outbox, on disk. Call it once for each item.
    /// - Throws: the errors of `Sealer.seal`, `Sealer.advance` and `Outbox.enqueue`.
    public mutating func seal(_ item: MediaItem, note: [UInt8] = [], now: UInt64) throws(SealedMatchError) {
        if try sealer.advance(to: now) { try save() }
        // Before anything is spent on a voucher that would have no place.
        try outbox.checkRoom()
        let before = sealer.checkpoint
        let voucher = try sealer.seal(item, note: note)
        do throws(SealedMatchError) {
            try save()
        } catch {
            // This voucher never leaves, so the item may be sealed again; without this a second try would be a repeat,
            // which cannot match.
            sealer.restore(before)
            throw error
        }
        try outbox.put(voucher, now: now)
    }

    private static let stateName = "client"

    private static func path(in directory: LockedDirectory) -> String { directory.path + "/" + stateName }

    private static func names(in directory: LockedDirectory, where isWanted: ([UInt8]) -> Bool) throws(SealedMatchError)
        -> [String]
    {
        var names: [String] = []
        try LockedDirectory.visit(directory.path) { (name) throws(SealedMatchError) in
            if isWanted(name) { names.append(String(decoding: name, as: UTF8.self)) }
            return names.count < 1 << 16
        }
        return names
    }

    private static func load(_ directory: LockedDirectory) throws(SealedMatchError) -> [UInt8]? {
        let limit = AccountSecret.encodedCount + SealerState.maximumEncodedCount
        guard let bytes = try DurableFile.readIfPresent(path(in: directory), limit: limit) else { return nil }
        guard bytes.count > AccountSecret.encodedCount else {
            throw SealedMatchError(.wrongLength, "the client's state file is damaged")
        }
        return bytes
    }

    private func save() throws(SealedMatchError) {
        // The registration first: the ratchet leaves no way to compute an earlier epoch's.
        let registration = sealer.registration
        let place = directory.path + "/" + Self.registrationPrefix + String(registration.epoch)
        // Another one is there if a first run ended between this file and the next: it was never handed out, and its
        // secret is gone.
        if try DurableFile.readIfPresent(place, limit: Registration.encodedCount) != registration.encoded {
            try DurableFile.write(registration.encoded, to: place, secret: true)
        }
        let secret = try sealer.encodedSecret()
        var state = sealer.encodedState
        defer { state.wipe() }
        try unsafe secret.withBytes { (secret) throws(SealedMatchError) in
            try unsafe state.span.withUnsafeBytes { (state) throws(SealedMatchError) in
                try unsafe DurableFile.write([secret, state], to: Self.path(in: directory), secret: true)
            }
        }
    }
}
