internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchJetStream
internal import SealedMatchOpenings
internal import SealedMatchPostgreSQL
internal import SealedMatchProtocol

/// Moves a deployment from SQLite files to JetStream and PostgreSQL. (Docs/Operating.md, "Moving to a cluster")
///
/// Roles are stopped before: the files are used alone. What is moved is compared with the files; then they are marked,
/// so that no role opens them any more; then the cluster's stores, which no role has opened until then, are let go. So
/// at no moment both can be used, and a process that is killed anywhere is followed by one that goes on: whatever is
/// there is compared, and what is missing is added. Memory holds a page of rows.
package struct Migration {
    private let places: MigrationPlaces
    private let skipsDamaged: Bool
    private let progress: (String, Int) -> Void

    /// - Parameters:
    ///   - skipsDamaged: go on without rows that cannot be read. They are named in the report, and stay in the files.
    ///   - progress: told what is being done, and how much of it was, again and again.
    package init(
        _ places: MigrationPlaces, skipsDamaged: Bool = false,
        progress: @escaping (String, Int) -> Void = { _, _ in }
    ) {
        self.places = places
        self.skipsDamaged = skipsDamaged
        self.progress = progress
    }

    /// The cluster's stores.
    private struct Target {
        let streams: JetStreamFilling
        let openings: PostgreSQLOpenings

        func close() {
            streams.close()
            openings.close()
        }
    }

    private static let streamsName = "JetStream"
    private static let openingsName = "the PostgreSQL store"
    private static let filesName = "the SQLite files"

    private func target(of source: SourceFiles, mayMake: Bool) throws(MigrationFailure) -> Target {
        let streams = try MigrationFailure.about(Self.streamsName) { () throws(SealedMatchError) in
            try JetStreamFilling(places.jetStream, from: source.identity, mayMake: mayMake)
        }
        let openings: PostgreSQLOpenings
        do throws(MigrationFailure) {
            openings = try MigrationFailure.about(Self.openingsName) { () throws(SealedMatchError) in
                try PostgreSQLOpenings(
                    filling: places.postgreSQL, deployment: places.deployment, keys: places.keys, mayMake: mayMake,
                    allowsVolatileServer: places.allowsVolatileServer)
            }
        } catch {
            streams.close()
            throw error
        }
        return Target(streams: streams, openings: openings)
    }

    // MARK: Commands

    /// Moves all, compares it, marks the files, and lets the cluster go.
    /// - Parameter anew: forget what an earlier move filled in that did not end.
    package func run(anew: Bool = false) throws(MigrationFailure) -> MigrationReport {
        let source = try SourceFiles(places.collector, places.authority)
        let isMoved = source.isMoved.collector || source.isMoved.authority
        let target = try target(of: source, mayMake: !isMoved)
        defer { target.close() }
        var report = MigrationReport()
        if isMoved, try isOpen(target) {
            report.isOlder = true
            return report
        }
        if !isMoved {
            try checkFillable(target)
            if anew { try empty(target) }
            report.damaged = try fill(target, from: source)
            guard report.damaged.isEmpty || skipsDamaged else { throw .damaged(report.damaged) }
        }
        // Also what an earlier run has marked: the stores that are named may be others.
        report = try compare(source, target)
        guard report.differenceCount == 0 else { throw .different(report) }
        try MigrationFailure.about(Self.filesName) { () throws(SealedMatchError) in
            try source.mark(moved: true)
            try source.close()
        }
        try MigrationFailure.about(Self.openingsName) { () throws(SealedMatchError) in
            try target.openings.endFilling()
        }
        try MigrationFailure.about(Self.streamsName) { () throws(SealedMatchError) in try target.streams.open() }
        return report
    }

    /// Compares what the files hold with what is in the cluster's stores, and changes nothing.
    package func check() throws(MigrationFailure) -> MigrationReport {
        let source = try SourceFiles(places.collector, places.authority)
        let target = try target(of: source, mayMake: false)
        defer { target.close() }
        let report = try compare(source, target)
        guard report.damaged.isEmpty || skipsDamaged else { throw .damaged(report.damaged) }
        guard report.differenceCount == 0 else { throw .different(report) }
        return report
    }

    /// Takes the marks off the files, so that roles open them again. What a cluster took since is not in them.
    /// - Returns: whether there was a mark.
    package static func undo(collector: String, authority: String) throws(MigrationFailure) -> Bool {
        let source = try SourceFiles(collector, authority)
        guard source.isMoved.collector || source.isMoved.authority else { return false }
        try MigrationFailure.about(filesName) { () throws(SealedMatchError) in
            try source.mark(moved: false)
            try source.close()
        }
        return true
    }

    /// Whether roles may use the cluster's stores, all of them.
    private func isOpen(_ target: Target) throws(MigrationFailure) -> Bool {
        let isBeingFilled = try MigrationFailure.about(Self.openingsName) { () throws(SealedMatchError) in
            try target.openings.isBeingFilled()
        }
        guard !isBeingFilled else { return false }
        return try MigrationFailure.about(Self.streamsName) { () throws(SealedMatchError) in
            try target.streams.isOpen()
        }
    }

    private func checkFillable(_ target: Target) throws(MigrationFailure) {
        let areOpen = try MigrationFailure.about(Self.streamsName) { () throws(SealedMatchError) in
            try target.streams.isOpen()
        }
        guard !areOpen else {
            throw .refused("JetStream: the deployment's streams are in use: give another name of a deployment")
        }
        let isBeingFilled = try MigrationFailure.about(Self.openingsName) { () throws(SealedMatchError) in
            try target.openings.isBeingFilled()
        }
        guard isBeingFilled else {
            throw .refused("the PostgreSQL store is in use: a move fills a new one; name another database")
        }
    }

    private func empty(_ target: Target) throws(MigrationFailure) {
        try MigrationFailure.about(Self.streamsName) { () throws(SealedMatchError) in try target.streams.empty() }
        try MigrationFailure.about(Self.openingsName) { () throws(SealedMatchError) in
            try target.openings.emptyFilling()
        }
    }

    // MARK: Fill

    /// - Returns: damaged rows.
    private func fill(_ target: Target, from source: SourceFiles) throws(MigrationFailure) -> [DamagedRow] {
        // Where the two files do not fit nothing is begun.
        let upTo = try MigrationFailure.about(Self.filesName) { () throws(SealedMatchError) in
            try source.openedUpTo()
        }
        var damaged: [DamagedRow] = []
        var report = MigrationReport()
        damaged += try collector(source, target.streams, upTo, fills: true, &report)
        damaged += try MigrationFailure.about("the openings") { () throws(SealedMatchError) in
            try OpeningsMove(source.authority, target.openings) { progress($0, $1) }.fill()
        }
        // What is there and is another's shows now, and is named.
        guard report.differenceCount == 0 else { throw .different(report) }
        return damaged
    }

    // MARK: Compare

    private func compare(_ source: SourceFiles, _ target: Target) throws(MigrationFailure) -> MigrationReport {
        let upTo = try MigrationFailure.about(Self.filesName) { () throws(SealedMatchError) in
            try source.openedUpTo()
        }
        var report = MigrationReport()
        report.damaged += try collector(source, target.streams, upTo, fills: false, &report)
        report.damaged += try MigrationFailure.about("the openings") { () throws(SealedMatchError) in
            try OpeningsMove(source.authority, target.openings) { progress($0, $1) }.compare(&report)
        }
        return report
    }

    /// Registrations, then vouchers.
    private func collector(
        _ source: SourceFiles, _ streams: JetStreamFilling, _ upTo: Int64, fills: Bool, _ report: inout MigrationReport
    ) throws(MigrationFailure) -> [DamagedRow] {
        try MigrationFailure.about("registrations and vouchers") { () throws(SealedMatchError) in
            let damaged = try registrations(source, streams, fills: fills, &report)
            return try damaged + vouchers(source, streams, upTo, fills: fills, &report)
        }
    }

    private func registrations(
        _ source: SourceFiles, _ streams: JetStreamFilling, fills: Bool, _ report: inout MigrationReport
    ) throws(SealedMatchError) -> [DamagedRow] {
        let what = fills ? "registrations" : "registrations compared"
        // Expiry first: nothing that expired is ever registered.
        let firstEpoch = try source.collector.firstEpoch()
        let counts = try source.collector.resolutionCounts()
        if try !streams.takeState(firstEpoch: firstEpoch, counts, fills: fills) {
            report.differ("the first epoch, or how many names were released")
        }
        var damaged: [DamagedRow] = []
        var epochs: Set<UInt32> = []
        var (last, told): (Int64, Int) = (0, 0)
        while true {
            let page = try source.collector.registrations(after: last, limit: 200)
            guard page.last > last else { break }
            last = page.last
            damaged += page.damaged
            for kept in try streams.take(page.registrations, fills: fills) {
                report.differ("registration of row \(kept.row)")
            }
            epochs.formUnion(page.registrations.map(\.registration.epoch))
            report.registrations += page.registrations.count
            report.released += page.registrations.count { $0.released > 0 }
            report.notices += page.registrations.reduce(0) { $0 + $1.notices.count }
            told += page.registrations.count { !$0.notices.isEmpty }
            progress(what, report.registrations)
        }
        // Whatever else is there was erased here, or never registered. Once roles use the streams, they may add some.
        let messages =
            2 * report.registrations + told + epochs.count
            + streams.stateMessages(firstEpoch: firstEpoch, counts)
        if try !streams.isOpen(), try streams.registrationMessages() != messages {
            report.differ("the stream of registrations has messages of none that is registered here")
        }
        return damaged
    }

    private func vouchers(
        _ source: SourceFiles, _ streams: JetStreamFilling, _ upTo: Int64, fills: Bool,
        _ report: inout MigrationReport
    ) throws(SealedMatchError) -> [DamagedRow] {
        var damaged: [DamagedRow] = []
        var place = SourceFiles.PendingVouchers(upTo: upTo)
        var comparison = JetStreamFilling.VoucherComparison()
        while let page = try source.next(&place) {
            damaged += page.damaged
            report.opened += page.opened
            for stored in page.vouchers {
                report.queued += 1
                guard try streams.take(stored.voucher.encoded, &comparison, fills: fills) else {
                    report.differ("voucher of row \(stored.position), or one that is queued before it")
                    return damaged
                }
            }
            progress(fills ? "vouchers" : "vouchers compared", report.queued)
        }
        if try !streams.end(&comparison) { report.differ("the queue has more vouchers") }
        return damaged
    }
}
