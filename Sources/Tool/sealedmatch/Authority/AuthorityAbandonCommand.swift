internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians

struct AuthorityAbandonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abandon", abstract: "Gives up a run that does not go on, or takes back what was agreed to.",
        discussion: """
            For a refresh or recovery in which a party lied, or is gone: the share from before stays, and another run \
            can be begun. After a key generation the table's name cannot be used again. What this party has confirmed it \
            keeps: if others have all confirmations, or the record, `run` and `carry` still end the run here, until a \
            later one has ended. A plan that was agreed to and not begun cannot be begun any more. The custodian may be \
            running meanwhile.
            """)

    @Argument(help: "The custodian's folder.") var folder: String
    @Option(help: "The plan of the run.") var plan: String

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let read = try RunFolder.readPlan(plan)
            let custodian: CustodianFolder
            do throws(SealedMatchError) {
                custodian = try CustodianFolder(path: folder)
            } catch {
                guard error.code == .fileFailed else { throw Failure(error, folder) }
                _ = try about(folder) { try CustodianFolder.giveUp(read, in: folder) }
                return Terminal.print("noted: the custodian that runs there gives the run up before its next step")
            }
            switch try aboutCustodians(plan, { () throws(CustodianError) in try custodian.abandon(read) }) {
            case .run: Terminal.print("the run is given up")
            case .agreement: Terminal.print("not agreed to any more; it was not under way")
            }
        }
    }
}
