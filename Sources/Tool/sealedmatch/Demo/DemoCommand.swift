internal import ArgumentParser
internal import SealedMatchAuthority
internal import SealedMatchOpenings
internal import SealedMatchSQLite
internal import SealedMatchCollector
internal import SealedMatchFingerprint
internal import Foundation
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchSets
internal import SealedMatchFiles
internal import SealedMatchWorkers

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract:
            "Runs the whole path on real pictures: lists, set, signatures, sealing, collecting, opening, revealing.",
        discussion: "Ends with exit code 1 if an account is revealed that should not be, or one is missed.")

    @Option(help: "A directory of photographs; at least 15 large ones, or 140 in all.") var pictures: String
    @Option(help: "Working directory; a temporary one, removed at the end, unless given.") var work: String?

    /// Pictures of the lists, and innocent ones.
    private static let knownCount = 80
    private static let innocentCount = 60

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let directory = work ?? NSTemporaryDirectory() + "sealedmatch-demo-" + UUID().uuidString
            try about(directory) { try LockedDirectory.make(directory) }
            defer { if work == nil { try? FileManager.default.removeItem(atPath: directory) } }
            let all = try DemoPictures(directory: pictures, limit: Self.knownCount + Self.innocentCount).pictures
            guard all.count == Self.knownCount + Self.innocentCount else {
                throw Failure(
                    "\(pictures): \(all.count) different pictures of good quality; the demo needs \(Self.knownCount + Self.innocentCount)"
                )
            }
            // Every other one, so that known and innocent pictures come from the same photographs.
            let mixed =
                stride(from: 0, to: all.count, by: 2).map { all[$0] }
                + stride(from: 1, to: all.count, by: 2).map { all[$0] }
            try Demo(
                directory: directory, known: mixed.prefix(Self.knownCount), innocent: mixed.suffix(Self.innocentCount)
            ).run()
        }
    }
}

/// The set as its clients have it, and what the authority and the sources keep of it.
private struct PublishedSet: ~Copyable {
    let set: BlindedSet
    let custodians: DemoCustodians
    let entries: EntrySelection
    let lists: [(Bytes32, [ListedHash])]
}

/// The demo's parties, one after another, each with its own files under one directory.
struct Demo {
    let directory: String
    let known: ArraySlice<DemoPicture>
    let innocent: ArraySlice<DemoPicture>

    func run() throws {
        let now = currentTime()
        let published = try buildSet(now)
        let set = published.set
        let parameters = set.header.parameters
        let t = parameters.threshold
        // What chance openings cost: the reveal comes at t + ⌈e/k⌉, here t + 2; a fifth more for copies that the probes
        // miss.
        let accounts = [
            DemoAccount(name: "anna", story: "holiday pictures, nothing known", known: [], innocent: innocent),
            DemoAccount(
                name: "bruno", story: "one short of the threshold", known: known.prefix(t - 1),
                innocent: innocent.prefix(20), resent: 10),
            DemoAccount(
                name: "carla", story: "threshold and what chance openings cost", known: known.prefix(t + 8),
                innocent: innocent.prefix(20)),
            DemoAccount(name: "dario", story: "many known pictures", known: known, innocent: innocent.prefix(30)),
        ]
        Terminal.print("")
        Terminal.print(
            "2. Four people send pictures. Their messenger recompresses each, seals a voucher, then encrypts the picture."
        )
        let collector = try about("the collector") {
            try CollectorStore(path: "\(directory)/collector.sqlite", creation: .ifMissing)
        }
        let messenger = DemoMessenger(set: set, keys: Set(published.entries.keys), work: directory, now: now)
        var truths: [DemoTruth] = []
        for account in accounts {
            truths.append(
                try messenger.send(account, collector: collector) { Terminal.progress("\(account.name) sends", $0, $1) }
            )
        }
        Terminal.print("")
        Terminal.print(
            "3. The first custodian's operator stops it. The authority opens the vouchers with the two others, and decides."
        )
        try published.custodians.stopFirst()
        let service = OpeningService(
            source: collector,
            store: try about("the authority") {
                try AuthorityStore(path: "\(directory)/authority.sqlite", creation: .ifMissing)
            },
            opener: VoucherOpener([
                try MatchingSet(evaluator: published.custodians.evaluator(of: set.header), header: set.header)
            ]))
        guard let opened = try about("opening", { try service.openPending() }) else {
            throw Failure("another process opens into the demo's folder", code: Failure.unavailable)
        }
        Terminal.print(
            "   \(opened.vouchers) vouchers, \(opened.openings) slots opened: those that match, and others by chance")
        try published.custodians.show()
        let decisions = try about("revealing") {
            try RevealService(source: collector, store: service.store).revealReady(force: true).decisions
        }
        let report = DemoReport(
            accounts: accounts, truths: truths, decisions: decisions, collector: collector, store: service.store,
            key: try SigningKey.random(), lists: published.lists, header: set.header, cases: "\(directory)/cases")
        try report.print()
    }

    /// Two sources list the known pictures and many hashes besides; the set is built, audited by both, and signed.
    private func buildSet(_ now: UInt64) throws -> PublishedSet {
        Terminal.print(
            "1. Two sources list known pictures; what both list becomes a blinded set, which both audit and sign.")
        Terminal.print(
            "   Its key is made by three custodians: two of them have to answer for each opening, and nobody has it.")
        var random = SystemRandom()
        let workers = Terminal.workers(threads: nil)
        let parameters = Parameters()
        let one = try SigningKey.random(from: &random)
        let other = try SigningKey.random(from: &random)
        let shared = known.map { ListedHash.pdq($0.fingerprint.hash) } + (try fabricated(2000, &random))
        var lists = [
            (one.publicKey, shared + (try fabricated(300, &random))),
            (other.publicKey, shared + (try fabricated(200, &random))),
        ]
        lists.sort { $0.0 < $1.0 }
        let entries = try EntrySelection(
            lists: lists.map(\.1), profile: parameters.profile, minimumSources: 2, separation: parameters.separation,
            workers: workers)
        let path = "\(directory)/known.smset"
        let custodians = try about("the custodians") { try DemoCustodians(directory: directory) }
        let (built, package) = try custodians.build(
            entries,
            BuiltSet.Description(
                version: now, issuedAt: now, expiresAt: now + 90 * 86_400, parameters: parameters,
                sources: lists.map(\.0)),
            workers)
        try about(path) { try built.write(to: path) }
        for list in lists {
            let file = try SignableSetFile(path: path)
            let audit = try Audit.run(
                file.set, package: package, lists: [Audit.SourceList(source: list.0, hashes: list.1)], workers: workers)
            if list.0 == one.publicKey {
                try file.sign(with: one, after: audit)
            } else {
                try file.sign(with: other, after: audit)
            }
        }
        let trust = TrustPolicy(sources: lists.map(\.0), minimumSignatures: 2)
        let set = try about(path) { try BlindedSet.open(path: path, trust: trust, now: now) }
        Terminal.print(
            "   \(set.header.entries) entries in \(set.header.cells) cells; \(entries.report.underSupported) keys that only one source lists stayed out; "
                + "\(entries.report.folded.count) were folded into near ones")
        return PublishedSet(set: set, custodians: custodians, entries: entries, lists: lists)
    }

    /// Hashes of pictures that nobody sends.
    private func fabricated(_ count: Int, _ random: inout SystemRandom) throws -> [ListedHash] {
        try (0..<count).map { _ in
            .pdq(PDQHash(words: (try random.word(), try random.word(), try random.word(), try random.word())))
        }
    }
}
