internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians

struct AuthorityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority",
        abstract: "Custodians: a set's key is divided over several parties, and no single one can open.",
        discussion: """
            Each party has a folder, which one process at a time works in: these commands, or `sealedmatchd custodian`. \
            All of them can be killed at any moment and given again: what was said is said again, the same. \
            Docs/Operating.md, "Custodians", tells the steps.
            """,
        subcommands: [
            AuthorityInitCommand.self, AuthorityPlanCommand.self, AuthorityAgreeCommand.self,
            AuthorityRunCommand.self, AuthorityCarryCommand.self, AuthorityAllowCommand.self,
            AuthorityStopCommand.self, AuthorityResumeCommand.self, AuthorityShowCommand.self,
            AuthorityEraseCommand.self, AuthorityJournalCommand.self, AuthoritySharesCommand.self,
            AuthorityAbandonCommand.self, AuthorityJudgeCommand.self,
        ])
}

extension Failure {
    /// An error between custodians: whose fault it is comes first.
    init(_ error: CustodianError, _ subject: String) {
        guard let party = error.party else {
            self.init(error.error, subject)
            return
        }
        self.init(error.error, "\(subject): party \(party.number)")
    }
}

/// Names what an error between custodians is about.
func aboutCustodians<Result: ~Copyable>(
    _ subject: String, _ work: () throws(CustodianError) -> Result
) throws -> Result {
    do throws(CustodianError) {
        return try work()
    } catch {
        throw Failure(error, subject)
    }
}
