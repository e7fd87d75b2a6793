internal import ArgumentParser
internal import Foundation
internal import SealedMatchCrypto
internal import SealedMatchReview

struct ReviewPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review-password", abstract: "Gives a person a password for the page, or takes it away.",
        discussion: """
            The password is read from the terminal, or is the first line of standard input: 12 to 256 bytes. The file \
            is made if it is missing, for its owner alone. A change holds at once, and ends the person's sessions. \
            What a person may do is their role in the library (`sealedmatch case person`).
            """)
    @Option(help: "A settings file: a JSON object with the options' names.") var settings: String?
    @Option(help: "The file of people's passwords, which `review-password` writes.") var passwords: String?
    @Flag(help: "Take the password away.") var remove = false
    @Argument(help: "The person's name.") var person: String

    func run() async throws {
        try await reportingFailures {
            let file = try SettingsFile(
                settings, known: CommonSettings.names, environment: ProcessInfo.processInfo.environment)
            guard let path = try file.text("passwords", passwords) else {
                throw Failure("passwords: the file of people's passwords is needed")
            }
            let passwords = PasswordFile(path: path)
            guard !remove else {
                guard try about(path, { try passwords.remove(person) }) else {
                    throw Failure("\(path): \(person) has no password")
                }
                return print("\(escaped(person)): no password")
            }
            let password = try Self.read()
            try about(path) { try passwords.set(person, password) }
            print("\(escaped(person)): has a password")
        }
    }

    /// Twice from a terminal, without showing it; once from anything else.
    private static func read() throws -> SecretBytes {
        guard isatty(STDIN_FILENO) == 1 else { return try line() }
        var old = termios()
        guard tcgetattr(STDIN_FILENO, &old) == 0 else { throw Failure("the terminal cannot be read") }
        var silent = old
        silent.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else {
            throw Failure("the terminal shows what is typed")
        }
        defer {
            _ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &old)
            say("\n")
        }
        say("Password: ")
        let first = try line()
        say("\nAgain: ")
        let second = try line()
        guard first.isSame(as: second) else { throw Failure("the two are not the same") }
        return first
    }

    private static func say(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

    /// Byte by byte: nothing behind the line is read, and no copy of it stays elsewhere.
    private static func line() throws -> SecretBytes {
        var secret = try about("standard input") { try SecretBytes.zeros(count: PasswordFile.length.upperBound) }
        var count = 0
        while true {
            var byte: UInt8 = 0
            let got = Foundation.read(STDIN_FILENO, &byte, 1)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw Failure("standard input cannot be read") }
            if got == 0 || byte == UInt8(ascii: "\n") { break }
            guard count < secret.count else { throw Failure("a password has at most 256 bytes") }
            secret.withMutableBytes { $0[count] = byte }
            count += 1
        }
        guard count >= PasswordFile.length.lowerBound else { throw Failure("a password has at least 12 bytes") }
        return try about("standard input") {
            try secret.withBytes { try SecretBytes.copying(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
