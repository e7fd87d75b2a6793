internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchFiles
internal import SealedMatchProtocol

struct AuthorityPlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Plans a run: a new key, new shares of a key, or a lost share.",
        discussion: """
            A new key: --threshold, and the parties' keys in their order. Make it after the set's entries are fixed: the \
            table's name is drawn here. New shares: --refresh RECORD, and --party with all keys if one has another key than in \
            the record. A lost share: --recover INDEX of --record RECORD, by --dealers. Anybody may make the plan. Its name is what operators compare by another channel.
            """)

    @Option(help: "τ: how many parties it takes to use the key.") var threshold: Int?
    @Option(name: .customLong("party"), parsing: .upToNextOption, help: "The parties' KEY.pub, party 1 first.")
    var parties: [String] = []
    @Option(help: "RECORD: all its parties get new shares of the same key.") var refresh: String?
    @Option(help: "INDEX of the party whose share is lost.") var recover: Int?
    @Option(help: "The record that the share is of.") var record: String?
    @Option(parsing: .upToNextOption, help: "Indices of τ other parties, which give the share back.")
    var dealers: [Int] = []
    @Option(help: "KEY.pub, if the party whose share is lost has another key than in the record.") var newKey: String?
    @Option(name: [.customShort("o"), .customLong("out")], help: "Where the plan goes: a new file.") var out: String

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let plan = try made()
            try about(out) { try DurableFile.create(plan.encoded, at: out, isSecret: false) }
            Terminal.print("plan  \(out)")
            Terminal.print("name  \(hexadecimal(try plan.name().bytes))")
            Terminal.print("table \(hexadecimal(plan.tableID.encoded))")
        }
    }

    private func made() throws -> RunPlan {
        switch (threshold, refresh, recover, record) {
        case (let threshold?, nil, nil, nil):
            let keys = try parties.map { try KeyFiles.readSourcePublic($0) }
            return try about("the plan") {
                var random = SystemRandom()
                return try RunPlan.keyGeneration(
                    threshold: threshold, tableID: TableID.random(from: &random), keys: keys)
            }
        case (nil, let path?, nil, nil):
            let keys = try parties.map { try KeyFiles.readSourcePublic($0) }
            return try about(path) {
                let record = try CustodianWays.readRecord(path)
                guard keys.isEmpty || keys.count == record.plan.count else {
                    throw Failure("--party: the keys of all \(record.plan.count) parties, in the record's order")
                }
                return try RunPlan.refresh(record, keys: keys.isEmpty ? nil : keys)
            }
        case (nil, nil, let lost?, let path?):
            let key = try newKey.map { try KeyFiles.readSourcePublic($0) }
            return try about(path) {
                try RunPlan.recovery(
                    of: PartyIndex(lost), in: CustodianWays.readRecord(path), by: dealers.map { try PartyIndex($0) },
                    newKey: key)
            }
        default:
            throw ValidationError("give --threshold and --party; or --refresh; or --recover, --record and --dealers")
        }
    }
}
