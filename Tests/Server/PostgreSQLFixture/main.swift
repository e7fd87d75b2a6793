// What the tests run in processes of its own, to kill it or to measure it.
//
//     record CONNECTION SEED PAGES      records pages of 16 vouchers, and prints a page's number once it is recorded
//     lease CONNECTION SECONDS          leases an account, prints its pseudonym's first byte, and waits for ever
//     turn CONNECTION                   takes the turn, prints a line, and waits for ever
//     measure CONNECTION FILE VOUCHERS  how many vouchers a second each store records; rows of JSON

import Foundation
import SealedMatchOpenings
import SealedMatchPostgreSQL
import SealedMatchSQLite
import SealedMatchTesting

/// Straight to the descriptor: what was buffered when the kill came would not count.
func tell(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

let source = try Bytes32(exactly: [UInt8](repeating: 200, count: 32))

func open(_ connection: String, _ creation: StoreCreation = .never) throws -> PostgreSQLOpenings {
    try PostgreSQLOpenings(
        connection, deployment: Bytes32(exactly: [UInt8](repeating: 7, count: 32)),
        keys: DataKeys(SecretBytes.copying([UInt8](repeating: 1, count: 32))), creation: creation)
}

/// Pages of 256 vouchers as long as those of a standard set, of 64 accounts, by so many openers at once.
func measure<Store: OpeningStore>(
    _ name: String, _ store: Store, _ vouchers: Int, openers: Int
) throws where Store: Sendable {
    let pages = max(1, vouchers / 256 / openers)
    let made = try (0..<openers).map { opener in
        var synthetic = SyntheticVouchers(seed: UInt64(opener), polynomials: 312, payloadCount: 1_024)
        let names = (0..<64).map { AccountEpoch(UInt8(64 * (opener % 4) + $0), UInt32(7 + opener / 4)) }
        return try (0..<pages).map { try synthetic.page(256, from: Int64($0 * 256 + 1), of: names) }
    }
    let start = ContinuousClock.now
    DispatchQueue.concurrentPerform(iterations: openers) { opener in
        for page in made[opener] {
            do { _ = try store.record(page, of: source, cursor: nil) } catch { fatalError("\(error)") }
        }
    }
    let took = (ContinuousClock.now - start) / .seconds(1)
    let rate = Int(Double(pages * openers * 256) / took)
    tell(
        #"{"store":"\#(name)","openers":\#(openers),"vouchers":\#(pages * openers * 256),"vouchersPerSecond":\#(rate)}"#
    )
}

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "record" where arguments.count == 5:
    let store = try open(arguments[2])
    var synthetic = SyntheticVouchers(seed: UInt64(arguments[3]) ?? 0)
    let names = (1...4).map { AccountEpoch(UInt8($0), 7) }
    for page in 0..<(Int(arguments[4]) ?? 0) {
        _ = try store.record(synthetic.page(16, from: Int64(page * 16 + 1), of: names), of: source, cursor: nil)
        tell("\(page)")
    }
case "lease" where arguments.count == 4:
    let lease = try open(arguments[2]).lease(1, for: .seconds(Int(arguments[3]) ?? 0))
    tell(lease.accounts.map { "\($0.name.pseudonym.encoded[0])" }.joined())
    while true { sleep(1_000) }
case "turn" where arguments.count == 3:
    let turn = try open(arguments[2]).takeTurn()
    tell(turn == nil ? "taken" : "mine")
    while true { sleep(1_000) }
case "measure" where arguments.count == 5:
    let vouchers = Int(arguments[4]) ?? 0
    let server = try open(arguments[2], .ifMissing)
    for openers in [1, 2, 4] { try measure("PostgreSQL", server, vouchers, openers: openers) }
    let file = try AuthorityStore(path: arguments[3], creation: .always)
    try measure("SQLite", file, vouchers, openers: 1)
default:
    exit(64)
}
