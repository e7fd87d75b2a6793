internal import Foundation
internal import SealedMatchCrypto

/// What people write as a reason must not pose as what a page says of itself: `[shown on the page: …]` and
/// `[stated; …]` began reasons that pages wrote, before events had fields for it. (Docs/Protocol.md, "Cases", step 2)
enum CaseReason {
    private static let marks = ["shownonthepage", "seenasafile", "stated"]

    /// Letters of other alphabets that look like one of the marks'.
    private static let alike: [Unicode.Scalar: Unicode.Scalar] = [
        // Cyrillic
        "\u{430}": "a", "\u{435}": "e", "\u{43E}": "o", "\u{440}": "p", "\u{442}": "t", "\u{43D}": "h",
        "\u{455}": "s", "\u{4BB}": "h", "\u{501}": "d", "\u{51D}": "w", "\u{581}": "g", "\u{578}": "n",
        "\u{570}": "h", "\u{585}": "o", "\u{57D}": "u",
        // Greek, Latin
        "\u{3B1}": "a", "\u{3BF}": "o", "\u{3C1}": "p", "\u{3C4}": "t", "\u{3B7}": "n", "\u{3B5}": "e",
        "\u{3C9}": "w", "\u{251}": "a", "\u{261}": "g", "\u{131}": "i", "0": "o", "5": "s",
    ]

    /// - Throws: `stepRefused` for a reason that poses as a page's mark.
    static func check(_ text: String) throws(SealedMatchError) {
        guard !poses(text) else {
            throw SealedMatchError(.stepRefused, "a reason does not begin like what a page says of itself")
        }
    }

    static func poses(_ text: String) -> Bool {
        // What comes behind does not matter: blanks in front may be many, so all of a reason is looked at.
        var seen: [Unicode.Scalar] = []
        var hasSign = false
        for scalar in text.precomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
            switch scalar.properties.generalCategory {
            case .lowercaseLetter, .uppercaseLetter, .titlecaseLetter, .otherLetter, .modifierLetter, .decimalNumber,
                .letterNumber, .otherNumber:
                guard !seen.isEmpty || hasSign else { return false }
                seen.append(alike[scalar] ?? scalar)
            case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .nonspacingMark,
                .spacingMark, .enclosingMark, .unassigned, .privateUse, .surrogate:
                continue
            default: if seen.isEmpty { hasSign = true }
            }
            let word = String(String.UnicodeScalarView(seen))
            if marks.contains(word) { return true }
            guard marks.contains(where: { $0.hasPrefix(word) }) else { return false }
        }
        return false
    }
}
