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
    /// The vouchers that wait to be sent.
    public let outbox: Outbox

    /// Opens the directory, or makes one with a new account secret, or with that of the account's other devices.
    ///
    /// A directory whose state is gone while registrations or vouchers are there is `stateMissing`: a new secret would
    /// make vouchers that never decode. With `secret` it begins again; see Docs/Embedding.md, "When the state is lost".
    /// - Parameters:
    ///   - secret: the account secret of another device, on this one's first run: then merge that device's state before
    ///     anything is sealed. Later it must be the same one.
    ///   - window: seconds over which the outbox spreads vouchers; a day by default.
    ///   - now: seconds since 1970.
    /// - Throws: `fileFailed` when it is locked or damaged, `notPrivate` when other users can write into it or read the
    ///   state, `authenticationFailed` when it is another account's, `commitmentConflict` when it has another account
    ///   secret, or had another one, t, k or profile in this epoch, `stateMissing`, `setNotYetIssued` on a first run
    ///   with a clock more than a day before the set was issued, and the errors of `Sealer` and `Outbox`.
    public static func open(
        path: String, set: BlindedSet, account: AccountID, secret: consuming AccountSecret? = nil,
        window: UInt64 = 86_400, now: UInt64
    ) throws(SealedMatchError) -> ClientDirectory {
        let directory = try LockedDirectory(path: path)
        // Under the lock nobody writes here: a partial file is a killed process's, and may hold an epoch's secret that
        // the ratchet has left behind.
        for name in try names(in: directory, where: { isPartial($0) }) {
            try LockedDirectory.remove(directory.path + "/" + name)
        }
        let registered = try savedRegistrations(directory)
        for saved in registered where saved.registration.account != account {
            throw SealedMatchError(.authenticationFailed, "the directory is another account's")
        }
        var saved = try load(directory)
        // It holds the account secret in the clear.
        defer { saved?.wipe() }
        let outbox = try Outbox(path: directory.path + "/outbox", window: window)
        let own: AccountSecret
        if let saved {
            own = try join(savedSecret(saved), secret)
        } else if let secret {
            own = secret
        } else {
            guard registered.isEmpty, try outbox.isEmpty() else {
                throw SealedMatchError(
                    .stateMissing, "the client's state is gone, while other files say that it was there")
            }
            own = try AccountSecret.create(at: now, under: set.header)
        }
        var state = saved.map { Array($0[AccountSecret.encodedCount...]) }
        defer { state?.wipe() }
        let sealer = try Sealer(set: set, account: account, secret: own, state: state, now: now)
        // One commitment an epoch: vouchers under another secret, or on another profile, would never decode.
        let current = sealer.registration
        for saved in registered where saved.registration.epoch == current.epoch && saved.registration != current {
            throw SealedMatchError(.commitmentConflict, "another commitment was registered here in this epoch")
        }
        let client = ClientDirectory(directory: directory, sealer: sealer, outbox: outbox)
        try client.save()
        try outbox.redraw(now: now)
        try client.forgetRegistrations(registered)
        return client
    }

    private static func savedSecret(_ saved: [UInt8]) throws(SealedMatchError) -> AccountSecret {
        try unsafe saved.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
            try unsafe AccountSecret(canonical: UnsafeRawBufferPointer(rebasing: raw[0..<AccountSecret.encodedCount]))
        }
    }

    /// The secret of this directory, in the later epoch of the two; another device's must be the same.
    private static func join(
        _ own: consuming AccountSecret, _ other: consuming AccountSecret?
    ) throws(SealedMatchError) -> AccountSecret {
        guard var other else { return own }
        let epoch = max(own.epoch, other.epoch)
        try own.ratchet(to: epoch)
        try other.ratchet(to: epoch)
        guard own.isSame(as: other) else {
            throw SealedMatchError(.commitmentConflict, "the directory has another account secret")
        }
        return own
    }

    private init(directory: LockedDirectory, sealer: consuming Sealer, outbox: Outbox) {
        self.directory = directory
        self.sealer = sealer
        self.outbox = outbox
    }

    /// What to register with the collector before vouchers are sent, earliest epoch first: of this epoch, and of each
    /// earlier one whose vouchers may still wait in the outbox. Registering again is no error. Changes nothing.
    public func registrations() throws(SealedMatchError) -> [Registration] {
        try Self.savedRegistrations(directory).map { $0.registration }
    }

    /// The commitment of the current epoch, for devices of an account to compare: equal if and only if they share the
    /// secret, t, k and the profile. Public.
    public var commitment: Commitment { sealer.registration.commitment }

    /// The account secret as it is in the current epoch, for the account's other devices: never in the clear.
    public func encodedSecret() throws(SealedMatchError) -> SecretBytes { try sealer.encodedSecret() }

    /// This device's state, for the others to merge; as secret as the account secret.
    public var encodedState: [UInt8] { sealer.encodedState }

    /// Takes in the state of another device of the account, so that what that device sealed counts as sealed, and goes
    /// on with the greater of their numbers of vouchers; on disk when this returns. Other epochs' state is ignored.
    /// - Throws: the decoding errors of the state, `setMismatch` as `Sealer.merge`, `storeFull`, `fileFailed`; then
    ///   nothing changed.
    public mutating func merge(deviceState: [UInt8]) throws(SealedMatchError) {
        let before = sealer.checkpoint
        try sealer.merge(deviceState: deviceState)
        try save(orRestore: before)
    }

    /// A registration lives as long as a voucher that needs it. Where one cannot be read, all stay.
    private func forgetRegistrations(_ saved: [SavedRegistration]) throws(SealedMatchError) {
        let earlier = saved.filter { $0.registration.epoch < sealer.epoch }
        guard !earlier.isEmpty, let needed = try outbox.epochs() else { return }
        for saved in earlier where !needed.contains(saved.registration.epoch) {
            try LockedDirectory.remove(saved.path)
        }
    }

    private struct SavedRegistration {
        let path: String
        let registration: Registration
    }

    private static let registrationPrefix = "registration-"

    private static func savedRegistrations(_ directory: LockedDirectory) throws(SealedMatchError) -> [SavedRegistration]
    {
        var saved: [SavedRegistration] = []
        for name in try names(in: directory, where: { isRegistration($0) }) {
            let path = directory.path + "/" + name
            let registration = try Registration(canonical: DurableFile.read(path, limit: Registration.unsignedCount))
            // In order of epochs; there are few.
            let place = saved.firstIndex { $0.registration.epoch > registration.epoch } ?? saved.endIndex
            saved.insert(SavedRegistration(path: path, registration: registration), at: place)
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
        // What can fail without the disk comes before the state says that the item was sealed.
        let name = try outbox.newName(now)
        let before = sealer.checkpoint
        let voucher = try sealer.seal(item, note: note)
        // If that fails, this voucher never leaves and the item may be sealed again: without the old state a second
        // try would be a repeat, which cannot match.
        try save(orRestore: before)
        try outbox.put(voucher, as: name)
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
        guard let bytes = try DurableFile.readIfPresent(path(in: directory), limit: limit, access: .secret) else {
            return nil
        }
        guard bytes.count > AccountSecret.encodedCount else {
            throw SealedMatchError(.wrongLength, "the client's state file is damaged")
        }
        return bytes
    }

    private mutating func save(orRestore before: SealerState) throws(SealedMatchError) {
        do throws(SealedMatchError) {
            try save()
        } catch {
            sealer.restore(before)
            throw error
        }
    }

    /// The state first, then the epoch's registration. A first run that ends between the two has left nothing that says
    /// there was a state before; and no voucher of an epoch is there before its registration is.
    private func save() throws(SealedMatchError) {
        let secret = try sealer.encodedSecret()
        var state = sealer.encodedState
        defer { state.wipe() }
        try unsafe secret.withBytes { (secret) throws(SealedMatchError) in
            try unsafe state.span.withUnsafeBytes { (state) throws(SealedMatchError) in
                try unsafe DurableFile.write([secret, state], to: Self.path(in: directory), secret: true)
            }
        }
        let registration = sealer.registration
        let place = directory.path + "/" + Self.registrationPrefix + String(registration.epoch)
        guard try DurableFile.readIfPresent(place, limit: Registration.unsignedCount) == nil else { return }
        try DurableFile.write(registration.encoded, to: place, secret: true)
    }
}
