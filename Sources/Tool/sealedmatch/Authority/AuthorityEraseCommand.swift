internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchFiles
internal import SealedMatchProtocol

struct AuthorityEraseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Erases a custodian's share of a key for ever, and says so, signed.",
        discussion: """
            After the statements of N − τ + 1 parties nobody can open anything of this table, ever. Publish them in the \
            log. Given again, it writes the same statement.
            """)

    @Argument(help: "The custodian's folder.") var folder: String
    @Option(help: "The table, 32 hexadecimal digits; or --record.") var table: String?
    @Option(help: "The record of the table's key.") var record: String?
    @Option(name: [.customShort("o"), .customLong("out")], help: "Where the statement goes.") var out: String

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let tableID = try AuthorityTable.id(table, record: record)
            let custodian = try about(folder) { try CustodianFolder(path: folder) }
            let statement = try aboutCustodians(folder) { () throws(CustodianError) in
                try custodian.erase(tableID, time: currentTime())
            }
            try about(out) { try DurableFile.write(statement.encoded, to: out, secret: false) }
            Terminal.print("party \(statement.party.number) has erased its share; statement \(out)")
        }
    }
}
