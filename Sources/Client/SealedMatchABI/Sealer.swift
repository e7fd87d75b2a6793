public import CSealedMatch
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchCrypto

let sealers = HandleTable<Guarded<Sealer>>(kind: 3)

/// The longest note that any set takes: a longer one is refused before it is copied.
let longestNote = Parameters.payloadCounts.upperBound - Payload.overhead

@c @implementation
public func sealedmatch_sealer_open(
    _ set: sealedmatch_set, _ secret: sealedmatch_secret, _ account: UnsafePointer<UInt8>!, _ state: UnsafeRawPointer!,
    _ state_count: Int,
    _ now: UInt64, _ sealer: UnsafeMutablePointer<sealedmatch_sealer>!
) -> Int32 {
    unsafe sealer?.pointee = sealedmatch_sealer()
    return code { () throws(SealedMatchError) in
        guard let sealer = unsafe sealer else { throw badArgument("a null pointer") }
        let account = AccountID(canonical: try unsafe bytes32(account))
        // A store that lost its state must not begin afresh unnoticed.
        guard unsafe state == nil || state_count != 0 else {
            throw SealedMatchError(.wrongLength, "a state of no bytes")
        }
        var saved = try unsafe deviceState(state, state_count)
        defer { saved.wipe() }
        let set = try sets[set.id]
        let opened = try Sealer(
            set: set, account: account, secret: copy(of: secret), state: saved.isEmpty ? nil : saved,
            now: now)
        unsafe sealer.pointee.id = try sealers.open(Guarded(opened))
    }
}

func deviceState(_ bytes: UnsafeRawPointer?, _ count: Int) throws(SealedMatchError) -> [UInt8] {
    try unsafe copied(bytes, count, limit: SealerState.maximumEncodedCount, beyond: .wrongLength)
}

@c @implementation
public func sealedmatch_sealer_registration(_ sealer: sealedmatch_sealer, _ registration: UnsafeMutablePointer<UInt8>!)
    -> Int32
{
    code { () throws(SealedMatchError) in
        guard let registration = unsafe registration else { throw badArgument("a null pointer") }
        let encoded = try sealers[sealer.id].use { (sealer) throws(SealedMatchError) in sealer.registration.encoded }
        unsafe UnsafeMutableRawBufferPointer(start: registration, count: Registration.unsignedCount).copyBytes(
            from: encoded)
    }
}

@c @implementation
public func sealedmatch_sealer_advance(
    _ sealer: sealedmatch_sealer, _ now: UInt64, _ is_new: UnsafeMutablePointer<Int32>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        guard let is_new = unsafe is_new else { throw badArgument("a null pointer") }
        let changed = try sealers[sealer.id].use { (sealer) throws(SealedMatchError) in try sealer.advance(to: now) }
        unsafe is_new.pointee = changed ? 1 : 0
    }
}

@c @implementation
public func sealedmatch_sealer_adopt(_ sealer: sealedmatch_sealer, _ set: sealedmatch_set) -> Int32 {
    code { () throws(SealedMatchError) in
        let set = try sets[set.id]
        try sealers[sealer.id].use { (sealer) throws(SealedMatchError) in try sealer.adopt(set) }
    }
}

@c @implementation
public func sealedmatch_sealer_merge(_ sealer: sealedmatch_sealer, _ state: UnsafeRawPointer!, _ state_count: Int)
    -> Int32
{
    code { () throws(SealedMatchError) in
        var other = try unsafe deviceState(state, state_count)
        defer { other.wipe() }
        try sealers[sealer.id].use { (sealer) throws(SealedMatchError) in try sealer.merge(deviceState: other) }
    }
}

@c @implementation
public func sealedmatch_sealer_seal(
    _ sealer: sealedmatch_sealer, _ media: UnsafePointer<sealedmatch_item>!, _ note: UnsafeRawPointer!,
    _ note_count: Int,
    _ buffer: UnsafeMutableRawPointer!, _ capacity: Int, _ count: UnsafeMutablePointer<Int>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        let output = try unsafe Output(buffer, capacity, count)
        try unsafe seal(item(media), note, note_count, in: sealer, to: output)
    }
}

@c @implementation
public func sealedmatch_sealer_seal_video(
    _ sealer: sealedmatch_sealer, _ video: sealedmatch_video, _ note: UnsafeRawPointer!, _ note_count: Int,
    _ buffer: UnsafeMutableRawPointer!, _ capacity: Int, _ count: UnsafeMutablePointer<Int>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        let output = try unsafe Output(buffer, capacity, count)
        try unsafe seal(item(of: video), note, note_count, in: sealer, to: output)
    }
}

private func seal(
    _ item: MediaItem, _ note: UnsafeRawPointer?, _ note_count: Int, in sealer: sealedmatch_sealer, to output: Output
) throws(SealedMatchError) {
    let note = try unsafe copied(note, note_count, limit: longestNote, beyond: .payloadTooLong)
    try sealers[sealer.id].use { (sealer) throws(SealedMatchError) in
        // An item is sealed once: the voucher must fit before the state changes.
        try output.reserve(VoucherHeader.voucherCount(sealer.set.header.parameters))
        try output.write(sealer.seal(item, note: note).encoded)
    }
}

@c @implementation
public func sealedmatch_sealer_state(
    _ sealer: sealedmatch_sealer, _ buffer: UnsafeMutableRawPointer!, _ capacity: Int,
    _ count: UnsafeMutablePointer<Int>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        let output = try unsafe Output(buffer, capacity, count)
        var state = try sealers[sealer.id].use { (sealer) throws(SealedMatchError) in sealer.encodedState }
        defer { state.wipe() }
        try output.write(state)
    }
}

@c @implementation
public func sealedmatch_sealer_secret(
    _ sealer: sealedmatch_sealer, _ buffer: UnsafeMutableRawPointer!, _ capacity: Int,
    _ count: UnsafeMutablePointer<Int>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        let output = try unsafe Output(buffer, capacity, count)
        let secret = try sealers[sealer.id].use { (sealer) throws(SealedMatchError) in try sealer.encodedSecret() }
        try output.write(secret)
    }
}

@c @implementation
public func sealedmatch_sealer_close(_ sealer: sealedmatch_sealer) -> Int32 {
    code { () throws(SealedMatchError) in try sealers.close(sealer.id).close() }
}
