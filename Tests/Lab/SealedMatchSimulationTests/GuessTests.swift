import Foundation
import SealedMatchDecoyAnalysis
import SealedMatchSimulation
import Testing

/// What an observer can guess: the judge of Docs/Decoys.md, asked the right question.
@Suite struct GuessTests {
    private struct Published: Decodable {
        let name: String
        let value: Double
        let error: Double?
    }

    private func published(_ name: String) throws -> Published {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/Lab/Decoys/decoys.jsonl")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let rows = try lines.map { try JSONDecoder().decode(Published.self, from: Data($0.utf8)) }
        return try #require(rows.first { $0.name == name })
    }

    private func figure(
        _ timing: PopulationGroup.Timing, _ vouchers: Int, matches: Int = 10, _ setting: SimulationSetting? = nil
    ) -> GuessFigure? {
        var group = PopulationGroup(name: "a", accounts: 1)
        group.timing = timing
        return GuessFigure(
            group, setting ?? SimulationSetting(name: "default"), vouchers: vouchers, matches: matches, seed: 3)
    }

    @Test(
        arguments: [(.even, "scattered", 100), (.burst, "row", 100), (.even, "scattered", 30)]
            as [(PopulationGroup.Timing, String, Int)])
    func agreesWithThePublishedFigures(_ timing: PopulationGroup.Timing, _ scenario: String, _ vouchers: Int) throws {
        let guess = try #require(figure(timing, vouchers))
        let one = try published("check.\(scenario).\(vouchers)")
        let twelve = try published("check.twelve.\(scenario).\(vouchers)")
        #expect(abs(guess.advantage - one.value) < 5 * (guess.advantageError + (one.error ?? 0)))
        #expect(abs(guess.twelve - twelve.value) < 5 * (guess.twelveError + (twelve.error ?? 0)))
        #expect(guess.advantageError > 0 && guess.advantageError < 0.01)
        // The voucher with number 99 has N = 6, and 29 has 5.
        let suspected = try published("check.level.advantage.\(vouchers == 100 ? 6 : 5)")
        #expect(abs(guess.suspected - suspected.value) < 1e-4)
    }

    /// One match in the last voucher is one suspected voucher: drawn here, exact there.
    @Test func lastVoucher() throws {
        let guess = try #require(figure(.end, 600, matches: 1))
        #expect(abs(guess.advantage - guess.suspected) < 5 * guess.advantageError, "\(guess)")
        #expect(guess.pattern == "the last 1 vouchers" && guess.twelve > guess.advantage)
        // Known places are worth more than unknown ones.
        let ten = try #require(self.figure(.end, 100)), anywhere = try #require(figure(.even, 100))
        #expect(ten.advantage > anywhere.advantage + 0.1)
    }

    @Test func limits() throws {
        #expect(figure(.even, 9) == nil && figure(.even, 0) == nil)
        var setting = SimulationSetting(name: "a")
        setting.parameters.threshold = 4
        let few = try #require(figure(.even, 50, setting))
        #expect(few.matches == 3)
        let many = try #require(figure(.burst, 65_536))
        #expect(many.vouchers == 3_000)
        // All open: nothing to be seen.
        setting.parameters.checkLevels = try .init(canonical: [UInt8](repeating: 1, count: 12))
        let open = try #require(figure(.even, 50, setting))
        #expect(abs(open.advantage) < 1e-9 && abs(open.suspected) < 1e-9)
    }
}
