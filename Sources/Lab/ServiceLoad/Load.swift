import Foundation
import SealedMatchClient
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchProtocol
import SealedMatchSQLite
import Synchronization

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

    private func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    private func row(_ name: String, _ value: Double, _ unit: String, ratio: Double? = nil, to floor: String? = nil) {
        var line = "{\"name\":\"\(name)\",\"value\":\(Self.written(value)),\"unit\":\"\(unit)\""
        if let ratio, let floor { line += ",\"floor\":\"\(floor)\",\"ratio\":\(Self.written(ratio))" }
        FileHandle.standardOutput.write(Data((line + "}\n").utf8))
    }

    private static func written(_ value: Double) -> String { String(format: value < 10 ? "%.4g" : "%.0f", value) }

    // MARK: Floors

    /// One voucher's bytes written and synced, again and again: what durable requests could not exceed one by one.
    private func diskFloor() throws -> Double {
        say("floor: the disk")
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
        row("floor.sync", rate, "vouchers/s")
        return rate
    }

    /// The same store with a transaction for each voucher: what group commit saves.
    private func transactionFloor(_ floor: Double) throws -> Double {
        say("floor: one transaction a voucher")
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
        row("floor.transaction", rate, "vouchers/s", ratio: rate / floor, to: "floor.sync")
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
        let stored = Mutex(0)

        /// Requests of so many vouchers each, from all accounts; every reply has to say that they are stored.
        func send(_ vouchers: Int, connections: Int, rate: Double? = nil) throws -> Senders.Result {
            let outcomes = repeatElement(#"{"status":"stored"}"#, count: vouchers).joined(separator: ",")
            let expected = Array((#"{"vouchers":["# + outcomes + "]}\n").utf8)
            return try Senders.run(connections: connections, port: port, seconds: seconds, rate: rate) { number in
                try accounts.upload(number, vouchers)
            } check: { reply in
                guard reply.status == 200, reply.body == expected else { throw LoadFailure("reply \(reply)") }
                stored.withLock { $0 += vouchers }
            }
        }

        say("front: requests of one voucher")
        let single = try send(1, connections: 64)
        let requests = Double(single.requests) / single.seconds
        row("front.single", requests, "requests/s", ratio: requests / transactions, to: "floor.transaction")
        row("front.single.p50", single.latencies.quantile(0.5), "ms")
        row("front.single.p99", single.latencies.quantile(0.99), "ms")

        say("front: the same at 1,000 requests a second")
        let half = try send(1, connections: 64, rate: 1_000)
        row("front.half", Double(half.requests) / half.seconds, "requests/s")
        row("front.half.p50", half.latencies.quantile(0.5), "ms")
        row("front.half.p99", half.latencies.quantile(0.99), "ms")

        say("front: requests of 32 vouchers")
        let batches = try send(32, connections: 16)
        let vouchers = Double(batches.requests) * 32 / batches.seconds
        row("front.batch", vouchers, "vouchers/s", ratio: vouchers / transactions, to: "floor.transaction")
        row("front.batch.p99", batches.latencies.quantile(0.99), "ms")

        say("front: the same at 125 requests a second")
        let halfBatches = try send(32, connections: 16, rate: 125)
        row("front.batch.half", Double(halfBatches.requests) * 32 / halfBatches.seconds, "vouchers/s")
        row("front.batch.half.p99", halfBatches.latencies.quantile(0.99), "ms")

        say("front: 1,000 connections")
        let many = try send(1, connections: 1_000, rate: 1_000)
        row("front.connections.p99", many.latencies.quantile(0.99), "ms")
        row("front.memory", Double(try service.peakMemory()) / 1e6, "MB")
        // What was acknowledged is on disk: the process gets no time to write anything.
        try service.end(killing: true)
        let store = try CollectorStore(path: database)
        let kept = try store.end()
        guard kept == stored.withLock({ $0 }) else {
            throw LoadFailure("\(stored.withLock { $0 }) vouchers were acknowledged, and \(kept) are stored")
        }
        row("front.kept", Double(kept), "vouchers")
        try store.close()
        let bytes = try FileManager.default.attributesOfItem(atPath: database)[.size] as? Int ?? 0
        row("front.bytes", Double(bytes) / Double(kept), "bytes/voucher")
    }

    /// Accounts that threads share: each has its own turn.
    private final class Accounts: @unchecked Sendable {
        // Both lists are set once; an account is used under its own lock only.
        private let all: [LoadAccount]
        private let locks: [NSLock]

        init(_ all: [LoadAccount]) {
            self.all = all
            locks = all.map { _ in NSLock() }
        }

        func register(port: Int) throws {
            let connection = try Connection(port: port)
            for account in all {
                let reply = try connection.exchange(account.registration())
                guard reply.status == 201 else { throw LoadFailure("a registration: \(reply)") }
            }
        }

        func upload(_ number: Int, _ count: Int) throws -> [UInt8] {
            let place = number % all.count
            locks[place].lock()
            defer { locks[place].unlock() }
            var body: [UInt8] = []
            for _ in 0..<count { body += try all[place].synthetic() }
            return all[place].upload(body)
        }
    }

    // MARK: Replies

    /// Matching and other vouchers by turns, one a request: replies are equal byte for byte, and in time as far as a
    /// test can tell.
    private func replies() throws {
        let pairs = isQuick ? 100 : 1_000
        say("replies: \(pairs) matching vouchers and as many others")
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
        row("replies.different", Double(replies.count - 1), "replies")
        row("replies.median.match", Latencies(all: times.matches).quantile(0.5), "ms")
        row("replies.median.other", Latencies(all: times.others).quantile(0.5), "ms")
        row("replies.distance", found.distance, "1", ratio: found.distance / found.bound, to: "p = 0.001")
        try service.end()
    }

    // MARK: Opening

    /// Real vouchers in the collector's file, and one opener.
    private func opening() throws {
        let count = isQuick ? 256 : 8_192
        say("opening: sealing \(count) vouchers")
        let database = folder + "/opening.sqlite"
        let store = try CollectorStore(path: database, creation: .always)
        let accounts = 32
        let sealed = Mutex<[Int: [[UInt8]]]>([:])
        let registrations = Mutex<[Int: [UInt8]]>([:])
        let failure = Mutex<(any Error)?>(nil)
        let deployment = deployment
        DispatchQueue.concurrentPerform(iterations: accounts) { number in
            do {
                let account = try LoadAccount("opened\(number)", deployment)
                var random = SystemRandom()
                let vouchers = try (0..<(count / accounts)).map { _ in
                    try account.seal(.file(sha256: random.bytes32()))
                }
                let registration = Array(account.registration().suffix(Registration.unsignedCount))
                sealed.withLock { $0[number] = vouchers }
                registrations.withLock { $0[number] = registration }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        for number in 0..<accounts {
            let id = try AccountID(name: Array("opened\(number)".utf8))
            let registration = registrations.withLock { $0[number] } ?? []
            _ = try store.register(Registration(canonical: registration), authenticatedAs: id)
            for outcome in try store.store(all: sealed.withLock { $0[number] } ?? [], authenticatedAs: id) {
                _ = try outcome.get()
            }
        }
        try store.close()
        say("opening: \(count) vouchers")
        let start = ContinuousClock.now
        let service = try ServiceProcess(
            program,
            [
                "opener", "--database", database, "--authority", folder + "/authority.sqlite", "--first-run", "--set",
                deployment.set, "--open-seconds", "1", "--log-level", "warning",
            ], adminPort: adminPort, log: folder + "/opener.log")
        let name = "sealedmatch_opened_total{outcome=\"opened\"}"
        // Seldom: two hundred questions a second were a third of the opener's processor time.
        while try service.metric(name) < count { usleep(100_000) }
        let wall = (ContinuousClock.now - start) / .seconds(1)
        let processor = try service.processorTime()
        row("opening.wall", Double(count) / wall, "vouchers/s")
        row("opening.core", Double(count) / processor, "vouchers/s a core")
        row("opening.memory", Double(try service.peakMemory()) / 1e6, "MB")
        try service.end()
        let bytes =
            try FileManager.default.attributesOfItem(atPath: folder + "/authority.sqlite")[.size] as? Int ?? 0
        row("opening.bytes", Double(bytes) / Double(count), "bytes/voucher")
    }
}
