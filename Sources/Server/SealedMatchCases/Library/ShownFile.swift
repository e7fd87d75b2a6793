package import SealedMatchCrypto
internal import SealedMatchLists

/// The file that a person saw of a match: its type, length and SHA-256. The reason of a `viewed` event begins with it
/// where the program knows it; only the program writes it there. (Docs/Protocol.md, 4.18)
package struct ShownFile: Equatable, Sendable {
    /// Where it was seen.
    package enum Place: String, CaseIterable, Sendable {
        /// The review page showed it, without blur.
        case page = "shown on the page"
        /// The person says it of a file that the program read.
        case file = "seen as a file"
    }

    package let place: Place
    /// image/jpeg and so on.
    package let type: String
    /// Bytes.
    package let count: Int
    /// SHA-256.
    package let digest: Bytes32

    package init(_ place: Place, type: String, count: Int, digest: Bytes32) {
        self.place = place
        self.type = type
        self.count = count
        self.digest = digest
    }

    /// As it begins a reason.
    package var text: String {
        "[\(place.rawValue): \(type), \(count) bytes, SHA-256 \(Hexadecimal.text(digest.bytes))]"
    }

    /// What a reason begins with; nil where it is something else.
    package init?(beginning why: String) {
        guard why.first == "[", let end = why.firstIndex(of: "]") else { return nil }
        let inside = why[why.index(after: why.startIndex)..<end]
        guard let place = Place.allCases.first(where: { inside.hasPrefix($0.rawValue + ": ") }) else { return nil }
        let parts = inside.dropFirst(place.rawValue.count + 2).split(separator: ", ", omittingEmptySubsequences: false)
        guard parts.count == 3, let count = parts[1].hasSuffix(" bytes") ? Int(parts[1].dropLast(6)) : nil,
            parts[2].hasPrefix("SHA-256 "),
            let digest = Hexadecimal.bytes(parts[2].dropFirst(8).utf8).flatMap({ try? Bytes32(exactly: $0) })
        else { return nil }
        self.init(place, type: String(parts[0]), count: count, digest: digest)
        // Nothing is said in two ways.
        guard why.hasPrefix(text) else { return nil }
    }

    /// Whether a person's own words could be taken for what the program says.
    package static func isImitated(by why: String) -> Bool {
        let start = why.drop { $0.isWhitespace }
        return start.hasPrefix("[") && Place.allCases.contains { start.dropFirst().hasPrefix($0.rawValue) }
    }
}
