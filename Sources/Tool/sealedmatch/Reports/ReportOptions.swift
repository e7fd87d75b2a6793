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

    /// - Parameter signer: with the library's key; nil for a command that writes nothing.
    init(
        _ store: CaseStore, _ options: LibraryOptions, _ number: UInt64, _ kind: ReportKind, round: Int? = nil,
        signer: EventKey?
    ) throws {
        found = try about("case \(number)") { try store.read(number) }
        library = try about(options.library.description) { try store.library() }
        folder = FilingFolder(
            library: options.library.text, try filingKeeper(store, library, options, signer: signer))
        self.kind = kind
        name = FilingFolder.Name(number, round: round ?? found.round, kind.rawValue)
    }

    /// Who the account is, if the messenger was asked in this round, and answered.
    var account: AccountAnswer? {
        get throws(ReportFailure) {
            let name = FilingFolder.Name(found.number, round: found.round, ReportKind.account.rawValue)
            return try folder.read(name).flatMap { MessengerFiling($0).account }
        }
    }

    /// Where a report goes: what is asked for, where it goes already, or what the settings say.
    func address(_ asked: String?, _ journal: FilingJournal, _ own: String?) throws -> ReportAddress {
        guard let text = asked ?? FilingProgress(journal.entries).receiver ?? own else {
            throw Failure("where to? --to URL, or the settings' url: there is no address that is taken without")
        }
        return try reporting { () throws(ReportFailure) in try ReportAddress(text) }
    }

    /// - Throws: where it is not known whether a report of an earlier round went out.
    func checkEarlierRounds() throws(ReportFailure) {
        for earlier in try folder.names(of: name.number) where earlier.kind == name.kind && earlier.round < name.round {
            // Given up by a person, who found out what went out.
            if found.filings.contains(where: {
                $0.kind.rawValue == earlier.kind && $0.round == earlier.round && $0.entries == 0
            }) {
                continue
            }
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

/// What filings have of the library in a store.
/// - Parameter signer: with the library's key; nil: nothing is written.
func filingKeeper(
    _ store: CaseStore, _ library: CaseLibrary, _ options: LibraryOptions, signer: EventKey?
) throws -> FilingKeeper {
    let identity = try about(options.library.description) { try store.identity() }
    let reads = SealedMatchError(.authenticationFailed, "the library's key is needed to write")
    return FilingKeeper(
        library: identity, key: library.key,
        sign: { (message) throws(SealedMatchError) in
            guard let signer else { throw reads }
            guard signer.key.publicKey == library.key else {
                throw SealedMatchError(.authenticationFailed, "the library's events are signed by another key")
            }
            return try signer.key.sign(message)
        },
        known: { (number) throws(SealedMatchError) in try store.read(number).filings },
        keep: { (filing, number, person, why, time) throws(SealedMatchError) in
            guard let signer else { throw reads }
            _ = try store.append(
                CaseEvent(by: person, time: time, why: why, .filed(filing)), to: number, key: signer.key)
        })
}

/// Filings that are there, and those that the library knows of and that are gone.
func filingNames(
    _ store: CaseStore, _ folder: FilingFolder, _ options: LibraryOptions
) throws -> [FilingFolder.Name] {
    var names = Set(try reporting { () throws(ReportFailure) in try folder.names() })
    for state in [CaseState.decided, .reported] {
        var filter = CaseFilter()
        filter.state = state
        var last: UInt64 = 0
        while true {
            let rows = try about(options.library.description) { try store.list(filter, after: last, limit: 1_000) }
            guard let end = rows.last else { break }
            for row in rows {
                names.formUnion(try reporting { () throws(ReportFailure) in try folder.known(of: row.number) })
            }
            last = end.number
        }
    }
    return names.sorted()
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
