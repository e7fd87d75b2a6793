internal import SealedMatchProtocol
public import SealedMatchCrypto
public import SealedMatchFiles

extension Audit {
    /// A source's signature on the set that was audited: the only way to one.
    /// - Parameter set: the open file that was audited, or another of the same root.
    /// - Throws: `notAudited` unless the audit found nothing wrong, is of this set, and compared the entries with the
    ///   signing source's own list; `parameterOutOfRange` when the set does not name the key.
    public func sign(_ set: SetFile, with key: borrowing SigningKey) throws(SealedMatchError) -> Signature {
        guard isSound else {
            throw SealedMatchError(.notAudited, "the audit found something wrong: nothing was signed")
        }
        guard try set.header.root() == root else {
            throw SealedMatchError(.notAudited, "the audit was of another set: nothing was signed")
        }
        guard set.header.sources.contains(key.publicKey) else {
            throw SealedMatchError(.parameterOutOfRange, "the set does not name this key among its sources")
        }
        guard lists.contains(where: { $0.source == key.publicKey }) else {
            throw SealedMatchError(.notAudited, "the audit did not look at this source's own list: nothing was signed")
        }
        return try set.header.sign(with: key)
    }
}
