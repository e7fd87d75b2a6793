internal import Logging
internal import Metrics
internal import SealedMatchAuthority
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchFiles
internal import SealedMatchFront
internal import SealedMatchJetStream
internal import SealedMatchOpenings
internal import SealedMatchProtocol
internal import SealedMatchSQLite
internal import SealedMatchSets

/// Where an opener gets vouchers: a collector's file, read in order by one opener, or a work queue, by any number.
enum VoucherPlace {
    case file(CollectorStore)
    case queue(JetStreamQueue)

    init(_ place: CollectorPlace) throws {
        switch place {
        case .file(let path): self = .file(try about(path) { try CollectorStore(path: path) })
        case .jetStream(let options): self = .queue(try about("JetStream") { try JetStreamQueue(options) })
        }
    }

    /// Where commitments were registered.
    var commitments: any CommitmentSource {
        switch self {
        case .file(let store): store
        case .queue(let queue): queue
        }
    }

    func close() throws {
        switch self {
        case .file(let store): try about("the collector's file") { try store.close() }
        case .queue(let queue): queue.close()
        }
    }
}

/// Opens what comes, again and again. It holds α.
struct OpenerRole {
    let loop: Loop

    /// What it has of its settings. Asked for before any store is made: where a secret is missing or a setting is
    /// wrong, nothing is left behind.
    struct Prepared {
        let opener: VoucherOpener<SetKeyHolder>
        let prune: Bool
        /// Whether pruning is said to be off in the settings file.
        let isKeeping: Bool
        let seconds: Int

        init(
            _ settings: OpenerSettings, _ shelf: SetShelf, _ file: SettingsFile, _ process: RunningProcess
        ) throws {
            let folder = try file.text("secrets", settings.secrets)
            let ways = try CustodianWays.known(settings, file)
            let logger = process.logger
            opener = VoucherOpener(
                try shelf.sets.map { set in
                    let holder = try ways.holder(of: set.header, set: set.path, secrets: folder) { fault in
                        logger.warning(
                            "the set \(set.path): party \(fault.party.number) of its custodians: \(fault.error)")
                    }
                    return try about(set.path) { try MatchingSet(evaluator: holder, header: set.header) }
                })
            prune = try file.truth("prune", settings.prune)
            isKeeping = try file.text("prune", nil) == "false"
            seconds = try file.number("open-seconds", settings.openSeconds, 5, 1...86_400)
        }
    }

    init(_ prepared: Prepared, _ stores: Stores, _ process: RunningProcess) throws {
        let logger = process.logger
        let opener = prepared.opener
        let counters = OpenerCounters()
        let authority = stores.authority
        let round: Round
        switch stores.vouchers {
        case .file(let store): round = Self.reading(store, authority.store, opener, prepared.prune, counters)
        case .queue(let queue):
            guard !prepared.isKeeping else {
                throw Failure("prune: JetStream forgets each voucher that was opened; leave it out, or make it true")
            }
            round = Self.leasing(queue, authority.store, opener, counters)
        }
        loop = Loop("opener", every: .seconds(prepared.seconds), logger: logger, readiness: process.readiness) { turn in
            let result = try about("opening") { try round(turn) }
            if result.isReadAgain {
                logger.warning(
                    """
                    the collector's store is not the one that was read: an older copy was used again. All of it was \
                    read again, and /v1/opened counts that work, too
                    """)
            }
            counters.waiting.record(try about("opening") { try authority.waiting() })
            for row in result.damaged {
                logger.error("the collector's row \(row.row) is damaged and was skipped: \(row.error)")
            }
        }
    }

    private typealias Round = @Sendable (Loop.Turn) throws -> OpeningProgress

    private static func reading(
        _ source: CollectorStore, _ store: some OpeningStore, _ opener: VoucherOpener<SetKeyHolder>, _ prune: Bool,
        _ counters: OpenerCounters
    ) -> Round {
        let service = OpeningService(source: source, store: store, opener: opener)
        return { turn in
            var last = OpeningProgress()
            // Counted once a round; what was dealt with since is taken off.
            let backlog = try service.backlog()
            counters.backlog.record(backlog)
            let result = try service.openPending(prune: prune) { progress in
                counters.add(progress, since: last)
                last = progress
                counters.backlog.record(max(0, backlog - Int64(progress.vouchers)))
                return turn.proceed() ? .proceed : .stop
            }
            guard let result else {
                throw Failure("another process is opening into the authority's store; one is enough")
            }
            return result
        }
    }

    private static func leasing(
        _ queue: JetStreamQueue, _ store: some OpeningStore, _ opener: VoucherOpener<SetKeyHolder>,
        _ counters: OpenerCounters
    ) -> Round {
        let service = QueueOpeningService(queue: queue, store: store, opener: opener)
        return { turn in
            var last = OpeningProgress()
            return try service.openPending { progress in
                counters.add(progress, since: last)
                last = progress
                return turn.proceed() ? .proceed : .stop
            }
        }
    }
}

/// Sums of the opener. How many slots opened is no number for a dashboard: nothing here says it.
struct OpenerCounters: Sendable {
    private let opened = Counter(label: "sealedmatch_opened_total", dimensions: [("outcome", "opened")])
    private let refused = Counter(label: "sealedmatch_opened_total", dimensions: [("outcome", "refused")])
    private let damaged = Counter(label: "sealedmatch_opened_total", dimensions: [("outcome", "damaged")])
    let waiting = Gauge(label: "sealedmatch_waiting_for_key")
    let backlog = Gauge(label: "sealedmatch_backlog_vouchers")

    func add(_ now: OpeningProgress, since last: OpeningProgress) {
        let dealt = { (progress: OpeningProgress) in progress.vouchers - progress.waiting - progress.refused }
        opened.increment(by: dealt(now) - dealt(last))
        refused.increment(by: now.refused - last.refused)
        damaged.increment(by: now.damaged.count - last.damaged.count)
    }
}
