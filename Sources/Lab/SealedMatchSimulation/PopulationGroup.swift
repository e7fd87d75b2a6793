/// Accounts that behave alike.
package struct PopulationGroup: Equatable, Sendable {
    /// When in the epoch the known items are sent.
    package enum Timing: String, CaseIterable, Sendable {
        /// Anywhere among the other media.
        case even
        /// After all other media.
        case end
        /// One after another, from anywhere on.
        case burst
    }

    package var name: String
    /// In the population. How many are simulated is the plan's affair.
    package var accounts: Int
    /// Media that are not known, an epoch.
    package var others = VolumeLaw.fixed(0)
    /// Known items, all different, an epoch.
    package var known = VolumeLaw.fixed(0)
    package var timing = Timing.even
    /// The probability that a sent copy of a known item matches.
    package var recall = 0.97
    /// The probability that another medium matches an entry.
    package var falsePositives = 5e-7
    /// Media that are not known come in series of so many similar ones: all of a series match, or none.
    package var series = 1
    /// Devices that an account sends from; each medium from any of them.
    package var devices = 1
    /// Whether the devices merge their stores after each voucher; else each counts its own.
    package var merging = true
    /// The share of vouchers that never arrive.
    package var lost = 0.0

    package static let mostAccounts = 10_000_000_000
    static let mostSeries = 1_000
    static let mostDevices = 16

    package init(name: String, accounts: Int) {
        self.name = name
        self.accounts = accounts
    }

    init(_ value: JSONValue, at path: String) throws(PlanError) {
        var reader = try PlanReader(value, at: path)
        guard let name = try reader.label("name") else { throw PlanError("\(path).name is missing") }
        guard let accounts = try reader.whole("accounts", 1...Self.mostAccounts) else {
            throw PlanError("\(path).accounts is missing")
        }
        self.init(name: name, accounts: accounts)
        if let value = reader.take("others") { others = try VolumeLaw(value, "others", in: reader) }
        if let value = reader.take("known") { known = try VolumeLaw(value, "known", in: reader) }
        timing = try reader.word("timing", Timing.self) ?? timing
        recall = try reader.number("recall", 0...1) ?? recall
        falsePositives = try reader.number("falsePositives", 0...1) ?? falsePositives
        series = try reader.whole("series", 1...Self.mostSeries) ?? series
        devices = try reader.whole("devices", 1...Self.mostDevices) ?? devices
        merging = try reader.boolean("merging") ?? merging
        lost = try reader.number("lost", 0...1) ?? lost
        try reader.finish()
    }
}
