internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchFingerprint
internal import SealedMatchLists
internal import SealedMatchOpenings
internal import SealedMatchProtocol

struct RevealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reveal", abstract: "Reveals the accounts above the threshold and writes case files.",
        discussion: """
            A reveal is a reason for a person to look, not a proof. It needs no matching key: --set takes the public \
            set files. Every account is tried of which at least t vouchers have openings, if one of these came in \
            since its last try. Nearly every voucher has some, by chance: that an account is tried, also often, says how \
            much it sent, not what. A try that reveals nothing is no evidence of anything.

            A case file is never changed: matches that a later reveal adds go into another one, PSEUDONYM-EPOCH-2.json \
            and so on. It names nobody. PSEUDONYM-EPOCH.request beside it is what `resolve` releases the account's name \
            against: give it to the collector if and when a name is needed. A list must be of a source of one of the \
            sets, and not empty.
            """)

    @OptionGroup var options: AuthorityOptions
    @Option(
        name: .customLong("set"), parsing: .upToNextOption,
        help: "The public set files, of all versions that vouchers came under.")
    var sets: [String]
    @Option(
        name: .customLong("list"), parsing: .upToNextOption,
        help: "KEY.pub=LIST: the plaintext lists that revealed fingerprints are compared with.")
    var lists: [SourceList]
    @Option(help: "Directory for the case files.") var cases: String
    @Flag(help: "Leave out lines that are no hash; the case files say how many.") var skipBadLines = false
    @Flag(help: "Look at every account with openings, also at what was tried before.") var force = false
    @Flag(help: "One JSON object a decision.") var json = false

    private struct Row: Encodable {
        let pseudonym: String
        let epoch: UInt32
        let revealed: Bool
        var matches: Int?
        var listed: Int?
        var added: Int?
        var caseFile: String?
        var request: String?
        var reason: String?
    }

    func run() throws {
        try reportingFailures {
            let (collector, store) = (try options.collector(), try options.store())
            let comparison = try comparison()
            let folder = try about(cases) { try CaseFolder(path: cases) }
            let result = try Interruption.watching { interruption in
                interruption.whenRequested {
                    collector.interrupt()
                    store.interrupt()
                }
                return try about("revealing") {
                    try RevealService(source: collector, store: store).revealReady(
                        force: force, proceed: { !interruption.isRequested })
                }
            }
            var failed = 0
            var revealed = 0
            var worst = Failure.negative
            var damaged = result.damaged
            for decision in result.decisions {
                if case .success(let result) = decision.result {
                    damaged += result.damaged
                    revealed += 1
                }
                do {
                    try report(decision, comparison, folder)
                } catch let failure as Failure {
                    // One account that cannot be read or written does not keep the others back.
                    Terminal.note("sealedmatch: \(failure.message)")
                    failed += 1
                    worst = Failure.worse(worst, failure.code)
                }
            }
            if !json {
                let tried = result.decisions.count
                Terminal.print(
                    tried == 0 ? "no account is due" : "\(count(tried, "account")): \(revealed) revealed")
            }
            guard failed == 0 else {
                throw Failure("\(count(failed, "account")) with errors; see above", code: worst)
            }
            try Damage.report(damaged, in: options.authority)
        }
    }

    private func comparison() throws -> CaseComparison {
        let headers = try sets.map { path in try about(path) { try SetFile(path: path).header } }
        let read = try SourceLists(
            lists, profile: headers.first?.parameters.profile ?? .standard, skipBadLines: skipBadLines)
        let known = try read.keys.indices.map { place in
            let list = KnownList(name: read.paths[place], source: read.keys[place], list: read.lists[place])
            try about(read.paths[place]) { try CaseComparison.check(list, against: headers) }
            return list
        }
        return try about("the lists") { try CaseComparison(lists: known, sets: headers) }
    }

    private func report(_ decision: RevealDecision, _ comparison: CaseComparison, _ folder: CaseFolder) throws {
        let pseudonym = hexadecimal(decision.name.pseudonym.encoded.bytes)
        var row = Row(pseudonym: pseudonym, epoch: decision.name.epoch, revealed: false)
        let line: String
        switch decision.result {
        case .success(let result):
            let subject = "the case of \(pseudonym.prefix(16))…, epoch \(decision.name.epoch)"
            let addition = try about(subject) { try folder.add(result.reveal, by: comparison) }
            row = Row(
                pseudonym: pseudonym, epoch: decision.name.epoch, revealed: true, matches: result.reveal.matches.count,
                listed: addition.file?.listedMatchCount, added: addition.file?.matches.count ?? 0,
                caseFile: addition.path, request: addition.request)
            let listed = addition.file.map { ", \($0.listedMatchCount) on the list, \($0.matches.count) new" }
            line =
                "REVEALED  \(pseudonym.prefix(16))…  epoch \(decision.name.epoch)  \(result.reveal.matches.count) matches"
                + "\(listed ?? ", none new")  \(addition.path)"
        case .failure(let error):
            guard error.isVerdict else {
                throw Failure(error, "\(pseudonym.prefix(16))…, epoch \(decision.name.epoch)")
            }
            row.reason = error.notYet
            line = "sealed    \(pseudonym.prefix(16))…  epoch \(decision.name.epoch)  \(error.notYet)"
        }
        if json { try Terminal.printJSON(row) } else { Terminal.print(line) }
    }
}
