internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchSQLite

struct CaseFeedbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feedback",
        abstract: "Makes the file that tells a source which of its entries were right or wrong.",
        discussion: """
            Of each entry of the source that the case's matches met, and that people judged: confirmed or wrong. \
            Entries on which people differ are left out. The file names no account, no case and no person. A file of \
            this name is not replaced.
            """)

    @OptionGroup var actor: ActorOptions
    @OptionGroup var number: CaseNumber
    @Option(help: "The source's public key file.") var source: String
    @Option(name: .shortAndLong, help: "The file to make.") var output: FileName
    @Option(help: "Why.") var why = ""

    func run() throws {
        try reportingFailures {
            let store = try actor.library.store()
            let subject = "case \(number.number)"
            let found = try about(subject) { try store.read(number.number) }
            let source = try KeyFiles.readSourcePublic(source)
            let feedback = CaseFeedback(found, for: source)
            let bytes = try about(subject) { try feedback.encoded() }
            let signer = try EventKey(actor.key)
            let digest = try SHA256.digest(of: bytes)
            guard !DurableFile.exists(output.text) else {
                throw Failure("\(output): it is there already", code: Failure.badFile)
            }
            // The event comes first: it refuses what may not be, and there is no file without one.
            _ = try about(subject) {
                try store.append(
                    CaseEvent(
                        by: actor.person, time: currentTime(), why: why, .fedBack(source: source, digest: digest)),
                    to: number.number, key: signer.key)
            }
            try about(output.description) { try DurableFile.create(bytes, at: output.text, isSecret: true) }
            try about(actor.library.library.description) { try store.close() }
            Terminal.print("\(output): \(count(feedback.entries.count, "entry", "entries"))")
        }
    }
}
