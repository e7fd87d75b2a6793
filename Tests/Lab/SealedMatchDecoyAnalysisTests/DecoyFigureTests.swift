import Foundation
import SealedMatchDecoyAnalysis
import Testing

/// Docs/Decoys.md prints what `make decoys` found; some of it is computed again here, from other seeds.
@Suite struct DecoyFigureTests {
    /// The figures that the page was made of.
    static let published: [String: Published] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/Lab/Decoys/decoys.jsonl")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [:] }
        let rows = text.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Published.self, from: Data($0.utf8))
        }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })
    }()

    struct Published: Decodable {
        let name: String
        let value: Double
        let error: Double?
    }

    @Test func recomputedAdvantagesAgreeWithThePublishedOnes() throws {
        #if DEBUG
            let figures = DecoyCurve.figures(.least, seed: 4)
        #else
            let figures = DecoyCurve.figures(.quick, seed: 4)
        #endif
        #expect(figures.count >= 5)
        for figure in figures {
            let published = try #require(Self.published[figure.name], "\(figure.name) is not published")
            let error = try #require(figure.error), other = try #require(published.error)
            // Four standard errors of the difference, and what fewer draws of the intensities cost the attack.
            let allowed = 4 * (error * error + other * other).squareRoot() + 0.03
            #expect(abs(figure.value - published.value) < allowed, "\(figure) \(published)")
        }
    }

    @Test func recomputedDelaysAgreeWithThePublishedOnes() throws {
        for others in [0, 100, 300] {
            let matches = RevealDelay().matches(afterOthers: others, first: true, epochs: 400, seed: 9)
            let published = try #require(Self.published["reveal.first.middle.\(others)"])
            #expect(abs(Double(matches[200]) - published.value) <= 1)
        }
    }

    /// Below t matches nothing, whatever k is; with so many polynomials that ⌈e/k⌉ is 1, t + 1.
    @Test func theThresholdIsAFloor() {
        let none = RevealDelay(threshold: 5, polynomials: 1 << 20).matches(
            afterOthers: 50, first: true, epochs: 20, seed: 1)
        #expect(none.allSatisfy { $0 == 6 })
        let few = RevealDelay(threshold: 5, polynomials: 4).matches(afterOthers: 50, first: true, epochs: 20, seed: 1)
        #expect(few.allSatisfy { $0 > 6 })
    }

    @Test func publishedFiguresAreComplete() {
        for n in DecoyCurve.volumes {
            for scenario in ["row", "burst", "scattered", "late", "other", "known10"] {
                for name in ["decoys.\(scenario).\(n)", "decoys.twelve.\(scenario).\(n)"] {
                    #expect(Self.published[name] != nil, "\(name)")
                }
            }
        }
    }
}
