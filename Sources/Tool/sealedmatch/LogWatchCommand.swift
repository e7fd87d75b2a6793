internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchLog
internal import SealedMatchPublishing

struct LogWatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Reads a whole log, and says what is wrong with it or strange.",
        discussion: """
            Keeps the checkpoint that it saw last in --state: the log must begin with that one the next time. Alarms \
            are about entries that are new, and about all sets whose files are given: a file may come later than its \
            entry. It says how many sets it has no file of. Exit codes: 0 nothing to look at; 1 alarms, each on a \
            line; 65 the log itself is not what it should be: another tree than its entries', or one that does not \
            begin with the last.
            """)

    @Argument(help: "The log's folder, or its URL.") var log: String
    @Option(help: "The policy that clients pin.") var policy: String
    @Option(help: "The file with the checkpoint that was seen last; none at first.") var state: String
    @Option(help: "Days that a cosignature may be old.") var days: UInt64 = 30
    @Option(help: "How many times n of the version before n may be without an alarm.") var growth: Double = 1.5
    @Option(parsing: .upToNextOption, help: "Set files, to compare with their entries.") var sets: [String] = []

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            guard days > 0, days <= 36_500 else { throw ValidationError("--days is 1 to 36,500") }
            let file = try LogPolicyFile(policy, days: days)
            var known: [SetFileAtHand] = []
            for path in sets { known.append(try about(path) { try SetFileAtHand(path) }) }
            let monitor = LogMonitor(policy: file.policy, growth: growth) { root in
                known.first { $0.root == root.encoded }?.file
            }
            let last = try about(state) {
                try DurableFile.readIfPresent(state, limit: SignedNote.maximumCount).map {
                    try Checkpoint(canonical: $0)
                }
            }
            let report = try about(log) { try monitor.watch(files, last: last, now: currentTime()) }
            // Alarms are said before the state is kept: whoever is killed between says them once more.
            for alarm in report.alarms { Terminal.print("ALARM \(alarm)") }
            try about(state) { try DurableFile.write(report.checkpoint.encoded, to: state, secret: false) }
            Terminal.print(
                "\(count(Int(report.checkpoint.size), "entry", "entries")), \(report.newEntries) new, "
                    + count(report.setsWithoutFile, "set") + " without a file, " + count(report.alarms.count, "alarm"))
            guard report.alarms.isEmpty else { throw Failure("\(log): alarms", code: Failure.negative) }
        }
    }

    private struct SetFileAtHand {
        let root: Bytes32
        let file: SetFile
        init(_ path: String) throws {
            file = try SetFile(path: path)
            root = try file.header.root().encoded
        }
    }

    private func files(_ name: String, _ limit: Int) throws -> [UInt8]? {
        guard log.hasPrefix("http://") || log.hasPrefix("https://") else {
            return try DurableFile.readIfPresent(log + "/" + name, limit: limit)
        }
        return try LogTransfer.get(log + "/" + name, limit: limit)
    }
}
