internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchProtocol

struct AuthorityJournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Verifies a custodian's journal, all signatures and the chain, and shows it.",
        discussion: "Of a custodian that runs, too; or of a copy of its journal, with --file and --key.")

    @Argument(help: "The custodian's folder.") var folder: String?
    @Option(help: "A copy of a journal.") var file: String?
    @Option(help: "KEY.pub of the custodian that wrote it.") var key: String?
    @Option(help: "Count what was done in this epoch alone: 30 days each, counted from 1970.") var epoch: UInt32?
    @Flag(help: "Print each entry.") var entries = false

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let (path, publicKey) = try place()
            var ofEpoch: [TableID: UInt64] = [:]
            let summary = try about(path) {
                try CustodianJournal.Summary.read(path, publicKey: publicKey) { (entry) throws(SealedMatchError) in
                    guard epoch == nil || entry.time / Parameters.secondsPerEpoch == epoch.map(UInt64.init) else {
                        return
                    }
                    ofEpoch[entry.tableID, default: 0] += entry.count
                    if entries { try Self.show(entry) }
                }
            }
            let totals = (epoch == nil ? summary.totals : ofEpoch).map {
                (table: hexadecimal($0.key.encoded), count: Int(clamping: $0.value))
            }
            for total in totals.sorted(by: { $0.table < $1.table }) {
                Terminal.print("table \(total.table): \(count(total.count, "slot"))")
            }
            Terminal.print(
                "\(count(Int(clamping: summary.count), "entry", "entries")), all verified; "
                    + "the last is \(hexadecimal(summary.last.bytes))")
        }
    }

    private func place() throws -> (String, Bytes32) {
        switch (folder, file, key) {
        case (let folder?, nil, nil):
            return (
                CustodianFolder.journalPath(in: folder), try about(folder) { try CustodianFolder.publicKey(in: folder) }
            )
        case (nil, let file?, let key?): return (file, try KeyFiles.readSourcePublic(key))
        default: throw ValidationError("give a folder, or --file and --key")
        }
    }

    private static func show(_ entry: JournalEntry) throws(SealedMatchError) {
        let digest = hexadecimal(try entry.digest().bytes)
        Terminal.print(
            "\(entry.number)  \(entry.time)  \(entry.kind)  table \(hexadecimal(entry.tableID.encoded))  "
                + "\(entry.count) of \(entry.total)  subject \(hexadecimal(entry.subject.bytes).prefix(16))  "
                + "for \(entry.asker.isZero ? "the operator" : String(hexadecimal(entry.asker.bytes).prefix(16)))  "
                + "digest \(digest)")
    }
}
