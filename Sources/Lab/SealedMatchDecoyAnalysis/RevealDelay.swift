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
            var decoys = 0
            func next() {
                var fresh = InlineArray<32, UInt64>(repeating: 0)
                for word in 0..<12 { fresh[word] = random.draw() }
                decoys += schedule.step(fresh)
            }
            for _ in 0..<others { next() }
            var matches = 0
            while matches < threshold || polynomials * (matches - threshold) < decoys {
                next()
                matches += 1
            }
            return matches
        }.sorted()
    }

    /// The table of README and Docs/Embedding.md: the middle account and the 99th of a hundred.
    package static func figures(seed: UInt64) -> [DecoyFigure] {
        [0, 10, 30, 100, 300, 1_000, 3_000].flatMap { others in
            [(true, "first"), (false, "later")].flatMap { first, name in
                let matches = RevealDelay().matches(afterOthers: others, first: first, epochs: 2_000, seed: seed)
                return [
                    DecoyFigure("reveal.\(name).middle.\(others)", Double(matches[1_000]), "matches"),
                    DecoyFigure("reveal.\(name).p99.\(others)", Double(matches[1_980]), "matches"),
                ]
            }
        }
    }
}
