internal import SealedMatchCollector
internal import SealedMatchSQLite
internal import SealedMatchFingerprint
internal import Foundation
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchMessengerStandIn
internal import SealedMatchPictures
internal import SealedMatchCrypto
internal import SealedMatchSets
internal import SealedMatchFiles

/// One person of the demo and what she sends.
struct DemoAccount {
    let name: String
    /// What the table says of her.
    let story: String
    let known: ArraySlice<DemoPicture>
    let innocent: ArraySlice<DemoPicture>
    /// Pictures that are sent a second time.
    var resent = 0

    func id() throws -> AccountID { try AccountID(name: Array(name.utf8)) }
}

/// The outcome of one account's sending, as only the demo knows it.
struct DemoTruth {
    var sent = 0
    /// Different entries of the set that her pictures' probes met: the matches that really happened.
    var matched: Set<EntryKey> = []
    /// PDQ hashes of the copies that matched, as sent.
    var matchedFingerprints: Set<Bytes32> = []
    var attachmentBytes = 0
}

/// A messenger with the client in it: recompress, seal, encrypt, upload.
struct DemoMessenger {
    let set: BlindedSet
    let keys: Set<EntryKey>
    let work: String
    let now: UInt64

    /// Sends everything of one account. The plaintext never leaves this function: the server gets ciphertext, and
    /// vouchers by way of the outbox.
    func send(_ account: DemoAccount, collector: CollectorStore, progress: (Int, Int) -> Void) throws -> DemoTruth {
        var truth = DemoTruth()
        var client = try ClientDirectory.open(
            path: "\(work)/\(account.name)", set: set, account: account.id(), window: 86_400, now: now)
        let items =
            Array(account.known) + Array(account.innocent)
            + Array((account.known + account.innocent).prefix(account.resent))
        // Known and other pictures come mixed, as in life.
        for (index, picture) in items.shuffled().enumerated() {
            progress(index + 1, items.count)
            let recompression = Recompression.all[index % Recompression.all.count]
            let copy: [UInt8]
            let decoded: DecodedPicture
            do throws(PictureError) {
                copy = try recompression.apply(to: picture.load())
                decoded = try Picture.decode(copy)
            } catch {
                throw Failure("\(picture.path): \(error)")
            }
            guard let fingerprinted = MediaFile.fingerprinted(decoded) else {
                throw Failure("\(picture.path): not fingerprinted")
            }
            note(fingerprinted, &truth)
            // 1. seal, before the attachment is encrypted
            try client.seal(
                fingerprinted.item, note: Array("\(recompression.side) px, JPEG \(recompression.quality)".utf8),
                now: now)
            // 2. encrypt, and check that the receiver gets the very bytes
            var random = SystemRandom()
            let key = try random.bytes32()
            let ciphertext = try AttachmentEncryption.encrypt(copy, key: key)
            guard try AttachmentEncryption.decrypt(ciphertext, key: key) == copy else {
                throw Failure("an attachment did not decrypt", code: Failure.internalFailure)
            }
            truth.sent += 1
            truth.attachmentBytes += ciphertext.count
        }
        try upload(client, account, collector)
        return truth
    }

    private func note(_ picture: FingerprintedPicture, _ truth: inout DemoTruth) {
        let parameters = set.header.parameters
        let probes = parameters.profile.probes(
            of: picture.fingerprint, raster: picture.raster, separation: parameters.separation
        ).map { EntryKey(perceptual: $0) }
        for probe in probes where keys.contains(probe) {
            if truth.matched.insert(probe).inserted {
                truth.matchedFingerprints.insert(Bytes32(picture.fingerprint.hash))
            }
        }
    }

    /// A day later the outbox gives everything out, in an order that has nothing to do with the sending.
    private func upload(_ client: borrowing ClientDirectory, _ account: DemoAccount, _ collector: CollectorStore) throws
    {
        let id = try account.id()
        for registration in try client.registrations() { _ = try collector.register(registration, authenticatedAs: id) }
        while true {
            let due = try client.outbox.due(now: now + client.outbox.window, limit: 64)
            guard !due.entries.isEmpty else { return }
            for outcome in try collector.store(all: due.entries.map(\.voucher), authenticatedAs: id) {
                _ = try outcome.get()
            }
            for entry in due.entries { try client.outbox.acknowledge(entry) }
        }
    }
}
