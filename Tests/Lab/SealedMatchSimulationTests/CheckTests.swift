import SealedMatchSimulation
import SealedMatchWorkers
import Testing

/// The comparison with the real protocol passes, and fails where the simulator is wrong.
@Suite struct CheckTests {
    private static let protocols = ProtocolCheck(quick: true)
    private static let decoders = DecoderCheck(quick: true)
    // Gathered once, and judged by several models.
    private static let sealed = Result { try protocols.gather(seed: 31, Workers()) }
    private static let decoded = Result { try decoders.gather(seed: 32, Workers()) }

    private func protocolCheck(_ change: (inout SimulationModel) -> Void = { _ in }) throws -> [CheckResult] {
        var model = SimulationModel.simulator
        change(&model)
        return try Self.protocols.results(Self.sealed.get(), model)
    }

    private func decoderCheck(_ change: (inout SimulationModel) -> Void = { _ in }) throws -> [CheckResult] {
        var model = SimulationModel.simulator
        change(&model)
        return try Self.decoders.results(Self.decoded.get(), model)
    }

    @Test func passes() throws {
        let results = try protocolCheck() + decoderCheck()
        #expect(failures(results) == [], "\(results)")
        #expect(results.count >= 8)
        // The same seed, the same words, whatever the number of threads.
        let again = try Self.protocols.gather(seed: 31, Workers(threads: 1))
        #expect(try Self.protocols.results(again, .simulator) == protocolCheck())
    }

    private func failures(_ results: [CheckResult]) -> [String] { results.filter { !$0.passed }.map(\.name) }

    @Test func wrongLevelsAreNoticed() throws {
        let own = SimulationModel.simulator.level
        // One voucher late.
        let late = try protocolCheck { $0.level = { own($0, max(0, $1 - 1)) } }
        #expect(failures(late).contains("check levels of vouchers"))
        // Every level one more: also the openings are others.
        let greater = try protocolCheck { $0.level = { own($0, $1) + 1 } }
        #expect(failures(greater).count { $0.hasPrefix("openings at") } >= 1, "\(greater)")
    }

    @Test func wrongTrialsAreNoticed() throws {
        let more = try protocolCheck { $0.trials = { setting, matches in setting.slots - (matches ? 4 : 3) } }
        #expect(failures(more).contains { $0.hasPrefix("openings at") }, "\(more)")
        // A match that only opens as often as chance.
        let none = try protocolCheck { $0.trials = { setting, _ in setting.slots / 2 } }
        #expect(failures(none).contains { $0.hasPrefix("openings at") })
    }

    @Test(arguments: [-1, 1]) func aRuleThatIsOffByOneIsNoticed(_ off: Int) throws {
        let own = SimulationModel.simulator.reveals
        for results in [
            try decoderCheck { $0.reveals = { own($0, $1, max(0, $2 + off)) } },
            try decoderCheck { $0.reveals = { own($0, $1 + off, $2) } },
        ] {
            #expect(failures(results).count == 2, "\(results)")
        }
        #expect(failures(try protocolCheck { $0.reveals = { own($0, $1 + off, $2) } }).contains("verdicts"))
    }

    /// Chi-squared finds what it should, and lets pass what it should.
    @Test func fit() {
        #expect(GoodnessOfFit([250, 500, 250], [0.25, 0.5, 0.25]).value == 0)
        #expect(!GoodnessOfFit([300, 400, 300], [0.25, 0.5, 0.25]).fits)
        #expect(!GoodnessOfFit([10, 0, 3], [1, 0, 0]).fits)
        #expect(GoodnessOfFit([100], [1]).fits)
    }
}
