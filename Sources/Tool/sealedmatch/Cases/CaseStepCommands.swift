internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchReports

struct CaseAssignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign", abstract: "Gives a case to a person. Anybody who reviews takes one on; a lead gives it.")

    @OptionGroup var actor: ActorOptions
    @OptionGroup var number: CaseNumber
    @Option(help: "To whom; to oneself unless given.") var to: String?
    @Option(help: "Why.") var why = ""

    func run() throws {
        try reportingFailures { try actor.append([.assigned(to: to ?? actor.person)], to: number.number, why: why) }
    }
}

struct CaseViewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view", abstract: "Says that the person of --as has seen what matches are about.",
        discussion: """
            Only what a person has really seen. A report says of each file whether it was viewed, and courts rely on \
            it. Nothing else makes a match viewed: not that it was judged, and not that the case was decided. With \
            --file the library has which file it was, by its SHA-256. Without, no report says of any file that it was viewed.
            """)

    @OptionGroup var actor: ActorOptions
    @OptionGroup var number: CaseNumber
    @Option(parsing: .upToNextOption, help: "The matches' numbers, as `case show` prints them.") var match: [Int]
    @Option(help: "The file that was seen, of one match. It is read, and not kept.") var file: FileName?
    @Option(help: "Why.") var why = ""

    func validate() throws {
        guard Set(match).count == match.count else { throw ValidationError("--match: a match is named twice") }
        guard file == nil || match.count == 1 else { throw ValidationError("--file is of one match") }
    }

    func run() throws {
        try reportingFailures {
            var basis: CaseViewBasis?
            if let file {
                let seen = try reporting { () throws(ReportFailure) in try ReportFile(file.text) }
                let digest = try about(file.description) { try SHA256.digest(of: seen.bytes) }
                basis = .file(type: seen.type.rawValue, bytes: seen.bytes.count, digest: digest)
            }
            try actor.append(match.map { .viewed(match: $0, basis: basis) }, to: number.number, why: why)
        }
    }
}

struct CaseJudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge", abstract: "Says what matches are.",
        discussion: """
            --class is A1, A2, B1, B2 or none: A is a prepubescent minor, B a pubescent one, 1 a sex act, 2 lascivious \
            exhibition. --standing is baseline, nationallyIllegal, notIllegal or none. Each person says it once.
            """)

    @OptionGroup var actor: ActorOptions
    @OptionGroup var number: CaseNumber
    @Option(parsing: .upToNextOption, help: "The matches' numbers.") var match: [Int]
    @Option(name: .customLong("class"), help: "A1, A2, B1, B2 or none.") var category: CaseJudgement.Class
    @Option(help: "baseline, nationallyIllegal, notIllegal or none.") var standing: CaseJudgement.Standing
    @Option(help: "Why.") var why = ""

    func run() throws {
        try reportingFailures {
            try actor.append(
                match.map { .judged(match: $0, category: category, standing: standing) }, to: number.number, why: why)
        }
    }
}

struct CaseDecideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide", abstract: "Gives the opinion of the person of --as on a case.",
        discussion: """
            The policy says how many people must agree. Nobody gives two opinions in one round. Where opinions differ, \
            a lead who has given none settles it.
            """)

    @OptionGroup var actor: ActorOptions
    @OptionGroup var number: CaseNumber
    @Option(help: "confirmed, notConfirmed or cannotBeJudged.") var outcome: CaseOutcome
    @Option(help: "Why.") var why: String

    func run() throws {
        try reportingFailures { try actor.append([.decided(outcome)], to: number.number, why: why) }
    }
}

struct CaseReportedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reported", abstract: "Says that a report on a confirmed case was made.",
        discussion: "It makes none: it records what you have done, and with which reference.")

    @OptionGroup var actor: ActorOptions
    @OptionGroup var number: CaseNumber
    @Option(help: "cybertipline, article13, nca, removal or blocking.") var report: CaseReport
    @Option(help: "The receiver's reference.") var reference: String
    @Option(help: "Why.") var why = ""

    func run() throws {
        try reportingFailures {
            try actor.append([.reported(report, reference: reference)], to: number.number, why: why)
        }
    }
}

struct CaseCloseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Closes a case on which there is a decision.")

    @OptionGroup var actor: ActorOptions
    @OptionGroup var number: CaseNumber
    @Option(help: "Why.") var why = ""

    func run() throws { try reportingFailures { try actor.append([.closed], to: number.number, why: why) } }
}

struct CaseReopenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen", abstract: "Makes people look at a case again: another round of opinions.")

    @OptionGroup var actor: ActorOptions
    @OptionGroup var number: CaseNumber
    @Option(help: "Why.") var why: String

    func run() throws { try reportingFailures { try actor.append([.reopened], to: number.number, why: why) } }
}
