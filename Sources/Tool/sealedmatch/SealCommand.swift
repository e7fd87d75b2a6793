internal import ArgumentParser
internal import Foundation
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchFiles

struct SealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Seals one voucher for each file, as a messenger would before it encrypts the file.",
        discussion: """
            Vouchers wait in the client's outbox, up to a day by default, and leave it shuffled: each run puts those that are due into the upload directory, \
            with the registration that the collector needs first. Seal each item once.
            """)

    @Option(help: "The signed set.") var set: String
    @OptionGroup var trust: TrustOptions
    @OptionGroup var account: AccountOptions
    @Option(help: "Directory of the client's secret, state and outbox; made on the first run.") var client: String
    @Option(help: "Directory that gets the vouchers that are due.") var upload: String
    @Option(
        help:
            "Seconds over which the outbox spreads vouchers. 0 sends at once, which links voucher and attachment: for tests."
    )
    var window: UInt64 = 86_400
    @Argument(help: "Pictures, videos or other files; none to only release what is due.") var files: [FileName] = []

    func run() throws {
        try reportingFailures {
            let opened = try trust.open(set)
            let id = try account.id()
            var directory = try about(client) {
                try ClientDirectory.open(path: client, set: opened, account: id, window: window, now: currentTime())
            }
            for file in files {
                // A file that cannot be fingerprinted gets a voucher, too: one that cannot match.
                let item: MediaItem
                do {
                    item = try MediaFile(file).item
                } catch let failure as Failure {
                    guard ![Failure.badFile, Failure.unavailable, Failure.interrupted].contains(failure.code) else {
                        throw failure
                    }
                    Terminal.note("\(failure.message); sealed without a fingerprint")
                    item = .unreadable
                }
                try about(client) {
                    try directory.seal(
                        item, note: Array(file.last.prefix(200)), now: currentTime())
                }
            }
            let released = try release(directory)
            Terminal.print("sealed \(files.count); released \(released) to \(upload)")
        }
    }

    private func release(_ directory: borrowing ClientDirectory) throws -> Int {
        try about(upload) {
            try LockedDirectory.make(upload)
            for registration in try directory.registrations() {
                try DurableFile.write(
                    registration.encoded, to: "\(upload)/\(registration.epoch).registration", secret: false)
            }
        }
        var released = 0
        while true {
            let due = try about(client) { try directory.outbox.due(now: currentTime()) }
            if due.unreadable > 0 {
                Terminal.note("\(client)/outbox: \(due.unreadable) entries are damaged and were left alone")
            }
            if due.entries.isEmpty { return released }
            for entry in due.entries {
                let parsed = try about(client) { try SealedVoucher(canonical: entry.voucher) }
                let name = hexadecimal(parsed.header.voucherID.encoded)
                try about(upload) {
                    try DurableFile.write(entry.voucher, to: "\(upload)/\(name).voucher", secret: false)
                }
                try about(client) { try directory.outbox.acknowledge(entry) }
                released += 1
            }
        }
    }
}
