import SealedMatchProtocol

/// The price of the decoys at the threshold: with how many matches an account is revealed after how many other media.
///
/// The decoder finds R matches among e decoys if and only if R ≥ t and k(R − t) ≥ e (Docs/Protocol.md, "Decoder"). So
/// below t nothing opens, and an account is revealed as soon as it has t + ⌈e/k⌉ matches, e the decoys until then.
package struct RevealDelay {
    package let threshold: Int
    package let polynomials: Int

    package init(threshold: Int = 30, polynomials: Int = 64) {
        self.threshold = threshold
        self.polynomials = polynomials
    }

    /// Matches at the reveal of an account that sends `others` media that match nothing, and known ones after that.
    ///
    /// - Parameter first: an account's first epoch (n̂ = 0), else the last epoch was as long as this one.
    /// - Returns: one number for each epoch, ascending.
    package func matches(afterOthers others: Int, first: Bool, epochs: Int, seed: UInt64) -> [Int] {
        var random = SeededGenerator(seed: seed)
        return (0..<epochs).map { _ in
            guard
                var schedule = try? DecoySchedule(
                    epochWords: &random, devices: 1, coverSlots: 6,
                    lastEpochVolume: first ? 0 : others + threshold)
            else {
                // As in `DecoyProcess`: no input from outside comes here, and there is no figure without a schedule.
                preconditionFailure("a seeded generator cannot fail, and the parameters are the lab's own")
            }
            return matches(afterOthers: others) { _ in
                var fresh = InlineArray<32, UInt64>(repeating: 0)
                for word in 0..<12 { fresh[word] = random.draw() }
                return schedule.step(fresh)
            }
        }.sorted()
    }

    /// The same under a short check: `matches(afterOthers:first:epochs:seed:)`. No epoch is like a first one.
    package func matches(afterOthers others: Int, check: ShortCheck, epochs: Int, seed: UInt64) -> [Int] {
        var random = SeededGenerator(seed: seed)
        let laws = check.laws
        return (0..<epochs).map { _ in
            var voucher = 0
            return matches(afterOthers: others) { matching in
                defer { voucher += 1 }
                // The matching slot's own opening is none by chance.
                return (laws[check.levels[voucher]]?.openings(matching: matching, &random) ?? 0) - (matching ? 1 : 0)
            }
        }.sorted()
    }

    /// - Parameter next: seals a voucher, with a match or without, and returns how many slots open without one.
    private func matches(afterOthers others: Int, next: (_ matching: Bool) -> Int) -> Int {
        var decoys = 0
        for _ in 0..<others { decoys += next(false) }
        var matches = 0
        while matches < threshold || polynomials * (matches - threshold) < decoys {
            decoys += next(true)
            matches += 1
        }
        return matches
    }

    /// The table of README and Docs/Embedding.md, the middle account and the 99th of a hundred; and the same with a
    /// short check in place of decoys.
    package static func figures(seed: UInt64) -> [DecoyFigure] {
        let others = [0, 10, 30, 100, 300, 1_000, 3_000]
        func figures(_ name: String, _ others: Int, _ matches: [Int]) -> [DecoyFigure] {
            [
                DecoyFigure("reveal.\(name).middle.\(others)", Double(matches[1_000]), "matches"),
                DecoyFigure("reveal.\(name).p99.\(others)", Double(matches[1_980]), "matches"),
            ]
        }
        let decoys = others.flatMap { others in
            [(true, "first"), (false, "later")].flatMap { first, name in
                figures(
                    name, others,
                    RevealDelay().matches(afterOthers: others, first: first, epochs: 2_000, seed: seed))
            }
        }
        let delay = RevealDelay(polynomials: CheckCurve.polynomials)
        return decoys
            + others.flatMap {
                figures("check", $0, delay.matches(afterOthers: $0, check: ShortCheck(), epochs: 2_000, seed: seed))
            }
    }
}
