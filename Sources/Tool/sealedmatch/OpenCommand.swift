internal import ArgumentParser
internal import SealedMatchAuthority
internal import SealedMatchCollector
internal import Foundation
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchSets
internal import SealedMatchFiles
internal import Synchronization
internal import SealedMatchWorkers

/// The authority's side, on the command line.
struct AuthorityOptions: ParsableArguments {
    @Option(help: "The collector's SQLite file.") var database: String
    @Option(help: "The authority's SQLite file; as secret as the matching keys.") var authority: String
    @Option(
        name: .customLong("set"), parsing: .upToNextOption, help: "SET files; each one's secrets are in SET.secrets.")
    var sets: [String]

    func service() throws -> OpeningService {
        let matching = try sets.map { path in
            let header = try about(path) { try SetFile(path: path).header }
            let secrets = try KeyFiles.readSetSecrets(path + ".secrets")
            guard secrets.tableID == header.tableID, secrets.positionSeed == header.positionSeed else {
                throw Failure("\(path).secrets: the secrets of another set")
            }
            return try about(path + ".secrets") { try MatchingSet(key: secrets.matchingKey(), header: header) }
        }
        return OpeningService(
            collector: try about(database) { try CollectorStore(path: database) },
            store: try about(authority) { try AuthorityStore(path: authority) }, opener: VoucherOpener(matching))
    }
}

struct OpenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Opens what the collector received since the last time.",
        discussion: """
            What opens is a match or a decoy; below the threshold nobody can tell which. Interrupting it keeps everything done so far. \
            What it prints is for the inside: no client may learn it.
            """)

    @OptionGroup var options: AuthorityOptions
    @Flag(help: "Have the collector forget the bytes of vouchers that were dealt with.") var prune = false

    func run() throws {
        try reportingFailures {
            let service = try options.service()
            let workers = Terminal.workers(threads: nil)
            let result = try about("opening") {
                try service.openPending(prune: prune) { progress in
                    if Terminal.showsProgress { Terminal.note("opened \(progress.vouchers) vouchers") }
                    return (try? workers.checkInterruption()) == nil ? .stop : .proceed
                }
            }
            Terminal.print(
                "opened \(result.vouchers) vouchers: \(result.openings) slots; \(result.refused) refused, \(result.waiting) wait for a set's key"
            )
            for row in result.damaged {
                Terminal.note("the collector's row \(row.row) in \(row.table.rawValue) is damaged; left alone")
            }
            if !result.isComplete { throw Failure("interrupted; run it again to go on", code: Failure.interrupted) }
        }
    }
}

struct RevealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reveal", abstract: "Reveals the accounts above the threshold and writes a case file for each.",
        discussion: "A reveal is a reason for a person to look, not a proof.")

    @OptionGroup var options: AuthorityOptions
    @Option(
        name: .customLong("list"), parsing: .upToNextOption,
        help: "KEY.pub=LIST: the plaintext lists that revealed fingerprints are compared with.")
    var lists: [SourceList]
    @Option(help: "Directory for the case files.") var cases: String
    @Flag(help: "Look at every account with openings, also those that have not grown since the last time.") var force =
        false
    @Flag(help: "One JSON object a decision.") var json = false

    private struct Row: Encodable {
        let account: String
        let epoch: UInt32
        let revealed: Bool
        let matches: Int?
        let listed: Int?
        let caseFile: String?
        let reason: String?
    }

    func run() throws {
        try reportingFailures {
            let service = try options.service()
            let known = try KnownHashes(lists)
            try about(cases) { try LockedDirectory.make(cases) }
            let (decisions, damaged) = try about("revealing") { try service.revealReady(force: force) }
            for row in damaged {
                Terminal.note("the authority's row \(row.row) in \(row.table.rawValue) is damaged; left alone")
            }
            for decision in decisions { try report(decision, known) }
            if !json && decisions.isEmpty { Terminal.print("no account is due") }
        }
    }

    private func report(_ decision: OpeningService.Decision, _ known: KnownHashes) throws {
        let account = hexadecimal(decision.account.encoded.bytes)
        switch decision.result {
        case .success(let result):
            let file = CaseFile(result.reveal, knownHashes: known)
            let path = "\(cases)/\(file.fileName)"
            try about(path) { try file.write(to: path) }
            if json {
                try Terminal.printJSON(
                    Row(
                        account: account, epoch: decision.epoch, revealed: true, matches: file.matchCount,
                        listed: file.listedMatchCount,
                        caseFile: path, reason: nil))
            } else {
                Terminal.print(
                    "REVEALED  \(account.prefix(16))…  epoch \(decision.epoch)  \(file.matchCount) matches, \(file.listedMatchCount) on the list  \(path)"
                )
            }
        case .failure(let error):
            if json {
                try Terminal.printJSON(
                    Row(
                        account: account, epoch: decision.epoch, revealed: false, matches: nil, listed: nil,
                        caseFile: nil, reason: "\(error.reason)"))
            } else {
                Terminal.print("sealed    \(account.prefix(16))…  epoch \(decision.epoch)  \(error.reason)")
            }
        }
    }
}

extension KnownHashes {
    /// The lists of several sources as one: hashes of equal key are one entry, labelled by file and place of the first
    /// (Docs/Protocol.md, 4.12).
    init(_ arguments: [SourceList]) throws {
        self.init()
        var entries: [(label: String, sources: [String])] = []
        var numbers: [EntryKey: Int] = [:]
        var seen: Set<ListedHash> = []
        var hashes: [(hash: ListedHash, entry: Int)] = []
        for argument in arguments {
            let lists = try SourceLists([argument], profile: .standard, skipBadLines: true)
            let source = String(hexadecimal(lists.keys[0].bytes).prefix(16))
            for (place, hash) in lists.lists[0].hashes.enumerated() {
                let key = hash.key(.standard)
                let number = numbers[key] ?? entries.count
                if number == entries.count {
                    numbers[key] = number
                    entries.append(("\(argument.listFile), hash \(place + 1)", []))
                }
                if !entries[number].sources.contains(source) { entries[number].sources.append(source) }
                if seen.insert(hash).inserted { hashes.append((hash, number)) }
            }
        }
        // Only now are an entry's sources complete.
        for (hash, number) in hashes {
            let entry = Entry(label: entries[number].label, sources: entries[number].sources)
            switch hash {
            case .pdq(let hash): add(hash, entry)
            case .sha256(let digest): add(sha256: digest, entry)
            case .md5(let digest): try add(md5: digest, entry)
            case .video(let key, let companions): for hash in [key] + companions { add(hash, entry) }
            }
        }
    }
}
