public import CSealedMatch
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchCrypto

let outboxes = HandleTable<Guarded<Outbox>>(kind: 5)

/// The entry in the caller's memory. Any 24 bytes are one; its file need not exist.
func entryName(_ entry: UnsafePointer<sealedmatch_entry>?) throws(SealedMatchError) -> OutboxEntryName {
    guard let entry = unsafe entry else { throw badArgument("a null pointer") }
    return try unsafe OutboxEntryName(
        canonical: [UInt8](UnsafeRawBufferPointer(start: entry, count: OutboxEntryName.encodedCount)))
}

/// The arguments of `_next`, checked before the handle is.
@safe
struct NextVoucher {
    private let previous: OutboxEntryName?
    private let entry: UnsafeMutablePointer<sealedmatch_entry>
    private let output: Output
    private let unreadable: UnsafeMutablePointer<Int>?

    init(
        _ previous: UnsafePointer<sealedmatch_entry>?, _ entry: UnsafeMutablePointer<sealedmatch_entry>?,
        _ output: Output,
        _ unreadable: UnsafeMutablePointer<Int>?
    ) throws(SealedMatchError) {
        guard let entry = unsafe entry else { throw badArgument("a null pointer") }
        self.previous = unsafe previous == nil ? nil : try unsafe entryName(previous)
        unsafe self.entry = unsafe entry
        self.output = output
        unsafe self.unreadable = unsafe unreadable
    }

    func answer(from outbox: Outbox, now: UInt64) throws(SealedMatchError) {
        let due = try outbox.due(after: previous, now: now, limit: 1)
        unsafe unreadable?.pointee = due.unreadable
        guard let first = due.entries.first else {
            try output.write([])
            // Only here: a call whose buffer is too small changes nothing.
            return try outbox.redraw(now: now)
        }
        try output.write(first.voucher)
        unsafe UnsafeMutableRawBufferPointer(start: entry, count: OutboxEntryName.encodedCount).copyBytes(
            from: first.name.encoded)
    }
}

@c @implementation
public func sealedmatch_outbox_open(
    _ directory: UnsafePointer<CChar>!, _ window: UInt64, _ outbox: UnsafeMutablePointer<sealedmatch_outbox>!
) -> Int32 {
    unsafe outbox?.pointee = sealedmatch_outbox()
    return code { () throws(SealedMatchError) in
        guard let outbox = unsafe outbox else { throw badArgument("a null pointer") }
        let path = try unsafe path(directory)
        let opened = try Outbox(path: path, window: window)
        unsafe outbox.pointee.id = try outboxes.open(Guarded(opened))
    }
}

@c @implementation
public func sealedmatch_outbox_put(
    _ outbox: sealedmatch_outbox, _ voucher: UnsafeRawPointer!, _ voucher_count: Int, _ now: UInt64
) -> Int32 {
    code { () throws(SealedMatchError) in
        let bytes = try unsafe copied(
            voucher, voucher_count, limit: SealedVoucher.maximumEncodedCount, beyond: .wrongLength)
        let voucher = try SealedVoucher(canonical: bytes)
        try outboxes[outbox.id].use { (outbox) throws(SealedMatchError) in try outbox.enqueue(voucher, now: now) }
    }
}

@c @implementation
public func sealedmatch_outbox_next(
    _ outbox: sealedmatch_outbox, _ previous: UnsafePointer<sealedmatch_entry>!, _ now: UInt64,
    _ entry: UnsafeMutablePointer<sealedmatch_entry>!, _ buffer: UnsafeMutableRawPointer!, _ capacity: Int,
    _ count: UnsafeMutablePointer<Int>!, _ unreadable: UnsafeMutablePointer<Int>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        let request = try unsafe NextVoucher(previous, entry, Output(buffer, capacity, count), unreadable)
        try outboxes[outbox.id].use { (outbox) throws(SealedMatchError) in try request.answer(from: outbox, now: now) }
    }
}

@c @implementation
public func sealedmatch_outbox_acknowledge(_ outbox: sealedmatch_outbox, _ entry: UnsafePointer<sealedmatch_entry>!)
    -> Int32
{
    code { () throws(SealedMatchError) in
        let name = try unsafe entryName(entry)
        try outboxes[outbox.id].use { (outbox) throws(SealedMatchError) in try outbox.acknowledge(name) }
    }
}

@c @implementation
public func sealedmatch_outbox_refuse(_ outbox: sealedmatch_outbox, _ entry: UnsafePointer<sealedmatch_entry>!)
    -> Int32
{
    code { () throws(SealedMatchError) in
        let name = try unsafe entryName(entry)
        try outboxes[outbox.id].use { (outbox) throws(SealedMatchError) in try outbox.refuse(name) }
    }
}

@c @implementation
public func sealedmatch_outbox_close(_ outbox: sealedmatch_outbox) -> Int32 {
    code { () throws(SealedMatchError) in try outboxes.close(outbox.id).close() }
}
