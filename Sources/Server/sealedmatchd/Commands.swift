internal import ArgumentParser
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchFront
internal import SealedMatchOpenings
internal import SealedMatchProtocol

struct AllCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all", abstract: "Everything in one process, on SQLite files.")
    @OptionGroup var common: CommonSettings
    @OptionGroup(title: "The front") var front: FrontSettings
    @OptionGroup(title: "The collector") var collector: CollectorSettings
    @OptionGroup(title: "The authority") var authority: AuthoritySettings
    @OptionGroup(title: "A cluster") var cluster: ClusterSettings
    @OptionGroup(title: "Opening") var opener: OpenerSettings
    @OptionGroup(title: "Revealing") var reveal: RevealSettings

    func run() async throws {
        try await reportingFailures {
            let file = try common.file()
            let process = try RunningProcess(common, file)
            let sets = try SetShelf(collector, file)
            let opening = try OpenerRole.Prepared(opener, sets, file, process)
            let revealing = try RevealRole.Prepared(reveal, sets, file)
            let place = try CollectorPlace(collector, cluster, file, process.logger)
            let role = try CollectorRole(front, sets, place, file, firstRun: authority.firstRun, process)
            let stores = try Stores(place, beside: role, authority, cluster, file, process.logger)
            let opener = try OpenerRole(opening, stores, process)
            let reveal = try RevealRole(revealing, stores, process)
            var actions = AdminActions(now: CollectorRole.now)
            role.add(to: &actions)
            actions.openings(stores.authority.store, opener.loop)
            let eraseOpenings = actions.eraseOpenings
            actions.erase = { account in
                let names = try await role.intake.erase(account)
                // A batch that is under way may hold the account's vouchers: after it.
                try await eraseOpenings?(names)
                return names
            }
            let looks = role.look + stores.looks(process, beside: true)
            try await process.run([role.server, clock(role, process), opener.loop, reveal.loop] + looks, actions)
            try stores.close()
            try role.close()
        }
    }
}

struct CollectorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collector", abstract: "Takes registrations and vouchers. It holds no secret of a set.")
    @OptionGroup var common: CommonSettings
    @OptionGroup(title: "The front") var front: FrontSettings
    @OptionGroup(title: "The collector") var collector: CollectorSettings
    @OptionGroup(title: "A cluster") var cluster: ClusterSettings
    @Flag(help: "Make the streams of JetStream; those that are there stay.") var firstRun = false

    func run() async throws {
        try await reportingFailures {
            let file = try common.file()
            let process = try RunningProcess(common, file)
            let place = try CollectorPlace(collector, cluster, file, process.logger)
            let role = try CollectorRole(
                front, SetShelf(collector, file), place, file, firstRun: firstRun, process)
            var actions = AdminActions(now: CollectorRole.now)
            role.add(to: &actions)
            try await process.run([role.server, clock(role, process)] + role.look, actions)
            try role.close()
        }
    }
}

struct OpenerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "opener", abstract: "Opens what was collected. It holds the matching keys.")
    @OptionGroup var common: CommonSettings
    @OptionGroup(title: "The collector") var collector: CollectorSettings
    @OptionGroup(title: "The authority") var authority: AuthoritySettings
    @OptionGroup(title: "A cluster") var cluster: ClusterSettings
    @OptionGroup(title: "Opening") var opener: OpenerSettings

    func run() async throws {
        try await reportingFailures {
            let file = try common.file()
            let process = try RunningProcess(common, file)
            let prepared = try OpenerRole.Prepared(opener, SetShelf(collector, file), file, process)
            let place = try CollectorPlace(collector, cluster, file, process.logger)
            let stores = try Stores(place, authority, cluster, file, process.logger)
            let role = try OpenerRole(prepared, stores, process)
            var actions = AdminActions(now: CollectorRole.now)
            actions.openings(stores.authority.store, role.loop)
            try await process.run([role.loop] + stores.looks(process), actions)
            try stores.close()
        }
    }
}

struct RevealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reveal", abstract: "Reveals accounts above the threshold and writes case files.")
    @OptionGroup var common: CommonSettings
    @OptionGroup(title: "The collector") var collector: CollectorSettings
    @OptionGroup(title: "The authority") var authority: AuthoritySettings
    @OptionGroup(title: "A cluster") var cluster: ClusterSettings
    @OptionGroup(title: "Revealing") var reveal: RevealSettings

    func run() async throws {
        try await reportingFailures {
            let file = try common.file()
            let process = try RunningProcess(common, file)
            let prepared = try RevealRole.Prepared(reveal, SetShelf(collector, file), file)
            let place = try CollectorPlace(collector, cluster, file, process.logger)
            let stores = try Stores(place, authority, cluster, file, process.logger)
            let role = try RevealRole(prepared, stores, process)
            try await process.run([role.loop] + stores.looks(process), AdminActions(now: CollectorRole.now))
            try stores.close()
        }
    }
}

extension AdminActions {
    /// What forgets openings, between two batches of the opener.
    fileprivate mutating func openings(_ store: any OpeningStore, _ loop: Loop) {
        expireOpenings = { epoch in try await loop.between { try store.expire(before: epoch) } }
        eraseOpenings = { names in try await loop.between { try store.erase(names) } }
        opened = { try store.opened() }
    }
}

/// Again and again: which epochs may be registered, and whether the collector's file is still there.
private func clock(_ role: CollectorRole, _ process: RunningProcess) -> Loop {
    Loop("clock", every: .seconds(10), logger: process.logger, readiness: process.readiness) { _ in
        guard try !role.followClock() else { return }
        process.logger.warning(
            "what was erased or expired is still in the collector's file ending in -wal: another process reads it")
    }
}
