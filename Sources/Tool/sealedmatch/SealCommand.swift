internal import ArgumentParser
internal import Foundation
internal import SealedMatchClient
internal import SealedMatchCollector
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchFiles

struct SealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Seals one voucher for each file, as a messenger would before it encrypts the file.",
        discussion: """
            Vouchers wait in the client's outbox, up to a day by default, and leave it shuffled: each run puts those that \
            are due into the upload directory, with the registration that the collector needs first. Every file is read \
            before the first is sealed; so if one is missing, nothing is sealed. A file that was sealed before in this \
            epoch is left out, so a run that ended early can be repeated; --again seals it again, as for a second \
            message. The voucher's note, which a reveal shows, is the file's name. Of a run that was killed, the one file that it was at may be sealed once more: the second voucher \
            cannot match.
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
    @Option(help: "A secret identity key (`keygen`) that signs registrations, for a trial: messengers have their own.")
    var identity: String?
    @Flag(help: "Seal files that were sealed before, too.") var again = false
    @Argument(help: "Pictures, videos or other files; none to only release what is due.") var files: [FileName] = []

    func run() throws {
        try reportingFailures {
            guard FileName(bytes: Array(client.utf8)).resolved != FileName(bytes: Array(upload.utf8)).resolved else {
                throw Failure("--client and --upload: one folder for both; what is in it is the client's secret")
            }
            let opened = try trust.open(set)
            let id = try account.id()
            let items = try files.map { (file: $0, item: try item($0), digest: try SealedFiles.digest($0)) }
            var directory = try about(client) {
                try ClientDirectory.open(path: client, set: opened, account: id, window: window, now: currentTime())
            }
            // Under the directory's lock.
            var sealed = try about(client) { try SealedFiles(client: client, epoch: currentTime() / 2_592_000) }
            var before = 0
            for (file, item, digest) in items {
                if !again, try sealed.contains(file, digest) {
                    before += 1
                    continue
                }
                try about(client) {
                    try directory.seal(
                        item, note: Array(file.last.prefix(200)), now: currentTime())
                    try sealed.add(file, digest)
                }
            }
            let released = try release(directory)
            let left = before == 0 ? "" : " (\(before) sealed before and left out)"
            Terminal.print("sealed \(files.count - before)\(left); released \(released) to \(upload)")
        }
    }

    /// A file that cannot be fingerprinted gets a voucher, too: one that cannot match.
    private func item(_ file: FileName) throws -> MediaItem {
        do {
            return try MediaFile(file).item
        } catch let failure as Failure {
            guard ![Failure.badFile, Failure.unavailable, Failure.interrupted].contains(failure.code) else {
                throw failure
            }
            Terminal.note("\(failure.message); sealed without a fingerprint")
            return .unreadable
        }
    }

    private func release(_ directory: borrowing ClientDirectory) throws -> Int {
        try about(upload) {
            try LockedDirectory.make(upload)
            for var registration in try directory.registrations() {
                if let identity {
                    registration = try registration.signed(by: KeyFiles.readSourceSecret(identity))
                }
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
