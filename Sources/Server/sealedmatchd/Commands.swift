internal import ArgumentParser
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchFront
internal import SealedMatchProtocol
internal import SealedMatchSQLite

struct AllCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all", abstract: "Everything in one process, on SQLite files.")
    @OptionGroup var common: CommonSettings
    @OptionGroup(title: "The front") var front: FrontSettings
    @OptionGroup(title: "The collector") var collector: CollectorSettings
    @OptionGroup(title: "The authority") var authority: AuthoritySettings
    @OptionGroup(title: "Opening") var opener: OpenerSettings
    @OptionGroup(title: "Revealing") var reveal: RevealSettings

    func run() async throws {
        try await reportingFailures {
            let file = try common.file()
            let process = try RunningProcess(common, file)
            let sets = try file.list("set", collector.sets)
            let role = try CollectorRole(front, collector, file, process.logger)
            let store = try authorityStore(authority, file)
            let opener = try OpenerRole(
                opener, sets, allowsTestSets: collector.allowTestSets, source: role.store, store: store, file,
                process.logger, process.readiness)
            let reveal = try RevealRole(
                reveal, sets, source: role.store, store: store, file, process.logger, process.readiness)
            var actions = AdminActions(now: CollectorRole.now)
            actions.expire = { try await role.intake.expire(before: $0) }
            actions.expireOpenings = { epoch in try await opener.loop.between { try store.expire(before: epoch) } }
            actions.eraseOpenings = { names in try await opener.loop.between { try store.erase(names) } }
            actions.erase = { account in
                let names = try await role.intake.erase(account)
                // A batch that is under way may hold the account's vouchers: after it.
                try await opener.loop.between { try store.erase(names) }
                return names
            }
            try await process.run([role.server, clock(role, process), opener.loop, reveal.loop], actions)
            try close(role.store, store)
        }
    }
}

struct CollectorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collector", abstract: "Takes registrations and vouchers. It holds no secret of a set.")
    @OptionGroup var common: CommonSettings
    @OptionGroup(title: "The front") var front: FrontSettings
    @OptionGroup(title: "The collector") var collector: CollectorSettings

    func run() async throws {
        try await reportingFailures {
            let file = try common.file()
            let process = try RunningProcess(common, file)
            let role = try CollectorRole(front, collector, file, process.logger)
            var actions = AdminActions(now: CollectorRole.now)
            actions.expire = { try await role.intake.expire(before: $0) }
            actions.erase = { try await role.intake.erase($0) }
            try await process.run([role.server, clock(role, process)], actions)
            try close(role.store, nil)
        }
    }
}

struct OpenerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "opener", abstract: "Opens what was collected. It holds the matching keys.")
    @OptionGroup var common: CommonSettings
    @OptionGroup(title: "The collector") var collector: CollectorSettings
    @OptionGroup(title: "The authority") var authority: AuthoritySettings
    @OptionGroup(title: "Opening") var opener: OpenerSettings

    func run() async throws {
        try await reportingFailures {
            let file = try common.file()
            let process = try RunningProcess(common, file)
            let sets = try file.list("set", collector.sets)
            guard !sets.isEmpty else { throw Failure("set: at least one set file is needed") }
            let source = try collectorStore(collector, file)
            let store = try authorityStore(authority, file)
            let role = try OpenerRole(
                opener, sets, allowsTestSets: collector.allowTestSets, source: source, store: store, file,
                process.logger, process.readiness)
            var actions = AdminActions(now: CollectorRole.now)
            actions.expireOpenings = { epoch in try await role.loop.between { try store.expire(before: epoch) } }
            actions.eraseOpenings = { names in try await role.loop.between { try store.erase(names) } }
            try await process.run([role.loop], actions)
            try close(source, store)
        }
    }
}

struct RevealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reveal", abstract: "Reveals accounts above the threshold and writes case files.")
    @OptionGroup var common: CommonSettings
    @OptionGroup(title: "The collector") var collector: CollectorSettings
    @OptionGroup(title: "The authority") var authority: AuthoritySettings
    @OptionGroup(title: "Revealing") var reveal: RevealSettings

    func run() async throws {
        try await reportingFailures {
            let file = try common.file()
            let process = try RunningProcess(common, file)
            let sets = try file.list("set", collector.sets)
            guard !sets.isEmpty else { throw Failure("set: at least one set file is needed") }
            let source = try collectorStore(collector, file)
            let store = try authorityStore(authority, file)
            let role = try RevealRole(
                reveal, sets, source: source, store: store, file, process.logger, process.readiness)
            try await process.run([role.loop], AdminActions(now: CollectorRole.now))
            try close(source, store)
        }
    }
}

private func collectorStore(_ settings: CollectorSettings, _ file: SettingsFile) throws -> CollectorStore {
    guard let path = try file.text("database", settings.database) else {
        throw Failure("database: the collector's SQLite file is needed")
    }
    return try about(path) { try CollectorStore(path: path) }
}

private func authorityStore(_ settings: AuthoritySettings, _ file: SettingsFile) throws -> AuthorityStore {
    guard let path = try file.text("authority", settings.authority) else {
        throw Failure("authority: the authority's SQLite file is needed")
    }
    return try about(path) { try AuthorityStore(path: path, creation: settings.firstRun ? .always : .never) }
}

/// Before the process ends, both files are whole by themselves.
private func close(_ collector: CollectorStore, _ authority: AuthorityStore?) throws {
    try about("the collector's file") { try collector.close() }
    try about("the authority's file") { try authority?.close() }
}

/// Every minute: which epochs may be registered.
private func clock(_ role: CollectorRole, _ process: RunningProcess) -> Loop {
    Loop("clock", every: .seconds(60), logger: process.logger, readiness: process.readiness) { _ in
        try role.followClock()
    }
}
