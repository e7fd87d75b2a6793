internal import SealedMatchFingerprint
internal import SealedMatchProtocol

/// Docs/Protocol.md, "Videos apart", step 1: the companions that at least q lists name beside a key. Fewer could make a
/// key give way to any other.
struct SharedCompanions {
    private var byKey: [UInt64: Set<UInt64>] = [:]

    private struct Name: Hashable {
        let key: UInt64
        let companion: UInt64
    }

    init(_ lists: [[ListedHash]], profile: FingerprintProfile, minimumSources: Int) {
        var supporters: [Name: UInt16] = [:]
        for (source, list) in lists.enumerated() {
            for case .video(let hash, let companions) in list {
                let key = profile.shortKey(of: hash)
                for companion in companions {
                    supporters[Name(key: key, companion: profile.shortKey(of: companion)), default: 0] |=
                        1 << UInt16(source)
                }
            }
        }
        for (name, supporters) in supporters
        where supporters.nonzeroBitCount >= minimumSources && name.key != name.companion {
            byKey[name.key, default: []].insert(name.companion)
        }
    }

    /// By the place of a key, ascending companions.
    func places(in keys: [UInt64]) -> [Int: [UInt64]] {
        guard !byKey.isEmpty else { return [:] }
        var places: [Int: [UInt64]] = [:]
        for (place, key) in keys.enumerated() {
            if let companions = byKey[key] { places[place] = companions.sorted() }
        }
        return places
    }
}
