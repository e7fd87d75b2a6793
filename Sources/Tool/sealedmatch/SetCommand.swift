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

/// `KEYFILE=LISTFILE` on the command line: a source and its list.
struct SourceList: ExpressibleByArgument {
    let keyFile: String
    let listFile: String

    init?(argument: String) {
        guard let split = argument.firstIndex(of: "=") else { return nil }
        keyFile = String(argument[..<split])
        listFile = String(argument[argument.index(after: split)...])
        guard !keyFile.isEmpty && !listFile.isEmpty else { return nil }
    }
}
