internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians

struct AuthorityCarryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carry",
        abstract: "Carries a run's messages between running custodians, until all have their shares.",
        discussion: """
            Each operator has agreed to the plan before. Whoever carries them is trusted with nothing: messages are \
            signed. They are kept in a folder, so that the command can be given again, and parties that are offline can \
            take part by `authority run`.
            """)

    @Option(help: "The plan.") var plan: String
    @Option(help: "The folder of messages.") var messages: String
    @OptionGroup var custodians: CustodianOptions

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let plan = try RunFolder.readPlan(plan)
            var files = try RunFolder(messages, plan: plan)
            let ways = try custodians.ways()
            var lines: [PartyIndex: CustodianLine] = [:]
            for line in ways.lines {
                lines[try about(line.name) { try plan.index(of: line.publicKey) }] = line
            }
            for round in files.messages.rounds {
                for party in files.messages.senders(round) where files.messages[round, party] == nil {
                    guard let line = lines[party] else { continue }
                    let message = try about(line.name) { try line.run(files.messages) }
                    guard message.count == files.messages.encodedCount(round, of: party) else {
                        throw Failure("\(line.name): the custodian does not go on with this run; see its log")
                    }
                    try files.put(message, round: round, of: party)
                }
                guard files.messages.all(round) != nil else { return Terminal.print(files.waiting) }
            }
            for party in plan.kind == .recovery ? plan.lost.map({ [$0] }) ?? [] : plan.parties {
                guard let line = lines[party] else { continue }
                let bytes = try about(line.name) { try line.run(files.messages) }
                let record = try about(line.name) { try CustodianRecord(canonical: bytes) }
                try aboutCustodians(line.name) { () throws(CustodianError) in try record.verify() }
                if plan.kind != .recovery { _ = try files.put(record) }
                Terminal.print("party \(party.number) has its share of record \(hexadecimal(record.name.bytes))")
            }
        }
    }
}
