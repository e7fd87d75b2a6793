internal import Logging
internal import Metrics
internal import SealedMatchCases
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchFront
internal import SealedMatchLists
internal import SealedMatchOpenings
internal import SealedMatchProtocol
internal import SealedMatchSQLite

/// Reveals what is due, again and again, and writes case files. It holds no α.
struct RevealRole {
    let loop: Loop

    /// What it has of its settings. Asked for before any store is made: where one is wrong, nothing is left behind.
    struct Prepared {
        let folder: CaseFolder
        let comparison: CaseComparison
        let seconds: Int

        init(_ settings: RevealSettings, _ shelf: SetShelf, _ file: SettingsFile) throws {
            comparison = try RevealRole.comparison(
                RevealRole.lists(settings, file), shelf.sets.map(\.header))
            seconds = try file.number("reveal-seconds", settings.revealSeconds, 300, 1...86_400)
            guard let cases = try file.text("cases", settings.cases) else {
                throw Failure("cases: the folder for case files is needed")
            }
            folder = try about(cases) { try CaseFolder(path: cases) }
        }
    }

    init(_ prepared: Prepared, _ stores: Stores, _ process: RunningProcess) throws {
        let (folder, comparison) = (prepared.folder, prepared.comparison)
        let reveal = Self.revealing(stores.vouchers.commitments, stores.authority.store)
        let logger = process.logger
        let written = Counter(label: "sealedmatch_case_files_total")
        let tried = Counter(label: "sealedmatch_reveal_tries_total")
        let rounds = Counter(label: "sealedmatch_reveal_rounds_total")
        loop = Loop("reveal", every: .seconds(prepared.seconds), logger: logger, readiness: process.readiness) { turn in
            let run = try about("revealing") {
                try reveal(turn) { (decision) throws(SealedMatchError) in
                    tried.increment()
                    switch decision.result {
                    case .success(let result):
                        guard try folder.add(result.reveal, by: comparison).file != nil else { return }
                        written.increment()
                        // Which one, the folder says: a log is read by more people than a case.
                        logger.notice("a case file was written to \(folder.path)")
                    case .failure(let error):
                        if !error.isVerdict { throw error }
                    }
                }
            }
            rounds.increment()
            for row in run.damaged { logger.error("an account's row is damaged and was skipped: \(row.error)") }
            for error in run.undelivered { logger.error("a case was not decided or written: \(error)") }
            guard run.undelivered.isEmpty else {
                throw Failure(
                    "\(run.undelivered.count) accounts could not be decided or written; they are tried again in a minute"
                )
            }
        }
    }

    /// The lists that are compared with what is revealed.
    private static func lists(_ settings: RevealSettings, _ file: SettingsFile) throws -> [String] {
        let lists = try file.list("list", settings.lists)
        switch (lists.isEmpty, try file.truth("without-lists", settings.withoutLists)) {
        case (true, true), (false, false): return lists
        case (true, false):
            throw Failure(
                "list: KEY.pub=LIST is needed, a list that is compared with what is revealed; with without-lists no "
                    + "case file says what of it was listed")
        case (false, true): throw Failure("without-lists: there are lists; leave one of the two out")
        }
    }

    private typealias Delivery = (RevealDecision) throws(SealedMatchError) -> Void

    private static func revealing(
        _ source: some CommitmentSource, _ store: some OpeningStore & DueAccounts
    ) -> @Sendable (Loop.Turn, Delivery) throws -> RevealRun {
        let service = RevealService(source: source, store: store)
        // What a revealer that was killed had leased, the next one has a minute later.
        return { turn, deliver in
            try service.revealDue(lease: .seconds(60), proceed: turn.proceed, deliver: deliver)
        }
    }

    private static func comparison(_ lists: [String], _ headers: [SetHeader]) throws -> CaseComparison {
        let files = try lists.map { text in
            guard let split = text.firstIndex(of: "="), split > text.startIndex else {
                throw Failure("list: “\(text)” is not KEY.pub=LIST")
            }
            return SourceLists.Files(key: String(text[..<split]), list: String(text[text.index(after: split)...]))
        }
        for file in files {
            try checkTrusted(file.key)
            try checkTrusted(file.list)
        }
        let read: SourceLists
        do {
            read = try SourceLists(
                files, profile: headers.first?.parameters.profile ?? .standard, skippingBadLines: false)
        } catch {
            switch error {
            case .key(let path, let error): throw Failure(error, path)
            case .list(let path, let error): throw Failure("\(path): \(error)")
            case .empty(let path): throw Failure("\(path): the list holds no hash")
            case .givenTwice(let path): throw Failure("\(path): this source is given twice")
            }
        }
        let known = try read.keys.indices.map { place in
            let list = KnownList(name: read.paths[place], source: read.keys[place], list: read.lists[place])
            try about(read.paths[place]) { try CaseComparison.check(list, against: headers) }
            return list
        }
        return try about("the lists") { try CaseComparison(lists: known, sets: headers) }
    }
}
