internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchFiles

struct AuthoritySharesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shares",
        abstract: "Prints the public shares L_1 L_2 … of a record, for `log add --custodians`.",
        discussion: """
            One line of 64 hexadecimal digits for each party, party 1 first, and on standard error how many of them must \
            take part. The record's signatures are verified, and that it is of the set, if one is named:

                sealedmatch log add log --set known.smset --statement statement.txt --threshold 2 --custodians \\
                    $(sealedmatch authority shares TABLE.record --set known.smset)
            """)

    @Argument(help: "The record of a key that custodians have made.") var record: String
    @Option(help: "The set file that the record's key must be of.") var set: String?

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let found = try about(record) { try CustodianWays.readRecord(record) }
            try aboutCustodians(record) { () throws(CustodianError) in try found.verify() }
            if let set {
                let file = try about(set) { try SetFile(path: set) }
                try about(record) { try found.check(file.header) }
            }
            for party in found.plan.parties {
                Terminal.print(hexadecimal(found.publicKey(of: party).encoded.bytes))
            }
            Terminal.note("\(found.threshold) of \(found.plan.count), table \(hexadecimal(found.plan.tableID.encoded))")
        }
    }
}
