internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchFiles

struct AuthorityJudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge", abstract: "Says who was wrong in a run, by evidence that everybody can check.",
        discussion: """
            A complaint of a wrong share, complaint-A-B.smp: the one who sealed it, or the one who complains. Or two \
            messages of one party in one round, which differ.
            """)

    @Argument(help: "A complaint, or two messages.") var files: [String]
    @Option(help: "The plan of the run, whose name the operators have compared.") var plan: String

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let plan = try RunFolder.readPlan(plan)
            let messages = try files.map { file in
                try about(file) { try DurableFile.read(file, limit: RunMessages.maximumCount) }
            }
            let wrong =
                switch messages.count {
                case 1: try about(files[0]) { try Complaint.judge(messages[0], plan) }
                case 2: try about(files[1]) { try Equivocation.judge((messages[0], messages[1]), plan) }
                default: throw ValidationError("give one complaint, or two messages")
                }
            Terminal.print("party \(wrong.number) is wrong")
        }
    }
}
