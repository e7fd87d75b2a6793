internal import ArgumentParser

struct SetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Builds, inspects, signs, verifies and audits blinded sets.",
        subcommands: [
            SetBuildCommand.self, SetInspectCommand.self, SetVerifyCommand.self, SetSignCommand.self,
            SetAuditCommand.self,
            SetProveCommand.self, SetVerifyProofCommand.self,
        ])
}
