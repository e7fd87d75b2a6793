// Seals an item with one import of ours, beside a module `Storage` and an older GRDB.
//
//     consumer SET DIRECTORY      SET: Vectors/set-file/small.smset

import SealedMatchClient
import Storage

func bytes(_ digits: String) -> [UInt8] {
    let digits = Array(digits.utf8)
    return stride(from: 0, to: digits.count, by: 2).map {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) ?? 0
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 3 else { fatalError("consumer SET DIRECTORY") }
let now: UInt64 = 1_760_001_000
var trust = TrustPolicy(
    sources: try [
        "14bf386e0f4eb2a1ccbd91c789048469a623c4ba25415fb6f126b7bd144f2d2e",
        "9c0c3bf85fc3a7fdf182de38a216da935dcb0e3aadd84c389f0705a9d4465bba",
        "c9c17a5266f20140ea6ade0e1ca4b7c2147dace56766c5af81405491225485f2",
    ].map { try Bytes32(exactly: bytes($0)) }, minimumSignatures: 2)
trust.minimumEntries = 10
let set = try BlindedSet.open(path: arguments[1], trust: trust, now: now)
let account = AccountID(canonical: try Bytes32(exactly: [UInt8](repeating: 5, count: 32)))
var client = try ClientDirectory.open(path: arguments[2], set: set, account: account, window: 0, now: now)
let registrations: [Registration] = try client.registrations()
let pixels = [UInt8](repeating: 120, count: 64 * 64 * 3)
let item: MediaItem = try MediaItem.picture(
    pixels: pixels.span.bytes, width: 64, height: 64, bytesPerRow: 192, format: .rgb8)
try client.seal(item, now: now)
let entries = try client.outbox.due(now: now + 1).entries
let voucher = try SealedVoucher(canonical: entries[0].voucher)
guard registrations.count == 1, entries.count == 1, voucher.header.pseudonym == registrations[0].pseudonym else {
    fatalError("not the voucher of this account")
}
print("sealed \(entries[0].voucher.count) bytes beside GRDB \(Storage.majorVersion)")
