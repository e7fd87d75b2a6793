internal import SealedMatchAuthority
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchProtocol
internal import SealedMatchSets
internal import SealedMatchWorkers

/// Three custodians of the demo, two of whom have to answer, each with a folder of its own.
struct DemoCustodians {
    private let folders: [String]
    private let ways: CustodianWays
    private let record: CustodianRecord

    /// Has them make a key.
    init(directory: String) throws {
        folders = (1...3).map { "\(directory)/custodian-\($0)" }
        let coordinator = Coordinator.Signer(try SigningKey.random())
        var lines: [CustodianLine] = []
        for folder in folders {
            let key = try CustodianFolder.create(at: folder)
            let service = try CustodianService(try CustodianFolder(path: folder), now: { currentTime() })
            lines.append(
                CustodianLine(
                    service, name: folder, publicKey: key, coordinator: coordinator, now: { currentTime() }))
        }
        var random = SystemRandom()
        let plan = try RunPlan.keyGeneration(
            threshold: 2, tableID: TableID.random(from: &random), keys: lines.map(\.publicKey))
        for folder in folders { try CustodianFolder.agree(to: plan, name: plan.name(), in: folder) }
        var messages = RunMessages(plan)
        for round in messages.rounds {
            for (line, sender) in zip(lines, messages.senders(round)) {
                messages[round, sender] = try aboutCustodians(line.name) { () throws(CustodianError) in
                    try line.run(messages)
                }
            }
        }
        var records: [CustodianRecord] = []
        for line in lines {
            let bytes = try aboutCustodians(line.name) { () throws(CustodianError) in try line.run(messages) }
            records.append(try CustodianRecord(canonical: bytes))
        }
        for folder in folders {
            try CustodianPolicy(
                tableID: plan.tableID, until: currentTime() + 86_400, slots: 1_000_000, rate: 1_000_000,
                coordinators: [coordinator.publicKey]
            ).write(in: folder)
        }
        record = records[0]
        ways = try CustodianWays(lines)
    }

    /// A set and its audit package, by the custodians.
    func build(
        _ entries: EntrySelection, _ description: BuiltSet.Description, _ workers: Workers
    ) throws -> (BuiltSet, AuditPackage) {
        let key = try about("the custodians") { try ways.key(record, report: Self.report) }
        let digest = try AuditPackage.entriesDigest(entries)
        var attempts = 1
        while true {
            let seeds = try SetSeeds.random(tableID: record.plan.tableID, entriesDigest: digest)
            do {
                let set = try BuiltSet.build(entries, description, by: key, seeds: seeds, workers: workers)
                return (set, try AuditPackage.make(set, entries: entries, by: key, seeds: seeds, workers: workers))
            } catch {
                guard error.code == .peelingFailed, attempts < 8 else { throw Failure(error, "the set") }
                attempts += 1
            }
        }
    }

    /// The first one evaluates nothing any more.
    func stopFirst() throws { try about(folders[0]) { try CustodianFolder.stop(folders[0]) } }

    /// Whoever answers of them.
    func evaluator(of header: SetHeader) throws -> ThresholdEvaluator {
        try about("the custodians") { try ways.evaluator(record, of: header, report: Self.report) }
    }

    private static func report(_ fault: ThresholdEvaluator.Fault) {
        Terminal.print("   custodian \(fault.party.number) does not answer: \(fault.error.reason)")
    }

    /// What each has in its journal.
    func show() throws {
        let sums = try folders.map { folder in
            try about(folder) {
                let summary = try CustodianJournal.Summary.read(
                    CustodianFolder.journalPath(in: folder), publicKey: CustodianFolder.publicKey(in: folder))
                return "\(summary.totals[record.plan.tableID] ?? 0)"
            }
        }
        Terminal.print(
            "   slots in the custodians' signed journals, with those of the set: \(sums.joined(separator: ", "))")
    }
}
