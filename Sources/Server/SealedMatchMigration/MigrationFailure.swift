package import SealedMatchCollector
package import SealedMatchCrypto

/// Why a move ended, or was not begun: what, where, and what to do.
package enum MigrationFailure: Error, CustomStringConvertible {
    /// A store cannot be opened, read or written.
    case store(String, SealedMatchError)
    /// Rows of the files that no version wrote. Nothing was lost: they are where they were.
    case damaged([DamagedRow])
    /// What was moved is not what the files hold.
    case different(MigrationReport)
    /// Anything else, in words.
    case refused(String)

    package var description: String { lines.joined(separator: "\n") }

    /// For a terminal: a line each.
    package var lines: [String] {
        switch self {
        case .store(let name, let error): ["\(name): \(error.reason) [error \(error.code.rawValue)]"]
        case .damaged(let rows):
            ["rows of the files are damaged, and nothing was marked as moved:"]
                + rows.prefix(MigrationReport.most).map(Self.line)
                + (rows.count > MigrationReport.most ? ["… \(rows.count) in all"] : [])
                + ["Restore the files from a copy, or go on without these rows: --skip-damaged"]
        case .different(let report):
            ["what was moved is not what the files hold:"] + report.differences
                + (report.differenceCount > report.differences.count ? ["… \(report.differenceCount) in all"] : [])
                + ["Have the files changed since a move was begun? Then begin anew: --anew"]
        case .refused(let reason): [reason]
        }
    }

    /// A damaged row, for whoever runs a move.
    package static func line(_ row: DamagedRow) -> String {
        "row \(row.row) of \(row.table.rawValue): \(row.error.reason) [error \(row.error.code.rawValue)]"
    }

    /// Names the store that an error is of.
    static func about<Result>(
        _ name: String, _ work: () throws(SealedMatchError) -> Result
    ) throws(MigrationFailure) -> Result {
        do throws(SealedMatchError) { return try work() } catch { throw .store(name, error) }
    }
}
