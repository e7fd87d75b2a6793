public import SealedMatchCrypto
internal import SealedMatchOpenings
public import SealedMatchProtocol

/// Everything that the matches of a reveal are compared with: plaintext lists, and the public headers of the sets that
/// their vouchers were sealed under. No matching key.
public struct CaseComparison: Sendable {
    /// The plaintext lists, in the order in which they were given.
    public let lists: [KnownList]
    private let known: [SetRoot: KnownHashes]

    /// - Throws: as `check`, of each list.
    public init(lists: [KnownList], sets: [SetHeader]) throws(SealedMatchError) {
        for list in lists { try Self.check(list, against: sets) }
        var known: [SetRoot: KnownHashes] = [:]
        for header in sets { known[try header.root()] = KnownHashes(lists, of: header) }
        self.lists = lists
        self.known = known
    }

    /// - Throws: `parameterOutOfRange` for a list without a hash, and for one of a source that none of the sets names.
    public static func check(_ list: KnownList, against sets: [SetHeader]) throws(SealedMatchError) {
        guard !list.hashes.isEmpty else {
            throw SealedMatchError(.parameterOutOfRange, "the list has no hash")
        }
        guard sets.contains(where: { $0.sources.contains(list.source) }) else {
            throw SealedMatchError(.parameterOutOfRange, "this key is no source of the sets that are given")
        }
    }

    /// - Throws: `unknownSet` for a match of a set that was not given: it can be compared with nothing.
    func finding(_ match: RevealedMatch) throws(SealedMatchError) -> Finding {
        guard let known = known[match.setRoot] else {
            throw SealedMatchError(.unknownSet, "a match was sealed under a set that is not given")
        }
        return known.compare(match.payload)
    }
}
