import Foundation

/// What fronts, JetStream, openers and PostgreSQL do on one machine, all of whose servers share its cores.
struct ClusterLoad {
    private let program: String
    private let folder: String
    private let queue: String
    private let openings: String
    private let dataKeys: String
    private let groups: [String]
    private let isQuick: Bool
    private let deployment: LoadDeployment

    /// - Parameters:
    ///   - queue: servers of JetStream, with commas between.
    ///   - openings: a database of PostgreSQL; a % stands for its number, 2 to 6.
    ///   - dataKeys: the file with the key of payloads at rest.
    ///   - groups: folders of two control groups, each with a quarter of a core; or none.
    init(
        program: String, folder: String, queue: String, openings: String, dataKeys: String, groups: [String],
        isQuick: Bool
    ) throws {
        self.program = program
        self.folder = folder
        self.queue = queue
        self.openings = openings
        self.dataKeys = dataKeys
        self.groups = groups
        self.isQuick = isQuick
        deployment = try LoadDeployment(folder: folder)
    }

    func run() throws {
        let sqlite = try intake("SQLite", number: nil)
        Rows.row("cluster.sqlite", sqlite, "vouchers/s")
        let jetStream = try intake("JetStream", number: 1)
        Rows.row("cluster.intake", jetStream, "vouchers/s", ratio: jetStream / sqlite, to: "cluster.sqlite")
        let one = try opening(number: 2, openers: 1)
        Rows.row("cluster.opening.one", one, "vouchers/s")
        let two = try opening(number: 3, openers: 2)
        Rows.row("cluster.opening.two", two, "vouchers/s", ratio: two / one, to: "cluster.opening.one")
        let end = try whole(number: 4)
        Rows.row("cluster.end", end, "vouchers/s", ratio: end / one, to: "cluster.opening.one")
        guard groups.count == 2 else { return }
        // What they do where cores and servers are no bound.
        let slowOne = try opening(number: 5, openers: 1, in: groups)
        Rows.row("cluster.quarter.one", slowOne, "vouchers/s")
        let slowTwo = try opening(number: 6, openers: 2, in: groups)
        Rows.row("cluster.quarter.two", slowTwo, "vouchers/s", ratio: slowTwo / slowOne, to: "cluster.quarter.one")
    }

    // MARK: Intake

    /// Vouchers a second that a front acknowledges, 32 a request over 16 connections.
    private func intake(_ name: String, number: Int?) throws -> Double {
        Rows.say("intake: \(name)")
        let port = try Connection.freePort()
        let service = try front(number, port: port)
        let accounts = Accounts(try (0..<64).map { try LoadAccount("intake\($0)", deployment) })
        try accounts.register(port: port)
        let result = try accounts.send(32, connections: 16, port: port, seconds: isQuick ? 2 : 10)
        try service.end()
        return Double(result.requests) * 32 / result.seconds
    }

    private func front(_ number: Int?, port: Int) throws -> ServiceProcess {
        let database = number == nil ? folder + "/sqlite.sqlite" : queue
        return try start(
            "front", deployment.collector(port: port, database: database) + cluster(number) + ["--first-run"])
    }

    private func cluster(_ number: Int?) -> [String] { number.map { ["--deployment", "load\($0)"] } ?? [] }

    /// A cluster takes some time to choose its leaders; what is started before that ends.
    private func start(_ name: String, _ arguments: [String]) throws -> ServiceProcess {
        for _ in 0..<9 {
            if let service = try? service(name, arguments) { return service }
            sleep(1)
        }
        return try service(name, arguments)
    }

    private func service(_ name: String, _ arguments: [String]) throws -> ServiceProcess {
        try ServiceProcess(
            program, arguments, adminPort: Connection.freePort(), log: folder + "/\(name)-\(UUID().uuidString).log")
    }

    // MARK: Opening

    private func traffic(_ number: Int) throws -> Traffic {
        let count = isQuick ? 256 : 4_096
        Rows.say("opening: sealing \(count) vouchers")
        return try Traffic("cluster\(number)-", count: count, deployment)
    }

    private func opener(_ number: Int, _ place: Int) throws -> ServiceProcess {
        try start(
            "opener\(place)",
            [
                "opener", "--database", queue, "--authority", openings.replacing("%", with: "\(number)"), "--set",
                deployment.set, "--data-keys", dataKeys, "--open-seconds", "1", "--log-level", "warning",
            ] + cluster(number) + (place == 0 ? ["--first-run"] : []))
    }

    /// Vouchers a second of wall time that so many openers open, from a queue that is full when they start.
    private func opening(number: Int, openers count: Int, in groups: [String] = []) throws -> Double {
        let traffic = try traffic(number)
        let port = try Connection.freePort()
        let front = try front(number, port: port)
        // Openers have made their tables before anything is there to be opened, and stand still until all is.
        let openers = try (0..<count).map { try opener(number, $0) }
        for opener in openers { try opener.pause() }
        for (opener, group) in zip(openers, groups) { try opener.join(group: group) }
        try traffic.send(port: port, connections: 8)
        try front.end()
        Rows.say("opening: \(count) opener\(count == 1 ? "" : "s")")
        let start = ContinuousClock.now
        for opener in openers { try opener.goOn() }
        try ServiceProcess.wait(for: openers, toOpen: traffic.count)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        for opener in openers { try opener.end() }
        return Double(traffic.count) / seconds
    }

    /// From the first upload to the last opening: a front, a queue, one opener and a database at once.
    private func whole(number: Int) throws -> Double {
        let traffic = try traffic(number)
        let port = try Connection.freePort()
        let front = try front(number, port: port)
        let opener = try opener(number, 0)
        Rows.say("from uploads to openings")
        let start = ContinuousClock.now
        try traffic.send(port: port, connections: 8)
        try ServiceProcess.wait(for: [opener], toOpen: traffic.count)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        try front.end()
        try opener.end()
        return Double(traffic.count) / seconds
    }
}
