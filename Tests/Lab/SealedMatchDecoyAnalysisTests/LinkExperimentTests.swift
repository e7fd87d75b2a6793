import SealedMatchDecoyAnalysis
import Testing

/// The trained linker (Docs/Decoys.md, "Does anything link an account's epochs?"), in a short form.
@Suite struct LinkExperimentTests {
    static let found: [String: CheckFigure] = {
        #if DEBUG
            let experiment = LinkExperiment(accounts: 40, worlds: 3)
        #else
            let experiment = LinkExperiment(worlds: 6)
        #endif
        return Dictionary(uniqueKeysWithValues: experiment.figures(seed: 77).map { ($0.name, $0) })
    }()

    static func figure(_ name: String) throws -> CheckFigure { try #require(found[name], "\(name)") }

    /// With few worlds an error is itself uncertain: it counts as at least one pseudonym of a hundred.
    static func margin(_ figure: CheckFigure) -> Double { 4 * max(figure.error ?? 0, 0.01) }

    /// Where no account has a match, and none a second device, openings and N tell nothing beyond the volume.
    @Test func vouchersLinkNothingByThemselves() throws {
        for name in ["openings", "levels"] {
            let gain = try Self.figure("link.gain.bare.\(name)")
            #expect(abs(gain.value) < Self.margin(gain), "\(gain)")
        }
    }

    /// All that the file holds tells nothing beyond the volume, where each account has one device and no match, and new
    /// sets are taken together; else it tells something.
    @Test func theFileLinksNothingByItself() throws {
        let gain = try Self.figure("link.gain.kept.file")
        #expect(abs(gain.value) < Self.margin(gain), "\(gain)")
        #expect(try Self.figure("link.gain.file.file").value > 0.02)
        #expect(try Self.figure("link.gain.file.file").value < Self.figure("link.gain.named.all").value)
    }

    /// The linker has teeth: it beats chance by volumes, and finds what is there to find.
    @Test func theLinkerFindsWhatIsThere() throws {
        let chance = try Self.figure("link.chance").value
        for kind in ["named", "alone", "bare"] {
            #expect(try Self.figure("link.top.\(kind).volume").value > 1.5 * chance)
        }
        for name in ["plain.openings", "named.order", "named.all", "alone.all"] {
            let gain = try Self.figure("link.gain.\(name)")
            #expect(gain.value > 0.02, "\(gain)")
        }
    }

    #if !DEBUG
        @Test func recomputedRatesAgreeWithThePublishedOnes() throws {
            var compared = 0
            for (name, figure) in Self.found where name.hasPrefix("link.top.") {
                let published = try #require(CheckFigureTests.published[name], "\(name) is not published")
                let error = (pow2(max(figure.error ?? 0, 0.005)) + pow2(published.error ?? 0)).squareRoot()
                #expect(abs(figure.value - published.value) < 5 * error, "\(figure) \(published)")
                compared += 1
            }
            #expect(compared >= 20)
        }

        private func pow2(_ value: Double) -> Double { value * value }
    #endif

    @Test func experimentsAreDeterministic() {
        let once = LinkExperiment(accounts: 12, worlds: 2)
        #expect(once.figures(seed: 3) == once.figures(seed: 3))
        #expect(once.figures(seed: 3) != once.figures(seed: 4))
    }
}
