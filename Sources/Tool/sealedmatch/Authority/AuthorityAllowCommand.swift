internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchProtocol

struct AuthorityAllowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allow", abstract: "Says what a custodian does for a table: for whom, until when, how much.",
        discussion: """
            It takes the place of what was allowed before, also for a custodian that runs. Building and proving a set of \
            n entries takes n slots and a few more; each voucher takes as many as it has slots, and each batch one \
            more. Raise --slots as the operator tells of vouchers: the number is public.
            """)

    @Argument(help: "The custodian's folder.") var folder: String
    @Option(help: "The table, 32 hexadecimal digits; or --record.") var table: String?
    @Option(help: "The record of the table's key.") var record: String?
    @Option(help: "Days from now.") var days: UInt64
    @Option(help: "Slots in all, ever.") var slots: UInt64
    @Option(help: "Slots a second on average.") var rate: UInt32
    @Option(name: .customLong("coordinator"), parsing: .upToNextOption, help: "KEY.pub of each who may ask.")
    var coordinators: [String]

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            guard days <= 3_650 else { throw ValidationError("--days: 3,650 at most") }
            let tableID = try AuthorityTable.id(table, record: record)
            _ = try about(folder) { try CustodianFolder.publicKey(in: folder) }
            let policy = CustodianPolicy(
                tableID: tableID, until: currentTime() + days * 86_400, slots: slots, rate: rate,
                coordinators: try coordinators.map { try KeyFiles.readSourcePublic($0) })
            try about(folder) {
                _ = try CustodianPolicy(canonical: policy.encoded)
                try policy.write(in: folder)
            }
            Terminal.print("table \(hexadecimal(tableID.encoded)): \(count(Int(clamping: slots), "slot")) in all")
        }
    }
}

/// A table on the command line.
enum AuthorityTable {
    static func id(_ table: String?, record: String?) throws -> TableID {
        switch (table, record) {
        case (let digits?, nil):
            guard let encoded = bytes(hexadecimal: digits), encoded.count == 16 else {
                throw ValidationError("--table: 32 hexadecimal digits")
            }
            return try TableID(canonical: encoded)
        case (nil, let path?): return try about(path) { try CustodianWays.readRecord(path).plan.tableID }
        default: throw ValidationError("give either --table or --record")
        }
    }
}
