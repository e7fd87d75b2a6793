internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchProtocol

struct AccountIDCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account-id", abstract: "Prints the identifier of an account's name.",
        discussion: """
            The 32 bytes that registrations carry, as 64 hexadecimal digits (Docs/Protocol.md, 4.7). A service is asked \
            by it to erase an account.
            """)

    @Argument(help: "The account's name, UTF-8.") var name: String

    func run() throws {
        try reportingFailures {
            let id = try about("the name") { try AccountID(name: Array(name.utf8)) }
            Terminal.print(hexadecimal(id.encoded.bytes))
        }
    }
}
