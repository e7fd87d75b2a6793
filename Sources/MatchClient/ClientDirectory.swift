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

    /// What to register with the collector before a voucher of this epoch is sent.
    public var registration: Registration { sealer.registration }

    /// Seals one item; when this returns, its voucher is in the outbox, on disk. Call it once for each item.
    /// - Throws: the errors of `Sealer.seal`, `Sealer.advance` and `Outbox.enqueue`.
    public mutating func seal(_ item: MediaItem, note: [UInt8] = [], now: UInt64) throws(SealedMatchError) {
        if try sealer.advance(to: now) { try save() }
        let voucher = try sealer.seal(item, note: note)
        try save()
        try outbox.enqueue(voucher, now: now)
    }

    private var path: String { directory.path + "/client" }

    private static func load(_ directory: LockedDirectory) throws(SealedMatchError) -> [UInt8]? {
        let path = directory.path + "/client"
        guard try LockedDirectory.names(in: directory.path, limit: 1024).contains("client") else { return nil }
        let bytes = try DurableFile.read(path, limit: AccountSecret.exportedCount + SealerState.maximumCount)
        guard bytes.count > AccountSecret.exportedCount else {
            throw SealedMatchError(.wrongLength, "the client's state file is damaged")
        }
        return bytes
    }

    private func save() throws(SealedMatchError) {
        let secret = try sealer.exportedSecret()
        let state = sealer.exportedState
        try unsafe secret.withBytes { (secret) throws(SealedMatchError) in
            try unsafe state.span.withUnsafeBytes { (state) throws(SealedMatchError) in
                try unsafe DurableFile.write([secret, state], to: path, secret: true)
            }
        }
    }
}
