internal import ArgumentParser
internal import SealedMatchKit

/// The test kit for other languages.
struct KitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kit",
        abstract: "A whole deployment in memory, for tests in any language.",
        discussion: """
            Reads a request a line from standard input and writes an answer a line to standard output, both JSON: see \
            Docs/Testing.md. Its sets are marked as for tests, and refused by everything that people use.
            """)

    func run() throws {
        let session = KitSession(version: Version.text)
        var input = KitInput(descriptor: 0)
        while let line = input.next() {
            if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) { continue }
            StandardStreams.writeOutput(String(decoding: session.answer(line) + [UInt8(ascii: "\n")], as: UTF8.self))
        }
    }
}
