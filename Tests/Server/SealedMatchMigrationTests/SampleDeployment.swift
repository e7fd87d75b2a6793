import Foundation
import GRDB
import SealedMatchAuthority
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import SealedMatchTesting
import Testing

/// What real clients sent, in the order in which it came: to be given to any collector, all of it or in parts.
struct SampleTraffic {
    let opener: VoucherOpener<LocalEvaluator>
    let registrations: [Registration]
    let accounts: [String: AccountID]
    private(set) var vouchers: [String: [[UInt8]]] = [:]
    let oldEpoch: UInt32

    /// With t = 3: of anna and bert 7 items are in the set, of cleo 2, of dora 5; emil sent 4 in an epoch before.
    init() throws {
        let world = try TestWorld(
            seed: 41, threshold: 3, chance: .exactly(1), known: (0..<8).map { "known \($0)" })
        oldEpoch = try world.epoch()
        let send = { (name: String, matches: Int, others: Int) in
            let device = try world.account(name).device()
            try device.send((0..<matches).map { "known \($0)" })
            try device.send(others: others)
        }
        try send("emil", 4, 1)
        try world.advanceToNextEpoch()
        try send("anna", 7, 3)
        try send("bert", 7, 3)
        try send("cleo", 2, 5)
        try send("dora", 5, 1)
        let memory = world.collector.memory
        registrations = memory.holdings.map(\.registration)
        let names = ["anna", "bert", "cleo", "dora", "emil"]
        accounts = Dictionary(uniqueKeysWithValues: try names.map { ($0, try world.account($0).id) })
        opener = VoucherOpener(world.sets.map(\.matching))
        let stored = try memory.vouchers(after: 0, limit: 10_000).vouchers
        for (name, account) in accounts {
            let pseudonyms = registrations.filter { $0.account == account }.map(\.pseudonym)
            vouchers[name] = stored.filter { pseudonyms.contains($0.voucher.header.pseudonym) }.map(\.voucher.encoded)
        }
    }

    func registration(_ name: String) throws -> Registration {
        try #require(registrations.first { $0.account == accounts[name] })
    }

    func name(_ name: String) throws -> AccountEpoch {
        let registration = try registration(name)
        return AccountEpoch(pseudonym: registration.pseudonym, epoch: registration.epoch)
    }

    /// Gives a collector these vouchers of an account.
    func send(_ name: String, _ range: Range<Int>, to intake: some Intake) async throws {
        let outcomes = try await intake.store(
            all: Array(try #require(vouchers[name])[range]), authenticatedAs: try #require(accounts[name]))
        #expect(outcomes.allSatisfy { $0 == .success(.stored) })
    }
}

/// The two files of a deployment in a folder of their own.
struct SampleFiles {
    let scratch = TemporaryDirectory()
    var collector: String { scratch.file("collector.sqlite") }
    var authority: String { scratch.file("authority.sqlite") }

    func open() throws -> (CollectorStore, AuthorityStore) {
        (
            try CollectorStore(path: collector, creation: .ifMissing),
            try AuthorityStore(path: authority, creation: .ifMissing)
        )
    }

    func copy() throws -> SampleFiles {
        let copy = SampleFiles()
        for (from, to) in [(collector, copy.collector), (authority, copy.authority)] {
            try FileManager.default.copyItem(atPath: from, toPath: to)
        }
        return copy
    }

    /// Changes a file behind its store's back, without the checks of the schema.
    static func edit(_ path: String, _ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA ignore_check_constraints = ON; " + sql)
        }
        try queue.close()
    }

    /// Everything that the two files hold, but for their marks.
    func contents() throws -> [String] {
        try [collector, authority].map { path in
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            return try queue.read { db in
                try String.fetchAll(
                    db,
                    sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
                ).map { table in
                    try Row.fetchAll(db, sql: "SELECT * FROM \(table) ORDER BY 1").map(\.description).joined(
                        separator: "\n")
                }.joined(separator: "\n\n")
            }
        }
    }

    /// A deployment with all that there can be. Nobody has it open.
    static func running(_ traffic: SampleTraffic) async throws -> SampleFiles {
        let files = SampleFiles()
        let (collector, authority) = try files.open()
        for registration in traffic.registrations {
            _ = try collector.register(registration, authenticatedAs: registration.account)
        }
        // Anna is above the threshold, the others are not or will not be; of these two nothing is left.
        try await traffic.send("emil", 0..<5, to: collector)
        try await traffic.send("dora", 0..<6, to: collector)
        try await traffic.send("anna", 0..<8, to: collector)
        try await traffic.send("bert", 0..<2, to: collector)
        try await traffic.send("cleo", 0..<4, to: collector)
        // Those of cleo that come now wait for a key; the collector keeps them.
        let service = OpeningService(source: collector, store: authority, opener: traffic.opener)
        #expect(try service.openPending(prune: true)?.isComplete == true)
        let decided = try RevealService(source: collector, store: authority).revealReady()
        let anna = try traffic.name("anna")
        let reveal = try #require(decided.decisions.first { $0.name == anna }).result.get().reveal
        #expect(try collector.resolve(reveal.request.encoded).number == 1)
        let order = NoticeOrder(request: reveal.request, root: reveal.matches[0].setRoot, kind: .revealed)
        #expect(try collector.post(order, on: 20_000) == .stored)
        try await traffic.send("cleo", 4..<6, to: collector)
        let keyless = OpeningService(
            source: collector, store: authority, opener: VoucherOpener<LocalEvaluator>([]))
        #expect(try keyless.openPending()?.waiting == 2)
        try authority.erase(collector.erase(try #require(traffic.accounts["dora"])))
        try collector.expire(before: traffic.oldEpoch + 1)
        try authority.expire(before: traffic.oldEpoch + 1)
        // Not read yet.
        try await traffic.send("bert", 2..<7, to: collector)
        try await traffic.send("anna", 8..<9, to: collector)
        try collector.close()
        try authority.close()
        return files
    }

    /// Goes on with the files, as roles do.
    func goOn(_ traffic: SampleTraffic, more: (CollectorStore) async throws -> Void) async throws -> [Reveal] {
        let (collector, authority) = try open()
        try await more(collector)
        let service = OpeningService(source: collector, store: authority, opener: traffic.opener)
        #expect(try service.openPending(prune: true)?.isComplete == true)
        return try Self.reveals(RevealService(source: collector, store: authority).revealReady())
    }

    static func reveals(_ decisions: RevealDecisions) -> [Reveal] {
        decisions.decisions.compactMap { try? $0.result.get().reveal }.sorted {
            $0.pseudonym.encoded < $1.pseudonym.encoded
        }
    }
}
