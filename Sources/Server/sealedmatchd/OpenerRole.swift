internal import Logging
internal import Metrics
internal import SealedMatchAuthority
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchFront
internal import SealedMatchOpenings
internal import SealedMatchProtocol
internal import SealedMatchSQLite
internal import SealedMatchSets

/// Opens what comes, again and again. It holds α.
struct OpenerRole {
    let loop: Loop
    let store: AuthorityStore

    init(
        _ settings: OpenerSettings, _ sets: [String], allowsTestSets: Bool, source: CollectorStore,
        store: AuthorityStore, _ file: SettingsFile, _ logger: Logger, _ readiness: Readiness
    ) throws {
        let folder = try file.text("secrets", settings.secrets)
        let opener = VoucherOpener(
            try sets.map { path in
                let header = try about(path) { try SetFile(path: path).header }
                guard allowsTestSets || !header.isTest else {
                    throw Failure("\(path): the set is for tests; whoever made it knows its secret key")
                }
                let secrets = try about(path) { try SetSecretsFile.path(of: header, beside: path, folder: folder) }
                return try about(secrets) {
                    try MatchingSet(key: SetSecretsFile.read(secrets, of: header).matchingKey(), header: header)
                }
            })
        let prune = try file.truth("prune", settings.prune)
        let service = OpeningService(source: source, store: store, opener: opener)
        let seconds = try file.number("open-seconds", settings.openSeconds, 5, 1...86_400)
        let counters = OpenerCounters()
        loop = Loop("opener", every: .seconds(seconds), logger: logger, readiness: readiness) { turn in
            var last = OpeningProgress()
            counters.backlog.record(try about("opening") { try service.backlog() })
            let result = try about("opening") {
                try service.openPending(prune: prune) { progress in
                    counters.add(progress, since: last)
                    last = progress
                    return turn.proceed() ? .proceed : .stop
                }
            }
            guard let result else {
                throw Failure("another process is opening into the authority's file; one is enough")
            }
            counters.backlog.record(try about("opening") { try service.backlog() })
            counters.waiting.record(try about("opening") { try store.waitingCount() })
            for row in result.damaged {
                logger.error("the collector's row \(row.row) is damaged and was skipped: \(row.error)")
            }
        }
        self.store = store
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
