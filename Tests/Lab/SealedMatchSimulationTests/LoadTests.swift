import SealedMatchAuthority
import SealedMatchClient
import SealedMatchCrypto
import SealedMatchDecoyAnalysis
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchSimulation
import SealedMatchTestSupport
import SealedMatchWorkers
import Foundation
import Testing

/// Bytes and seconds, against real files and real vouchers.
@Suite struct LoadTests {
    private let unit = ProcessorCosts(
        sealSlotMicroseconds: 100, openSlotMicroseconds: 50, denseNanoseconds: 2, stepsNanoseconds: 3)

    private func load(
        _ setting: SimulationSetting = SimulationSetting(name: "default"), vouchers: Int, matches: Int = 0,
        runs: Int = 1, _ change: (inout PopulationGroup) -> Void = { _ in }
    ) -> GroupLoad {
        var group = PopulationGroup(name: "a", accounts: 1)
        change(&group)
        return GroupLoad(group, setting, volumes: [vouchers: 3], matches: 3 * matches, runs: runs, costs: unit)
    }

    @Test(arguments: CheckCurve.volumes + [65_536]) func openings(_ volume: Int) {
        let price = CheckPrice(ShortCheck(), volume: volume)
        #expect(
            abs(OpeningCurve(SimulationSetting(name: "a")).openings(Double(volume)) - price.mean) < 1e-6 * price.mean)
        let load = load(vouchers: volume, matches: 7)
        #expect(abs(load.openings - price.mean - 7) < 1e-3)
    }

    @Test func sizesAndSeconds() {
        let one = load(vouchers: 300)
        #expect(one.sentBytes == 300 * 4_492 / 30)
        #expect(abs(one.sealing - 300 * 32 * 100e-6) < 1e-9 && abs(one.opening - 300 * 32 * 50e-6) < 1e-9)
        // One try among 1,478 openings, 2 ns · C³.
        let count = OpeningCurve(SimulationSetting(name: "a")).openings(300)
        #expect(abs(one.decoding - count * count * count * 2e-9) < 1e-6)
        // Ten tries: the cubes of tenths, of those with t vouchers.
        #expect(load(vouchers: 300, runs: 10).decoding > 2 * one.decoding)
        #expect(load(vouchers: 29, runs: 10).decoding == 0)
        // Beyond 4,096 openings by the decoder's own steps: 3 ns · k·C².
        let many = OpeningCurve(SimulationSetting(name: "a")).openings(1_000)
        #expect(many < 4_096 && abs(load(vouchers: 1_000).decoding - many * many * many * 2e-9) < 1e-3)
        let most = OpeningCurve(SimulationSetting(name: "a")).openings(10_000)
        #expect(most > 4_096 && abs(load(vouchers: 10_000).decoding - 312 * most * most * 3e-9) < 1e-3)
        // What is lost is sealed and sent, and neither stored nor opened.
        let lost = load(vouchers: 300) { $0.lost = 0.5 }
        #expect(lost.sealing == one.sealing && lost.sentBytes == one.sentBytes)
        #expect(abs(lost.opening - one.opening / 2) < 1e-9 && lost.collectorBytes < one.collectorBytes * 0.51)
        // Two devices apart have the first numbers twice: more chance openings.
        let apart = load(vouchers: 300) {
            $0.devices = 2
            $0.merging = false
        }
        #expect(abs(apart.openings - 2 * OpeningCurve(SimulationSetting(name: "a")).openings(150)) < 1e-6)
    }

    /// Real vouchers in the real stores: the files are as large as was said, and by what SQLite's pages leave free
    /// larger.
    @Test func filesAreSoLarge() throws {
        let scratch = TemporaryDirectory()
        let workers = Workers()
        let made = try MadeSet(entries: 400, seed: 5, workers: workers)
        var setting = SimulationSetting(name: "a")
        setting.parameters.threshold = 5
        setting.slots = 16
        let (set, matching) = try made.open(setting.parameters)
        let collector = try CollectorStore(path: scratch.file("collector"), creation: .ifMissing)
        var random = SimulationRandom(6)
        let (accounts, vouchers) = (4, 96)
        for _ in 0..<accounts {
            var sealer = try made.sealer(set, &random)
            _ = try collector.register(sealer.registration, authenticatedAs: sealer.account)
            let bytes = try (0..<vouchers).map { _ in
                try sealer.seal(.file(sha256: random.digest()), note: [], random: &random).encoded
            }
            #expect(bytes[0].count == VoucherHeader.voucherCount(setting.parameters))
            for outcome in try collector.store(all: bytes, authenticatedAs: sealer.account) {
                #expect(try outcome.get() == .stored)
            }
        }
        let store = try AuthorityStore(path: scratch.file("authority"), creation: .ifMissing)
        let service = OpeningService(source: collector, store: store, opener: VoucherOpener([matching]))
        #expect(try service.openPending()?.isComplete == true)
        try collector.close()
        try store.close()
        let load = load(setting, vouchers: vouchers)
        for (name, expected) in [("collector", load.collectorBytes), ("authority", load.authorityBytes)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: scratch.file(name))
            let size = try #require(attributes[.size] as? Int)
            let ratio = Double(size) / (Double(accounts) * expected)
            #expect((0.95...1.5).contains(ratio), "\(name): \(size) bytes, \(ratio) of what was said")
        }
    }
}
