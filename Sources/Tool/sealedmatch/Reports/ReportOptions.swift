internal import ArgumentParser
internal import Foundation
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchReports
internal import SealedMatchSQLite

/// What is made of a case: a report's kind, or the question who the account is.
enum ReportKind: String, CaseIterable, ExpressibleByArgument {
    case cybertipline
    case article13
    case nca
    case removal
    case blocking
    case account

    /// As the library records it; nil for a question.
    var report: CaseReport? { CaseReport(rawValue: rawValue) }
}

/// A case and a kind.
struct FilingOptions: ParsableArguments {
    @OptionGroup var number: CaseNumber
    @Option(help: "cybertipline, article13, nca, removal, blocking, or account: who the account is.")
    var kind: ReportKind
}

/// A case as it is now, and where its filings are.
struct FiledCase {
    let found: ReviewedCase
    let library: CaseLibrary
    let folder: FilingFolder
    let kind: ReportKind
    let name: FilingFolder.Name

    init(_ store: CaseStore, _ options: LibraryOptions, _ filing: FilingOptions) throws {
        let number = filing.number.number
        found = try about("case \(number)") { try store.read(number) }
        library = try about(options.library.description) { try store.library() }
        folder = FilingFolder(library: options.library.text)
        kind = filing.kind
        name = FilingFolder.Name(number, round: found.round, filing.kind.rawValue)
    }

    /// Who the account is, if the messenger was asked in this round, and answered.
    var account: AccountAnswer? {
        get throws(ReportFailure) {
            let name = FilingFolder.Name(found.number, round: found.round, ReportKind.account.rawValue)
            return try folder.read(name).flatMap { MessengerFiling($0).account }
        }
    }

    /// - Throws: where it is not known whether a report of an earlier round went out.
    func checkEarlierRounds() throws(ReportFailure) {
        for earlier in try folder.names()
        where earlier.number == name.number && earlier.kind == name.kind && earlier.round < name.round {
            guard let journal = try folder.read(earlier) else { continue }
            let progress = FilingProgress(journal.entries)
            guard progress.isCertain else {
                throw ReportFailure(
                    "round \(earlier.round): \(CyberTiplineFiling.describe(progress)). First: report retract --round "
                        + "\(earlier.round)")
            }
        }
    }

    /// Whether the rules let this person make it now.
    func check(_ person: String) throws {
        try about("case \(found.number)") {
            if let report = kind.report {
                try ReportPermit.check(report, of: found, by: person, at: currentTime(), library)
            } else {
                try ReportPermit.checkLookUp(of: found, by: person, library)
            }
        }
    }
}

/// Turns a report's failure into one of the program.
func reporting<Result>(_ work: () throws(ReportFailure) -> Result) throws -> Result {
    do {
        return try work()
    } catch {
        throw Failure(error.description, code: error.isPassing ? Failure.unavailable : Failure.badData)
    }
}

/// Settings of reports, from a file.
func reportSettings(_ file: FileName) throws -> ReportSettings {
    let bytes = try about(file.description) {
        try DurableFile.read(file.text, limit: ReportSettings.maximumCount)
    }
    do {
        return try ReportSettings(bytes)
    } catch {
        throw Failure("\(file): \(error.description)")
    }
}
