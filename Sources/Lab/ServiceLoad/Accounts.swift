import Foundation

/// Accounts that threads share: each has its own turn.
final class Accounts: Sendable {
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

    /// Requests of so many vouchers each, from all accounts; every reply has to say that they are stored. The
    /// parameters are those of `Senders.run`.
    func send(
        _ vouchers: Int, connections: Int, port: Int, seconds: Double, rate: Double? = nil
    ) throws -> Senders.Result {
        let expected = Reply.stored(vouchers)
        return try Senders.run(connections: connections, port: port, seconds: seconds, rate: rate) { number in
            try self.upload(number, vouchers)
        } check: { reply in
            try reply.expect(expected)
        }
    }

    private func upload(_ number: Int, _ count: Int) throws -> [UInt8] {
        let place = number % all.count
        locks[place].lock()
        defer { locks[place].unlock() }
        var body: [UInt8] = []
        for _ in 0..<count { body += try all[place].synthetic() }
        return all[place].upload(body)
    }
}
