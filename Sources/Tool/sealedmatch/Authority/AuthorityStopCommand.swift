internal import ArgumentParser
internal import SealedMatchCustodians

struct AuthorityStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stops a custodian at once: it evaluates and proves nothing, for nobody.",
        discussion: "A running one, too, from its next request on. `touch FOLDER/stopped` does the same.")

    @Argument(help: "The custodian's folder.") var folder: String

    func run() throws {
        try reportingFailures {
            _ = try about(folder) { try CustodianFolder.publicKey(in: folder) }
            try about(folder) { try CustodianFolder.stop(folder) }
            Terminal.print("stopped")
        }
    }
}

struct AuthorityResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Lets a custodian that was stopped go on.")

    @Argument(help: "The custodian's folder.") var folder: String

    func run() throws {
        try reportingFailures {
            _ = try about(folder) { try CustodianFolder.publicKey(in: folder) }
            try about(folder) { try CustodianFolder.resume(folder) }
            Terminal.print("goes on")
        }
    }
}
