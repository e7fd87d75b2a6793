import Foundation
import SealedMatchClient
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchProtocol
import SealedMatchSQLite

/// All measurements, one after another.
struct Load {
    private let program: String
    private let folder: String
    private let isQuick: Bool
    private let deployment: LoadDeployment
    private let port: Int
    private let adminPort: Int

    init(program: String, folder: String, isQuick: Bool) throws {
        self.program = program
        self.folder = folder
        self.isQuick = isQuick
        deployment = try LoadDeployment(folder: folder)
        (port, adminPort) = (try Connection.freePort(), try Connection.freePort())
    }

    private var seconds: Double { isQuick ? 2 : 10 }

    func run() throws {
        let floor = try diskFloor()
        try front(try transactionFloor(floor))
        try replies()
        try opening()
    }

    // MARK: Floors

    /// One voucher's bytes written and synced, again and again: what durable requests could not exceed one by one.
    private func diskFloor() throws -> Double {
        Rows.say("floor: the disk")
        let voucher = try LoadAccount("floor", deployment).synthetic()
        let file = open(folder + "/floor", O_WRONLY | O_CREAT, 0o600)
        guard file >= 0 else { throw LoadFailure("a file cannot be made") }
        defer { close(file) }
        var count = 0
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(seconds / 4) {
            guard pwrite(file, voucher, voucher.count, off_t(count * voucher.count)) == voucher.count,
                fdatasync(file) == 0
            else { throw LoadFailure("a file cannot be written") }
            count += 1
        }
        let rate = Double(count) / ((ContinuousClock.now - start) / .seconds(1))
        Rows.row("floor.sync", rate, "vouchers/s")
        return rate
    }

    /// The same store with a transaction for each voucher: what group commit saves.
    private func transactionFloor(_ floor: Double) throws -> Double {
        Rows.say("floor: one transaction a voucher")
        let account = try LoadAccount("single", deployment)
        let id = try AccountID(name: Array("single".utf8))
        let store = try CollectorStore(path: folder + "/single.sqlite", creation: .always)
        let request = account.registration()
        let body = request.suffix(Registration.unsignedCount)
        _ = try store.register(Registration(canonical: Array(body)), authenticatedAs: id)
        var count = 0
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(seconds / 4) {
            _ = try store.store(account.synthetic(), authenticatedAs: id)
            count += 1
        }
        let rate = Double(count) / ((ContinuousClock.now - start) / .seconds(1))
        Rows.row("floor.transaction", rate, "vouchers/s", ratio: rate / floor, to: "floor.sync")
        return rate
    }

    // MARK: Front

    private func front(_ transactions: Double) throws {
        let database = folder + "/front.sqlite"
        let service = try ServiceProcess(
            program, deployment.collector(port: port, database: database), adminPort: adminPort,
            log: folder + "/front.log")
        let accounts = Accounts(try (0..<64).map { try LoadAccount("account\($0)", deployment) })
        try accounts.register(port: port)
        var stored = 0
        func send(_ vouchers: Int, connections: Int, rate: Double? = nil) throws -> Senders.Result {
            let result = try accounts.send(vouchers, connections: connections, port: port, seconds: seconds, rate: rate)
            stored += vouchers * result.requests
            return result
        }

        Rows.say("front: requests of one voucher")
        let single = try send(1, connections: 64)
        let requests = Double(single.requests) / single.seconds
        Rows.row("front.single", requests, "requests/s", ratio: requests / transactions, to: "floor.transaction")
        Rows.row("front.single.p50", single.latencies.quantile(0.5), "ms")
        Rows.row("front.single.p99", single.latencies.quantile(0.99), "ms")

        Rows.say("front: the same at 1,000 requests a second")
        let half = try send(1, connections: 64, rate: 1_000)
        Rows.row("front.half", Double(half.requests) / half.seconds, "requests/s")
        Rows.row("front.half.p50", half.latencies.quantile(0.5), "ms")
        Rows.row("front.half.p99", half.latencies.quantile(0.99), "ms")

        Rows.say("front: requests of 32 vouchers")
        let batches = try send(32, connections: 16)
        let vouchers = Double(batches.requests) * 32 / batches.seconds
        Rows.row("front.batch", vouchers, "vouchers/s", ratio: vouchers / transactions, to: "floor.transaction")
        Rows.row("front.batch.p99", batches.latencies.quantile(0.99), "ms")

        Rows.say("front: the same at 125 requests a second")
        let halfBatches = try send(32, connections: 16, rate: 125)
        Rows.row("front.batch.half", Double(halfBatches.requests) * 32 / halfBatches.seconds, "vouchers/s")
        Rows.row("front.batch.half.p99", halfBatches.latencies.quantile(0.99), "ms")

        Rows.say("front: 1,000 connections")
        let many = try send(1, connections: 1_000, rate: 1_000)
        Rows.row("front.connections.p99", many.latencies.quantile(0.99), "ms")
        Rows.row("front.memory", Double(try service.peakMemory()) / 1e6, "MB")
        // What was acknowledged is on disk: the process gets no time to write anything.
        try service.end(killing: true)
        let store = try CollectorStore(path: database)
        let kept = try store.end()
        guard kept == stored else {
            throw LoadFailure("\(stored) vouchers were acknowledged, and \(kept) are stored")
        }
        Rows.row("front.kept", Double(kept), "vouchers")
        try store.close()
        let bytes = try FileManager.default.attributesOfItem(atPath: database)[.size] as? Int ?? 0
        Rows.row("front.bytes", Double(bytes) / Double(kept), "bytes/voucher")
    }

    // MARK: Replies

    /// Matching and other vouchers by turns, one a request: replies are equal byte for byte, and in time as far as a
    /// test can tell.
    private func replies() throws {
        let pairs = isQuick ? 100 : 1_000
        Rows.say("replies: \(pairs) matching vouchers and as many others")
        let service = try ServiceProcess(
            program, deployment.collector(port: port, database: folder + "/replies.sqlite"),
            adminPort: adminPort, log: folder + "/replies.log")
        let account = try LoadAccount("carol", deployment)
        let connection = try Connection(port: port)
        _ = try connection.exchange(account.registration())
        var random = SystemRandom()
        var requests: [(isMatch: Bool, bytes: [UInt8])] = []
        for pair in 0..<pairs {
            let known = deployment.listed[pair % deployment.listed.count]
            let items = [(true, MediaItem.file(sha256: known)), (false, .file(sha256: try random.bytes32()))]
            for (isMatch, item) in items { requests.append((isMatch, account.upload(try account.seal(item)))) }
        }
        // In an order that says nothing.
        requests.shuffle()
        var times: (matches: [Double], others: [Double]) = ([], [])
        var replies = Set<String>()
        for (isMatch, bytes) in requests {
            let start = ContinuousClock.now
            let reply = try connection.exchange(bytes)
            let time = (ContinuousClock.now - start) / .milliseconds(1)
            if isMatch { times.matches.append(time) } else { times.others.append(time) }
            let head = reply.head.split(separator: "\r\n").filter { !$0.hasPrefix("date:") }.joined(separator: "|")
            replies.insert("\(head)|\(String(decoding: reply.body, as: UTF8.self))")
        }
        guard replies.count == 1 else { throw LoadFailure("replies differ: \(replies)") }
        let found = Latencies.distance(times.matches, times.others)
        Rows.row("replies.different", Double(replies.count - 1), "replies")
        Rows.row("replies.median.match", Latencies(all: times.matches).quantile(0.5), "ms")
        Rows.row("replies.median.other", Latencies(all: times.others).quantile(0.5), "ms")
        Rows.row("replies.distance", found.distance, "1", ratio: found.distance / found.bound, to: "p = 0.001")
        try service.end()
    }

    // MARK: Opening

    /// Real vouchers in the collector's file, and one opener.
    private func opening() throws {
        let count = isQuick ? 256 : 8_192
        Rows.say("opening: sealing \(count) vouchers")
        let database = folder + "/opening.sqlite"
        let store = try CollectorStore(path: database, creation: .always)
        let traffic = try Traffic("opened", count: count, deployment)
        for (number, account) in traffic.accounts.enumerated() {
            let id = try AccountID(name: Array("opened\(number)".utf8))
            let registration = Array(account.registration().suffix(Registration.unsignedCount))
            _ = try store.register(Registration(canonical: registration), authenticatedAs: id)
            for outcome in try store.store(all: traffic.vouchers[number], authenticatedAs: id) {
                _ = try outcome.get()
            }
        }
        try store.close()
        Rows.say("opening: \(count) vouchers")
        let start = ContinuousClock.now
        let service = try ServiceProcess(
            program,
            [
                "opener", "--database", database, "--authority", folder + "/authority.sqlite", "--first-run", "--set",
                deployment.set, "--open-seconds", "1", "--log-level", "warning",
            ], adminPort: adminPort, log: folder + "/opener.log")
        try ServiceProcess.wait(for: [service], toOpen: count)
        let wall = (ContinuousClock.now - start) / .seconds(1)
        let processor = try service.processorTime()
        Rows.row("opening.wall", Double(count) / wall, "vouchers/s")
        Rows.row("opening.core", Double(count) / processor, "vouchers/s a core")
        Rows.row("opening.memory", Double(try service.peakMemory()) / 1e6, "MB")
        try service.end()
        let bytes =
            try FileManager.default.attributesOfItem(atPath: folder + "/authority.sqlite")[.size] as? Int ?? 0
        Rows.row("opening.bytes", Double(bytes) / Double(count), "bytes/voucher")
    }
}
