internal import ArgumentParser
internal import Foundation
internal import SealedMatchCases
internal import SealedMatchFiles
internal import SealedMatchFingerprint
internal import SealedMatchLists
internal import SealedMatchOpenings
internal import SealedMatchProtocol
internal import SealedMatchSets

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
            let service = RevealService(source: try options.collector(), store: try options.store())
            let known = try KnownHashes(lists)
            try about(cases) { try LockedDirectory.make(cases) }
            let result = try about("revealing") { try service.revealReady(force: force) }
            for decision in result.decisions { try report(decision, known) }
            if !json && result.decisions.isEmpty { Terminal.print("no account is due") }
            try Damage.report(result.damaged, in: options.authority)
        }
    }

    private func report(_ decision: RevealDecision, _ known: KnownHashes) throws {
        let account = hexadecimal(decision.name.account.encoded.bytes)
        switch decision.result {
        case .success(let result):
            let file = CaseFile(result.reveal, knownHashes: known)
            let path = "\(cases)/\(file.fileName)"
            try about(path) { try file.write(to: path) }
            if json {
                try Terminal.printJSON(
                    Row(
                        account: account, epoch: decision.name.epoch, revealed: true, matches: file.matchCount,
                        listed: file.listedMatchCount,
                        caseFile: path, reason: nil))
            } else {
                Terminal.print(
                    "REVEALED  \(account.prefix(16))…  epoch \(decision.name.epoch)  \(file.matchCount) matches, \(file.listedMatchCount) on the list  \(path)"
                )
            }
        case .failure(let error):
            if json {
                try Terminal.printJSON(
                    Row(
                        account: account, epoch: decision.name.epoch, revealed: false, matches: nil, listed: nil,
                        caseFile: nil, reason: error.notYet))
            } else {
                Terminal.print("sealed    \(account.prefix(16))…  epoch \(decision.name.epoch)  \(error.notYet)")
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
