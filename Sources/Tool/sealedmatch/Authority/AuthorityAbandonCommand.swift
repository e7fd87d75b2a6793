internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians

struct AuthorityAbandonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abandon", abstract: "Gives up a run that cannot end, and forgets its secrets.",
        discussion: """
            For a refresh or recovery in which a party lied, or is gone: the share from before stays, and another run \
            can be begun. After a key generation the table's name cannot be used again. If others may have all messages \
            of the last round, carry the run on instead: when they have new shares, this party has to be recovered.
            """)

    @Argument(help: "The custodian's folder.") var folder: String
    @Option(help: "The plan of the run.") var plan: String

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let read = try RunFolder.readPlan(plan)
            let custodian = try about(folder) { try CustodianFolder(path: folder) }
            try aboutCustodians(plan) { () throws(CustodianError) in try custodian.abandon(read) }
            Terminal.print("the run is given up")
        }
    }
}
