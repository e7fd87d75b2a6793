internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians

struct AuthorityRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Carries a run on, as far as the messages in a folder allow.",
        discussion: """
            Give it again whenever other parties' messages have come, until it says that the share is here. Messages \
            are no secrets. A recovery needs the record that it begins from in the folder, as base.record. The record \
            that the run has made, TABLE.record, ends it wherever it was confirmed, also where it was given up.
            """)

    @Argument(help: "The custodian's folder.") var folder: String
    @Option(help: "The plan.") var plan: String
    @Option(help: "The folder of messages.") var messages: String

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let plan = try RunFolder.readPlan(plan)
            var files = try RunFolder(messages, plan: plan)
            let custodian = try about(folder) { try CustodianFolder(path: folder) }
            let index = try about(self.plan) { try plan.index(of: custodian.party.publicKey) }
            // With all that was said to the end, whoever complains has said so himself.
            if files.messages.missing != nil, let wrong = try files.evidence() {
                // It does not go on with this run, also where the complaint is gone from the folder some day.
                try aboutCustodians(wrong.file) { () throws(CustodianError) in
                    try custodian.see(wrong.complaint, of: plan)
                }
                throw RunFolder.dead(wrong.party, wrong.file)
            }
            while true {
                let step = try aboutCustodians(messages) { () throws(CustodianError) in
                    try custodian.advance(files.messages, time: currentTime())
                }
                switch step {
                case .says(let round, let message):
                    let isNew = files.messages[round, index] == nil
                    try files.put(message, round: round, of: index)
                    if isNew { Terminal.print("said round \(round)") }
                    // On, unless somebody else has to speak first.
                    if files.messages.all(round) == nil { return Terminal.print(files.waiting) }
                case .waits: return Terminal.print(files.waiting)
                case .complains(let wrong, let complaint):
                    throw RunFolder.dead(wrong, try files.put(complaint: complaint))
                case .hasShare(let record):
                    let file = plan.kind == .recovery ? "\(messages)/base.record" : try files.put(record)
                    Terminal.print("share of party \(index.number) is here; the record: \(file)")
                    return Terminal.print("record \(hexadecimal(record.name.bytes))")
                }
            }
        }
    }
}
