public import SealedMatchCrypto
public import SealedMatchWorkers

/// A set just built, with the secrets that were drawn for it. Frozen, so that its two parts can be taken apart.
@frozen public struct NewSet: ~Copyable, Sendable {
    /// The set, not yet signed.
    public let set: BuiltSet
    /// The authority's secrets of this set.
    public let secrets: SetSecrets

    /// Draws secrets, now that the entries are fixed, and builds. A position seed that does not peel, fewer than 1 in
    /// 1,000, is drawn again with everything else.
    /// - Throws: the errors of `BuiltSet.build`; `peelingFailed` after eight seeds in a row, which is no chance.
    public static func build(
        _ entries: EntrySelection, _ description: BuiltSet.Description, workers: Workers
    ) throws(SealedMatchError) -> NewSet {
        var attempts = 1
        while true {
            let secrets = try SetSecrets.random()
            do throws(SealedMatchError) {
                let set = try BuiltSet.build(entries, description, secrets: secrets, workers: workers)
                return NewSet(set: set, secrets: secrets)
            } catch {
                guard error.code == .peelingFailed, attempts < 8 else { throw error }
                attempts += 1
            }
        }
    }

    private init(set: BuiltSet, secrets: consuming SetSecrets) {
        self.set = set
        self.secrets = secrets
    }
}
