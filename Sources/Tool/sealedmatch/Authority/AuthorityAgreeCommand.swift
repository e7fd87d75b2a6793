internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians

struct AuthorityAgreeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agree",
        abstract: "Notes that the operators have compared a plan's name. Then it can be run here.",
        discussion: """
            In a recovery, whoever has the lost party's key gets its share: have that key from its operator. One plan of \
            a table is agreed to at a time: this one takes the place of an older one. It stays until its run is begun, \
            by whoever brings the plan; `abandon` takes it back.
            """)

    @Argument(help: "The custodian's folder.") var folder: String
    @Argument(help: "The plan.") var plan: String
    @Argument(help: "Its name, as the operators compared it.") var name: String
    @Option(parsing: .upToNextOption, help: "KEY.pub of parties with another key than in the record.")
    var newKey: [String] = []

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let read = try RunFolder.readPlan(plan)
            guard let encoded = bytes(hexadecimal: name), encoded.count == 32 else {
                throw ValidationError("a plan's name is 64 hexadecimal digits")
            }
            let keys = try newKey.map { try KeyFiles.readSourcePublic($0) }
            try about(plan) {
                let index = try read.index(of: CustodianFolder.publicKey(in: folder))
                try CustodianFolder.agree(to: read, name: Bytes32(exactly: encoded), newKeys: keys, in: folder)
                Terminal.print("party \(index.number) of \(read.count), \(read.threshold) of them needed")
            }
        }
    }
}
