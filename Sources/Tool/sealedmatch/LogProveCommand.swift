internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchLog
internal import SealedMatchProtocol
internal import SealedMatchPublishing

struct LogProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove", abstract: "Writes a set's proof from the log's published checkpoint.",
        discussion: """
            The proof is ROOT.proof in the folder --out; one that is there is replaced. Serve it beside the set, and \
            make it anew after each `log publish`.
            """)

    @Argument(help: "The log's folder.") var folder: String
    @Option(help: "The set file.") var set: String
    @Option(help: "The folder of the proof.") var out: String = "."

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let root = try about(set) { try SetFile(path: set).header.root() }
            let log = try about(folder) { try LogFolder(path: folder) }
            let proof = try about(folder) { try log.proof(of: root) }
            let path = "\(out)/\(hexadecimal(root.encoded.bytes)).proof"
            try about(path) { try DurableFile.write(proof, to: path, secret: false) }
            Terminal.print("proof \(path)")
        }
    }
}
