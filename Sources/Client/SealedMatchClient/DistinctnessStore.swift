package import SealedMatchProtocol
package import SealedMatchCrypto

/// What this account probed in this epoch, as keyed 64-bit tags of the probed keys. A picture one of whose keys was
/// probed before is a repeat: thirty sends of one picture, or of near-duplicates that share a probe, are one match. The
/// key of a picture as sent is noted, too, where a mark on it keeps that from being a probe: a copy may probe it.
///
/// So each key of a set is probed at most once in an account-epoch: t matches are t different entries. Devices merge
/// their stores over their own channel; what two devices send before they merge can count twice. Whoever has the store
/// and the account secret can test which keys were probed.
package struct DistinctnessStore: Sendable, Equatable {
    // Ascending, without repeats.
    package private(set) var tags: [UInt64] = []

    /// Most tags in an epoch: 32,768 pictures at M = 32; 8 MiB.
    package static let maximumTags = 1 << 20

    package init() {}

    /// - Throws: `storeFull`, `nonCanonical`.
    init(ascending tags: [UInt64]) throws(SealedMatchError) {
        guard tags.count <= Self.maximumTags else { throw SealedMatchError(.storeFull, "too many items in one epoch") }
        for index in tags.indices.dropFirst() where tags[index - 1] >= tags[index] {
            throw SealedMatchError(.nonCanonical, "the tags are not in ascending order")
        }
        self.tags = tags
    }

    /// tag(y) = the first 8 bytes of KDF(distinctness key, "distinctness tag", y)
    static func tag(_ key: EntryKey, under secret: borrowing SecretBytes) throws(SealedMatchError) -> UInt64 {
        var derivation = KDF(.distinctnessTag)
        derivation.append(key.encoded)
        return try derivation.derive(key: secret).word(at: 0)
    }

    /// Notes the keys of an item.
    /// - Parameters:
    ///   - asSent: of a picture K_0, where it is no key that the picture probes. It is compared and noted likewise.
    ///   - ofVideo: the frames of a video are different pictures: it goes on with its keys that are new. Another item
    ///     with a key that was noted is a repeat.
    /// - Returns: the keys to probe: all of them, none for a repeat.
    /// - Throws: `storeFull`; then nothing was noted.
    package mutating func note(
        _ keys: [EntryKey], asSent: EntryKey? = nil, ofVideo: Bool, under secret: borrowing SecretBytes
    ) throws(SealedMatchError) -> [EntryKey] {
        let noted = asSent.map { keys + [$0] } ?? keys
        guard tags.count + noted.count <= Self.maximumTags else {
            throw SealedMatchError(.storeFull, "too many items in one epoch")
        }
        var new: [EntryKey] = []
        var added: [UInt64] = []
        for key in noted {
            // Distinctness, step 1: tag(y), under the epoch's key
            let tag = try Self.tag(key, under: secret)
            let index = lowerBound(tag)
            guard index == tags.count || tags[index] != tag else { continue }
            new.append(key)
            added.append(tag)
        }
        // Distinctness, step 3: a repeat's new keys are noted too: near-duplicates chain to one item.
        added.sort()
        tags = Self.union(tags, added)
        // Distinctness, step 2: a repeat probes nothing, a video its new keys
        return ofVideo ? new : new.count == noted.count ? keys : []
    }

    /// Takes in what another device of the account noted in the same epoch.
    mutating func merge(_ other: DistinctnessStore) throws(SealedMatchError) {
        let merged = Self.union(tags, other.tags)
        guard merged.count <= Self.maximumTags else {
            throw SealedMatchError(.storeFull, "too many items in one epoch")
        }
        tags = merged
    }

    /// Of ascending words; each once.
    private static func union(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
        var out: [UInt64] = []
        out.reserveCapacity(a.count + b.count)
        var i = 0
        var j = 0
        while i < a.count || j < b.count {
            let next: UInt64
            if j == b.count || (i < a.count && a[i] <= b[j]) {
                next = a[i]
                i += 1
            } else {
                next = b[j]
                j += 1
            }
            if out.last != next { out.append(next) }
        }
        return out
    }

    private func lowerBound(_ tag: UInt64) -> Int {
        var low = 0
        var high = tags.count
        while low < high {
            let middle = (low + high) / 2
            if tags[middle] < tag { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
