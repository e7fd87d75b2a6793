import SealedMatchClient

/// README's snippet, word for word; `ReadmeTests` compares the two and runs it.
func readmeSnippet(
    sources: [Bytes32], setFile: String, directory: String, account: AccountID, rgb: RawSpan, note: [UInt8],
    now: UInt64,
    register: (Registration) throws -> Void, upload: ([UInt8]) throws -> Void
) throws {
    // Once: open the set that your pinned sources signed, and this account's state.
    let trust = TrustPolicy(sources: sources, minimumSignatures: 2)
    let set = try BlindedSet.open(path: setFile, trust: trust, now: now)
    var client = try ClientDirectory.open(path: directory, set: set, account: account, now: now)
    // For each picture, before it is encrypted: one voucher, which waits in the outbox.
    let item = try MediaItem.picture(pixels: rgb, width: 1280, height: 720, bytesPerRow: 3 * 1280, format: .rgb8)
    try client.seal(item, note: note, now: now)

    // Now and then, over your authenticated channel: first what has to be registered (an epoch may have begun),
    // then what is due, 64 vouchers at a time. A retry sends the same bytes.
    for registration in try client.registrations() { try register(registration) }
    var due = try client.outbox.due(now: now).entries
    while !due.isEmpty {
        for entry in due {
            try upload(entry.voucher)
            try client.outbox.acknowledge(entry)
        }
        due = try client.outbox.due(now: now).entries
    }
}
