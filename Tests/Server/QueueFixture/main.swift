// A front or an opener of a work queue, until it is killed.
//
//     QueueFixture front  SERVERS NAME PASSWORD SEED    prints the ID of each voucher after it was acknowledged
//     QueueFixture opener SERVERS NAME PASSWORD FILE    opens into the authority's file; says when it has begun

import Foundation
import SealedMatchAuthority
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchJetStream
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTesting

let arguments = CommandLine.arguments
guard arguments.count == 6 else { exit(64) }
let options = {
    var options = JetStreamOptions(servers: arguments[2].split(separator: ",").map(String.init), name: arguments[3])
    options.credentials = .user("tests", password: arguments[4])
    options.leaseSeconds = 2
    options.patience = 30
    return options
}()

/// Straight to the descriptor: what was buffered when the kill came would not count.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// Vouchers of one account, one to eight in a call. A call that ends with an error is sent again, as a client does.
func front(_ seed: UInt64) async throws {
    let intake = try JetStreamIntake(options)
    var vouchers = try OpenableVouchers(seed: 1)
    vouchers.vary(seed)
    let registration = try OpenableVouchers.registration(UInt8(truncatingIfNeeded: seed % 4 + 1), epoch: 1)
    let name = AccountEpoch(pseudonym: registration.pseudonym, epoch: registration.epoch)
    _ = try await intake.register(registration, authenticatedAs: registration.account)
    var size = 0
    while true {
        size = size % 8 + 1
        var batch: [[UInt8]] = []
        for _ in 0..<size { batch.append(try vouchers.voucher(name)) }
        try await send(batch, intake, registration.account)
        for voucher in batch { say(identifier(voucher)) }
    }
}

/// Until there is an answer.
func send(_ batch: [[UInt8]], _ intake: JetStreamIntake, _ account: AccountID) async throws {
    while true {
        do throws(SealedMatchError) {
            let outcomes = try await intake.store(all: batch, authenticatedAs: account)
            if outcomes.contains(where: { $0 != .success(.stored) }) { exit(2) }
            return
        } catch {
            if error.code != .fileFailed { throw error }
        }
    }
}

func identifier(_ voucher: [UInt8]) -> String {
    // Behind magic, M, N, k, P and epoch.
    voucher[16..<32].map { String(format: "%02x", $0) }.joined()
}

func opener(_ path: String) throws {
    let store = try AuthorityStore(path: path)
    let matching = try OpenableVouchers(seed: 1).matching()
    let service = QueueOpeningService(
        queue: try JetStreamQueue(options), store: store, opener: VoucherOpener([matching]))
    say("ready")
    while true { _ = try service.openPending(batch: 32, waiting: 1) }
}

switch arguments[1] {
case "front": try await front(UInt64(arguments[5]) ?? 0)
case "opener": try opener(arguments[5])
default: exit(64)
}
