import Foundation
import SealedMatchClient
import SealedMatchCrypto
import Synchronization

/// Real vouchers of several accounts, none of which matches: sealed before anything is timed.
struct Traffic: Sendable {
    let accounts: [LoadAccount]
    /// Of each account.
    let vouchers: [[[UInt8]]]

    /// - Parameters:
    ///   - name: how the accounts' names begin.
    ///   - count: of vouchers, of all accounts together.
    init(_ name: String, accounts: Int = 32, count: Int, _ deployment: LoadDeployment) throws {
        let sealed = Mutex<[Int: Result<(LoadAccount, [[UInt8]]), any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: accounts) { number in
            let result = Result {
                let account = try LoadAccount("\(name)\(number)", deployment)
                var random = SystemRandom()
                let vouchers = try (0..<(count / accounts)).map { _ in
                    try account.seal(.file(sha256: random.bytes32()))
                }
                return (account, vouchers)
            }
            sealed.withLock { $0[number] = result }
        }
        let all = try sealed.withLock { sealed in try (0..<accounts).compactMap { try sealed[$0]?.get() } }
        self.accounts = all.map(\.0)
        vouchers = all.map(\.1)
    }

    /// How many vouchers there are.
    var count: Int { vouchers.reduce(0) { $0 + $1.count } }

    /// Registers all accounts and uploads all vouchers, 32 a request, over so many connections.
    func send(port: Int, connections: Int) throws {
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: connections) { first in
            do {
                let connection = try Connection(port: port)
                for number in stride(from: first, to: accounts.count, by: connections) {
                    let reply = try connection.exchange(accounts[number].registration())
                    guard reply.status == 201 else { throw LoadFailure("a registration: \(reply)") }
                    for low in stride(from: 0, to: vouchers[number].count, by: 32) {
                        let part = vouchers[number][low..<min(low + 32, vouchers[number].count)]
                        let reply = try connection.exchange(accounts[number].upload(Array(part.joined())))
                        try reply.expect(Reply.stored(part.count))
                    }
                }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}
