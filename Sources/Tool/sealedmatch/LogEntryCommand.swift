internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchLog
internal import SealedMatchProtocol

struct LogEntryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entry", abstract: "Writes an entry that is no set's, as a file for `log add --entry`.",
        discussion: "What each of them says, and who has to sign it, is in Docs/Protocol.md, 4.16.",
        subcommands: [Statistics.self, Revocation.self, Erasure.self, Sources.self])

    /// Where an entry goes, whose set's it is, and who signs it.
    struct Common: ParsableArguments {
        @Option(help: "The set's root, 64 hexadecimal digits.") var root: String
        @Option(help: "The secret key of who says it, made by `keygen`.") var key: String
        @Option(name: [.customShort("o"), .long], help: "The entry's file. What is there stays.") var output: String

        func setRoot() throws -> SetRoot {
            guard let encoded = bytes(hexadecimal: root), encoded.count == 32 else {
                throw ValidationError("--root: 64 hexadecimal digits")
            }
            return SetRoot(canonical: try Bytes32(exactly: encoded))
        }

        func write(_ made: (borrowing SigningKey) throws -> LogEntry) throws {
            let secret = try KeyFiles.readSourceSecret(key)
            try LogEntryCommand.write(made(secret), to: output)
        }
    }

    /// A text for people: its SHA-256 is in the entry, and the file is published beside the log.
    static func digest(ofStatement path: String) throws -> Bytes32 {
        try SHA256.digest(of: about(path) { try DurableFile.read(path, limit: LogAddCommand.maximumStatement) })
    }

    static func write(_ entry: LogEntry, to path: String) throws {
        // What is written is what a monitor will read.
        _ = try LogEntry(canonical: entry.encoded)
        guard !DurableFile.exists(path) else {
            throw Failure("\(path): it is there already, and is not replaced")
        }
        try about(path) { try DurableFile.write(entry.encoded, to: path, secret: false) }
        Terminal.print("entry \(path)")
    }

    struct Statistics: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What was counted of a set in an epoch.",
            discussion: """
                The operator signs it, and each custodian who finds his own number of slots right writes the same \
                once more with his key. A monitor says where they do not agree.
                """)
        @OptionGroup var common: Common
        @Option(help: "The epoch, 30 days each, counted from 1970.") var epoch: UInt32
        @Option(help: "Accounts that registered.") var accounts: UInt64
        @Option(help: "Vouchers that were opened.") var vouchers: UInt64
        @Option(
            parsing: .upToNextOption,
            help: "Slots that each custodian evaluated, in the set's order; one number of one authority.")
        var slots: [UInt64]
        @Option(help: "Accounts that were revealed.") var reveals: UInt64
        @Option(help: "Cases that people decided.") var decisions: UInt64
        @Option(help: "Accounts that were told.") var notices: UInt64

        func run() throws {
            try reportingFailures {
                try Sodium.start()
                let counted = LogEntry.Statistics(
                    root: try common.setRoot(), epoch: UInt64(epoch), accounts: accounts, vouchers: vouchers,
                    slots: slots, reveals: reveals, decisions: decisions, notices: notices)
                try common.write { key in .statistics(try SignedEntry(counted, by: key), counted) }
            }
        }
    }

    struct Revocation: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "A set must not be used any more.")
        @OptionGroup var common: Common
        @Option(help: "A text for people: why.") var statement: String

        func run() throws {
            try reportingFailures {
                try Sodium.start()
                let revoked = LogEntry.Revocation(
                    root: try common.setRoot(), time: currentTime(),
                    statement: try LogEntryCommand.digest(ofStatement: statement))
                try common.write { key in .revocation(try SignedEntry(revoked, by: key), revoked) }
            }
        }
    }

    struct Erasure: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A set's key was erased, or a custodian's share of it.",
            discussion: "Erase first. The entry says that it is done; nothing proves it.")
        @OptionGroup var common: Common
        @Option(help: "The custodian's number in the set; 0 for all of the key, of one authority.") var share: UInt64

        func run() throws {
            try reportingFailures {
                try Sodium.start()
                let erased = LogEntry.Erasure(
                    root: try common.setRoot(), time: currentTime(), share: share)
                try common.write { key in .erasure(try SignedEntry(erased, by: key), erased) }
            }
        }
    }

    struct Sources: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Which sources sets name from now on.")
        @Option(parsing: .upToNextOption, help: "Public keys of the sources, KEY.pub each.") var source: [String]
        @Option(help: "A text for people: why.") var statement: String
        @Option(name: [.customShort("o"), .long], help: "The entry's file. What is there stays.") var output: String

        func run() throws {
            try reportingFailures {
                try Sodium.start()
                let keys = try source.map { try KeyFiles.readSourcePublic($0) }
                    .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
                let change = LogEntry.SourceChange(
                    time: currentTime(), sources: keys,
                    statement: try LogEntryCommand.digest(ofStatement: statement))
                try LogEntryCommand.write(.sources(change), to: output)
            }
        }
    }
}
