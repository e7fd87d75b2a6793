// Stores vouchers until it is killed, and prints the ID of each one after the collector has acknowledged it.
//
//     CollectorCrashFixture database seed

import SealedMatchCollector
import SealedMatchSQLite
import Foundation
import SealedMatchProtocol
import SealedMatchCrypto

let arguments = CommandLine.arguments
guard arguments.count == 3, let seed = UInt8(arguments[2]) else { exit(64) }
let bytes = try Bytes32(exactly: [UInt8](repeating: seed, count: 32))
let account = AccountID(canonical: bytes)
let pseudonym = Pseudonym(canonical: bytes)
let store = try CollectorStore(path: arguments[1], creation: .ifMissing)
_ = try store.register(
    Registration(account: account, epoch: 1, pseudonym: pseudonym, commitment: Commitment(canonical: bytes)),
    authenticatedAs: account)
var parameters = Parameters()
parameters.payloadCount = 128
parameters.polynomials = 16
var random = SystemRandom()
while true {
    let header = VoucherHeader(
        parameters: parameters, number: 0, epoch: 1, voucherID: try VoucherID.random(from: &random),
        pseudonym: pseudonym,
        setRoot: SetRoot(canonical: bytes))
    var voucher = header.encoded
    while voucher.count < header.voucherCount { voucher.append(UInt8(truncatingIfNeeded: voucher.count)) }
    _ = try store.store(voucher, authenticatedAs: account)
    // Straight to the descriptor: what was buffered when the kill came would not count as acknowledged.
    let line = header.voucherID.encoded.map { String(format: "%02x", $0) }.joined() + "\n"
    FileHandle.standardOutput.write(Data(line.utf8))
}
