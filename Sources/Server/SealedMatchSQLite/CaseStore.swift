internal import GRDB
internal import SealedMatchCases
internal import SealedMatchCollector
public import SealedMatchCrypto

/// A library of cases in one SQLite file: a chain of signed events, and what they say.
///
/// It knows neither α nor the authority's database. It holds what case files hold, and what people said: keep it where
/// those who look at cases work, on an encrypted disk. No event is ever changed; erasing a case takes what its events
/// say, and leaves their hashes. Whoever has the file and the signing key can make another chain: keep a head
/// (`ChainHead`) elsewhere. All functions may be called from any thread, and by several processes; they block on the
/// disk. (Docs/Protocol.md, "Cases")
public final class CaseStore: Sendable {
    package let file: StoreFile

    /// Makes the file of a new library. It has its first event before it has its name.
    /// - Parameters:
    ///   - policy: the policy's bytes.
    ///   - lead: who founds it, and is its first lead.
    ///   - key: the key that signs all its events.
    ///   - time: seconds since 1970.
    /// - Throws: `fileFailed`, also where the file is there; `parameterOutOfRange` for a name that is none;
    ///   `policyRefused` for a policy that is none (`CasePolicy` says what is wrong); `randomSourceFailed`.
    public static func found(
        _ path: String, policy: [UInt8], lead: String, key: borrowing SigningKey, at time: UInt64
    ) throws(SealedMatchError) {
        guard let policy = try? CasePolicy(policy) else {
            throw SealedMatchError(.policyRefused, "this is no policy: `sealedmatch policy check` says why")
        }
        let event = try CaseEvent(by: lead, time: time, .founded(key: key.publicKey, policy: policy.text))
        let first = try CaseRecord(
            after: .none, subject: 0, salt: try salt(), event: event, document: [], key: key)
        let made = try StoreFile.open(
            path: path, kind(migrator(founding: first)), creation: .always)
        try made.close()
    }

    /// Opens a library: its own events and the last one are checked.
    /// - Throws: `fileFailed`, also when it is missing, or is another user's; `invalidMagic` for a database of
    ///   something else, which is left untouched; `damagedStore` for one that is corrupt or newer; `brokenChain`.
    public init(path: String) throws(SealedMatchError) {
        file = try StoreFile.open(
            path: path, Self.kind(Self.migrator()), creation: .never)
        _ = try head()
    }

    deinit { file.closeReaders() }

    /// Ends the use of the file, which then is whole by itself.
    /// - Throws: `fileFailed`; nothing is lost then.
    public func close() throws(SealedMatchError) { try file.close() }

    /// Ends what runs in this store, and what is asked of it later, with `interrupted`. From any thread.
    public func interrupt() { file.interrupt() }

    static func salt() throws(SealedMatchError) -> Bytes32 {
        try Sodium.start()
        var random = SystemRandom()
        return try random.bytes32()
    }
}
