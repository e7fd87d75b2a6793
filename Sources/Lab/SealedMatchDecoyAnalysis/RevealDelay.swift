/// The price of chance openings at the threshold: with how many matches an account is revealed after how many other
/// media.
///
/// The decoder finds R matches among e chance openings if and only if R ≥ t and k(R − t) ≥ e (Docs/Protocol.md,
/// "Decoder"). So below t nothing opens, and an account is revealed as soon as it has t + ⌈e/k⌉ matches, e the chance
/// openings until then.
package struct RevealDelay {
    package let threshold: Int
    package let polynomials: Int

    package init(threshold: Int = 30, polynomials: Int = CheckCurve.polynomials) {
        self.threshold = threshold
        self.polynomials = polynomials
    }

    /// Matches at the reveal of an account that sends `others` media that match nothing, and known ones after that.
    ///
    /// - Returns: one number for each epoch, ascending.
    package func matches(
        afterOthers others: Int, check: ShortCheck = ShortCheck(), epochs: Int, seed: UInt64
    ) -> [Int] {
        var random = SeededGenerator(seed: seed)
        let laws = check.laws
        return (0..<epochs).map { _ in
            var voucher = 0
            // The matching slot's own opening is none by chance: in both laws the rest is what counts.
            func chance(matching: Bool) -> Int {
                defer { voucher += 1 }
                guard let law = laws[check.level(voucher)] else { return 0 }
                return law.openings(matching: matching, &random) - (matching ? 1 : 0)
            }
            var openings = 0, matches = 0
            for _ in 0..<others { openings += chance(matching: false) }
            while matches < threshold || polynomials * (matches - threshold) < openings {
                openings += chance(matching: true)
                matches += 1
            }
            return matches
        }.sorted()
    }

    /// The table of README and Docs/Embedding.md, the middle account and the 99th of a hundred.
    package static func figures(seed: UInt64) -> [CheckFigure] {
        [0, 10, 30, 100, 300, 1_000, 3_000].flatMap { others in
            let matches = RevealDelay().matches(afterOthers: others, epochs: 2_000, seed: seed)
            return [
                CheckFigure("reveal.middle.\(others)", Double(matches[1_000]), "matches"),
                CheckFigure("reveal.p99.\(others)", Double(matches[1_980]), "matches"),
            ]
        }
    }
}
