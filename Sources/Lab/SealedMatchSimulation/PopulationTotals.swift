internal import Foundation

/// One setting for the whole population.
package struct PopulationTotals: Equatable, Sendable {
    package var accounts = 0
    /// Accounts that are revealed in at least one of the plan's epochs, expected.
    package var revealedAccounts = 0.0
    /// log10 of the innocent account-epochs of twelve epochs, expected; nil: 0.
    package var log10Innocents: Double?
    /// Bytes a day, and bytes of an epoch.
    package var sentBytes = 0.0
    package var collectorBytes = 0.0
    package var prunedBytes = 0.0
    package var authorityBytes = 0.0
    /// Cores that are busy all the time.
    package var openingCores = 0.0
    package var decodingCores = 0.0

    private static let secondsPerEpoch = 30.0 * 86_400

    package init(_ cells: [SimulationReport.Cell]) {
        var logs: [Double] = []
        for cell in cells {
            let number = Double(cell.group.accounts)
            accounts += cell.group.accounts
            revealedAccounts += number * cell.reveals.everShare
            if let log = cell.innocents.log10Expected { logs.append(log * M_LN10) }
            sentBytes += number * cell.load.sentBytes
            collectorBytes += number * cell.load.collectorBytes
            prunedBytes += number * cell.load.prunedBytes
            authorityBytes += number * cell.load.authorityBytes
            openingCores += number * cell.load.opening / Self.secondsPerEpoch
            decodingCores += number * cell.load.decoding / Self.secondsPerEpoch
        }
        let sum = LogSum.of(logs)
        log10Innocents = sum == LogSum.zero ? nil : sum / M_LN10
    }
}
