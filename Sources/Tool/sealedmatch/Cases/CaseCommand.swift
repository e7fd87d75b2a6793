internal import ArgumentParser

struct CaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "case", abstract: "Keeps cases from a reveal to a decision, and what people did with them.",
        discussion: """
            A library is one file. It takes case files in, which `reveal` wrote, and keeps every step as a signed event: \
            who, when, what, why. Nothing in it is changed. What each role may do, and what a policy forbids, is in \
            Docs/Reviewing.md. --as names a person, and does not ask whether you are that person: who can read the key \
            and the library can act as anybody.
            """,
        subcommands: [
            CaseInitCommand.self, CasePersonCommand.self, CasePolicyCommand.self, CaseImportCommand.self,
            CaseListCommand.self, CaseShowCommand.self, CaseAssignCommand.self, CaseViewCommand.self,
            CaseJudgeCommand.self, CaseDecideCommand.self, CaseReportedCommand.self, CaseCloseCommand.self,
            CaseReopenCommand.self, CaseNotifyCommand.self, CaseFeedbackCommand.self, CaseEraseCommand.self,
            CaseExportCommand.self, CaseVerifyCommand.self,
        ])
}
