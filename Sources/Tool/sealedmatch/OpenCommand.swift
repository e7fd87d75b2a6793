internal import ArgumentParser
internal import Foundation
internal import SealedMatchAuthority
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchFiles
internal import SealedMatchProtocol
internal import SealedMatchSQLite
internal import SealedMatchSets

/// The authority's stores, on the command line.
struct AuthorityOptions: ParsableArguments {
    @Option(help: "The collector's SQLite file.") var database: String
    @Option(help: "The authority's SQLite file; as secret as the matching keys.") var authority: String

    func collector() throws -> CollectorStore { try about(database) { try CollectorStore(path: database) } }

    func store(isFirstRun: Bool = false) throws -> AuthorityStore {
        try about(authority) { try AuthorityStore(path: authority, creation: isFirstRun ? .always : .never) }
    }
}

struct OpenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Opens what the collector received since the last time.",
        discussion: """
            About M/N slots of each voucher open by chance, whatever was sent; a match is one among them, and below the \
            threshold nobody can tell which. So the number of slots that opened is no evidence, and is not printed. \
            What is printed is for the inside: no client may learn it. Interrupting it keeps everything done so far.

            The authority's file is made by --first-run and by nothing else. After --prune it is the only copy of what \
            opened: back it up before each run with --prune. A file that was restored from an older copy lacks what was pruned since; that is \
            an error, unless --accept-loss says to go on without. Vouchers of an account beyond the caps (24,576 openings, and 4,096 more that \
            are quarantined) are then kept in it as they came.
            """)

    @OptionGroup var options: AuthorityOptions
    @Option(
        name: .customLong("set"), parsing: .upToNextOption,
        help: "The set files, of all versions under which vouchers may come.")
    var sets: [String]
    @Option(help: "Folder of the sets' secrets, by root; `secrets` beside each set unless given.") var secrets: String?
    @OptionGroup(title: "A divided key: ROOT.record is where ROOT.secrets would be") var custodians: CustodianOptions
    @Flag(help: "Make the authority's file; an error if there is one.") var firstRun = false
    @Flag(help: "Have the collector forget the bytes of vouchers that were dealt with.") var prune = false
    @Flag(help: "Read all that the collector has again: after a restore. The statistics (`opened`) count that, too.")
    var fromStart = false
    @Flag(
        help:
            "Write the authority's file anew at the end, so that its pages keep no order of arrival either. Needs its size in memory, and twice on the disk."
    )
    var compact = false
    @Flag(help: "Go on although the collector has forgotten vouchers that the authority's file never held.")
    var acceptLoss = false

    func run() throws {
        try reportingFailures {
            let ways = try custodians.ways()
            let opener = VoucherOpener(try sets.map { try matchingSet($0, ways) })
            let (collector, store) = (try options.collector(), try options.store(isFirstRun: firstRun))
            let service = OpeningService(source: collector, store: store, opener: opener)
            let result = try Interruption.watching { interruption in
                interruption.whenRequested {
                    collector.interrupt()
                    store.interrupt()
                }
                do {
                    let result = try run(service, interruption)
                    if compact, result.isComplete { try inTurn(store, interruption) { try store.compact() } }
                    return result
                } catch let error as SealedMatchError where error.code == .lostVouchers {
                    let failure = Failure(error, options.authority)
                    throw Failure("\(failure.message); restore the newest copy, or go on with --accept-loss")
                } catch let error as SealedMatchError {
                    throw Failure(error, "opening")
                }
            }
            // Before it is said: the authority's file can be copied, and what was pruned is in no file any more.
            try about(options.database) { try collector.close() }
            try about(options.authority) { try store.close() }
            Terminal.print(
                "opened \(count(result.vouchers - result.refused - result.waiting, "voucher")); "
                    + "\(result.refused) refused, \(result.waiting) waiting for a set's key")
            if result.isReadAgain {
                Terminal.note("the collector's file is not the one that was read before: it was read from its start")
            }
            if fromStart || result.isReadAgain {
                Terminal.note(
                    "what had been opened before is counted twice in the statistics (sealedmatch opened): which of it "
                        + "had, the authority's file does not know")
            }
            if result.lost > 0 {
                Terminal.note(
                    "\(count(result.lost, "voucher")) that the collector has forgotten were never in "
                        + "\(options.authority), and are lost")
            }
            if result.unkept > 0 {
                Terminal.note(
                    "\(count(result.unkept, "voucher")) of accounts beyond the caps: an opening was not recorded; "
                        + "kept as they came, " + (prune ? "in \(options.authority)" : "with the collector"))
            }
            guard result.isComplete else {
                throw Failure("interrupted; run it again to go on", code: Failure.interrupted)
            }
            try Damage.report(result.damaged, in: options.database)
        }
    }

    private func matchingSet(_ path: String, _ ways: CustodianWays) throws -> MatchingSet<SetKeyHolder> {
        let header = try about(path) { try KeyFiles.productionHeader(path) }
        let secrets = try KeyFiles.secretsPath(of: header, beside: path, folder: secrets)
        let record = CustodianWays.recordPath(besideSecrets: secrets)
        let holder: SetKeyHolder
        if DurableFile.exists(record) {
            holder = try about(record) {
                try .custodians(
                    ways.evaluator(CustodianWays.readRecord(record), of: header, report: CustodianOptions.report))
            }
        } else {
            holder = try about(secrets) {
                try .local(LocalEvaluator(SetSecretsFile.read(secrets, of: header).matchingKey()))
            }
        }
        return try about(path) { try MatchingSet(evaluator: holder, header: header) }
    }

    /// Waits for the turn of opening, so that nobody records meanwhile.
    private func inTurn(_ store: AuthorityStore, _ interruption: Interruption, _ work: () throws -> Void) throws {
        Terminal.note("writing \(options.authority) anew")
        while true {
            if let turn = try store.takeTurn() {
                defer { withExtendedLifetime(turn) {} }
                return try work()
            }
            if interruption.isRequested { throw Failure("interrupted", code: Failure.interrupted) }
            usleep(100_000)
        }
    }

    /// Waits for its turn: two at once would each do all the work.
    private func run(
        _ service: OpeningService<CollectorStore, AuthorityStore, SetKeyHolder>, _ interruption: Interruption
    ) throws -> OpeningProgress {
        var hasSaidSo = false
        while true {
            let result = try service.openPending(
                prune: prune, fromStart: fromStart, acceptingLoss: acceptLoss
            ) { progress in
                if Terminal.showsProgress { Terminal.note("opened \(count(progress.vouchers, "voucher"))") }
                return interruption.isRequested ? .stop : .proceed
            }
            if let result { return result }
            if interruption.isRequested { throw Failure("interrupted", code: Failure.interrupted) }
            if !hasSaidSo { Terminal.note("waiting: another process is opening into \(options.authority)") }
            hasSaidSo = true
            usleep(100_000)
        }
    }
}
