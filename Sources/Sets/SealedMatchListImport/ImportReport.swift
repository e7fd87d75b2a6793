/// What an import took, what not, and why. Hashes are counted: read = taken + all that was not taken.
package struct ImportReport: Sendable {
    /// Why a hash was not taken.
    package enum Reason: String, CaseIterable, Sendable {
        case lowQuality, wrongLength, malformed, unsupported, duplicate, deleted, superseded, otherClass, otherStatus

        /// For people, behind a number.
        package var text: String {
            switch self {
            case .lowQuality: "of too low quality"
            case .wrongLength: "of a wrong length"
            case .malformed: "malformed"
            case .unsupported: "of a kind that lists do not hold"
            case .duplicate: "duplicates"
            case .deleted: "deleted by the source"
            case .superseded: "replaced by a newer version of their entry"
            case .otherClass: "of a class that was not asked for"
            case .otherStatus: "of a status that does not confirm them"
            }
        }

        /// Whether the file, not a decision of source or importer, is at fault.
        package var isFault: Bool { self == .wrongLength || self == .malformed }
    }

    /// Where a hash stands.
    package struct Place: Equatable, Sendable {
        /// As it was given.
        package let file: String
        /// From 1: where the entry begins.
        package let line: Int
    }

    /// Hashes that were left out for one reason.
    package struct Left: Sendable {
        package fileprivate(set) var count = 0
        /// Where the first ones stand, in the order of reading.
        package fileprivate(set) var first: [Place] = []
    }

    /// Hashes, of every kind, in all files.
    package internal(set) var read = 0
    /// Entries that say that another one is deleted.
    package internal(set) var deletions = 0
    /// Hashes that the list holds, by the word that begins their line: `pdq`, `sha256`, `md5`, `video`.
    package internal(set) var taken: [String: Int] = [:]
    package private(set) var left: [Reason: Left] = [:]
    /// Hashes there were of each kind that lists do not hold, by its name in the file: its first 40 characters.
    package private(set) var unsupported: [String: Int] = [:]
    /// What is allowed and more likely a mistake.
    package private(set) var warnings: [String] = []

    package static let placesKept = 5
    private static let namesKept = 32

    /// Hashes that were taken.
    package var takenCount: Int { taken.values.reduce(0, +) }

    /// Whether something is no hash that ought to be one.
    package var hasFaults: Bool { left.contains { $0.key.isFault && $0.value.count > 0 } }

    mutating func leave(_ reason: Reason, _ place: Place) {
        left[reason, default: Left()].count += 1
        if left[reason]!.first.count < Self.placesKept { left[reason]!.first.append(place) }
    }

    mutating func leave(unsupported name: String, _ place: Place) {
        leave(.unsupported, place)
        let name = String(String.UnicodeScalarView(name.unicodeScalars.prefix(40)))
        unsupported[unsupported[name] != nil || unsupported.count < Self.namesKept ? name : "others", default: 0] += 1
    }

    mutating func warn(_ text: String) {
        if warnings.count < 64, !warnings.contains(text) { warnings.append(text) }
    }
}
