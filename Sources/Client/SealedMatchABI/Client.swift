public import CSealedMatch
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchCrypto

let clients = HandleTable<Guarded<ClientDirectory>>(kind: 4)

@c @implementation
public func sealedmatch_client_open(
    _ directory: UnsafePointer<CChar>!, _ set: sealedmatch_set, _ account: UnsafePointer<UInt8>!,
    _ secret: sealedmatch_secret, _ window: UInt64, _ now: UInt64,
    _ client: UnsafeMutablePointer<sealedmatch_client>!
) -> Int32 {
    unsafe client?.pointee = sealedmatch_client()
    return code { () throws(SealedMatchError) in
        guard let client = unsafe client else { throw badArgument("a null pointer") }
        let set = try sets[set.id]
        let account = AccountID(canonical: try unsafe bytes32(account))
        let path = try unsafe path(directory)
        // The null handle: none is given.
        let secret: AccountSecret? = secret.id == 0 ? nil : try copy(of: secret)
        let opened = try ClientDirectory.open(
            path: path, set: set, account: account, secret: secret, window: window, now: now)
        unsafe client.pointee.id = try clients.open(Guarded(opened))
    }
}

@c @implementation
public func sealedmatch_client_registrations(
    _ client: sealedmatch_client, _ buffer: UnsafeMutableRawPointer!, _ capacity: Int,
    _ count: UnsafeMutablePointer<Int>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        let output = try unsafe Output(buffer, capacity, count)
        var encoded: [UInt8] = []
        try clients[client.id].use { (client) throws(SealedMatchError) in
            for registration in try client.registrations() { encoded += registration.encoded }
        }
        try output.write(encoded)
    }
}

@c @implementation
public func sealedmatch_client_commitment(_ client: sealedmatch_client, _ commitment: UnsafeMutablePointer<UInt8>!)
    -> Int32
{
    code { () throws(SealedMatchError) in
        guard let commitment = unsafe commitment else { throw badArgument("a null pointer") }
        let value = try clients[client.id].use { (client) throws(SealedMatchError) in client.commitment }
        unsafe write(value.encoded, to: commitment)
    }
}

@c @implementation
public func sealedmatch_client_secret(
    _ client: sealedmatch_client, _ buffer: UnsafeMutableRawPointer!, _ capacity: Int,
    _ count: UnsafeMutablePointer<Int>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        let output = try unsafe Output(buffer, capacity, count)
        let secret = try clients[client.id].use { (client) throws(SealedMatchError) in try client.encodedSecret() }
        try output.write(secret)
    }
}

@c @implementation
public func sealedmatch_client_state(
    _ client: sealedmatch_client, _ buffer: UnsafeMutableRawPointer!, _ capacity: Int,
    _ count: UnsafeMutablePointer<Int>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        let output = try unsafe Output(buffer, capacity, count)
        var state = try clients[client.id].use { (client) throws(SealedMatchError) in client.encodedState }
        defer { state.wipe() }
        try output.write(state)
    }
}

@c @implementation
public func sealedmatch_client_merge(_ client: sealedmatch_client, _ state: UnsafeRawPointer!, _ state_count: Int)
    -> Int32
{
    code { () throws(SealedMatchError) in
        var other = try unsafe deviceState(state, state_count)
        defer { other.wipe() }
        try clients[client.id].use { (client) throws(SealedMatchError) in try client.merge(deviceState: other) }
    }
}

@c @implementation
public func sealedmatch_client_seal(
    _ client: sealedmatch_client, _ media: UnsafePointer<sealedmatch_item>!, _ note: UnsafeRawPointer!,
    _ note_count: Int, _ now: UInt64
) -> Int32 {
    code { () throws(SealedMatchError) in try unsafe seal(item(media), note, note_count, in: client, now) }
}

@c @implementation
public func sealedmatch_client_seal_video(
    _ client: sealedmatch_client, _ video: sealedmatch_video, _ note: UnsafeRawPointer!, _ note_count: Int,
    _ now: UInt64
) -> Int32 {
    code { () throws(SealedMatchError) in try unsafe seal(item(of: video), note, note_count, in: client, now) }
}

private func seal(
    _ item: MediaItem, _ note: UnsafeRawPointer?, _ note_count: Int, in client: sealedmatch_client, _ now: UInt64
) throws(SealedMatchError) {
    let note = try unsafe copied(note, note_count, limit: longestNote, beyond: .payloadTooLong)
    try clients[client.id].use { (client) throws(SealedMatchError) in try client.seal(item, note: note, now: now) }
}

@c @implementation
public func sealedmatch_client_next(
    _ client: sealedmatch_client, _ previous: UnsafePointer<sealedmatch_entry>!, _ now: UInt64,
    _ entry: UnsafeMutablePointer<sealedmatch_entry>!, _ buffer: UnsafeMutableRawPointer!, _ capacity: Int,
    _ count: UnsafeMutablePointer<Int>!, _ unreadable: UnsafeMutablePointer<Int>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        let request = try unsafe NextVoucher(previous, entry, Output(buffer, capacity, count), unreadable)
        try clients[client.id].use { (client) throws(SealedMatchError) in
            try request.answer(from: client.outbox, now: now)
        }
    }
}

@c @implementation
public func sealedmatch_client_acknowledge(_ client: sealedmatch_client, _ entry: UnsafePointer<sealedmatch_entry>!)
    -> Int32
{
    code { () throws(SealedMatchError) in
        let name = try unsafe entryName(entry)
        try clients[client.id].use { (client) throws(SealedMatchError) in try client.outbox.acknowledge(name) }
    }
}

@c @implementation
public func sealedmatch_client_refuse(_ client: sealedmatch_client, _ entry: UnsafePointer<sealedmatch_entry>!)
    -> Int32
{
    code { () throws(SealedMatchError) in
        let name = try unsafe entryName(entry)
        try clients[client.id].use { (client) throws(SealedMatchError) in try client.outbox.refuse(name) }
    }
}

@c @implementation
public func sealedmatch_client_close(_ client: sealedmatch_client) -> Int32 {
    code { () throws(SealedMatchError) in try clients.close(client.id).close() }
}
