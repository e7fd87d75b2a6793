public import CSealedMatch
internal import SealedMatchFingerprint
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchCrypto

/// The item in the caller's memory, decoded and checked: its bytes may be anything.
func item(_ given: UnsafePointer<sealedmatch_item>?) throws(SealedMatchError) -> MediaItem {
    guard let given = unsafe given else { throw badArgument("a null pointer") }
    return try unsafe MediaItem(canonical: [UInt8](UnsafeRawBufferPointer(start: given, count: MediaItem.encodedCount)))
}

private func write(_ item: MediaItem, to place: UnsafeMutablePointer<sealedmatch_item>?) throws(SealedMatchError) {
    guard let place = unsafe place else { throw badArgument("a null pointer") }
    let encoded = item.encoded
    precondition(encoded.count == MemoryLayout<sealedmatch_item>.size)
    unsafe UnsafeMutableRawBufferPointer(start: place, count: encoded.count).copyBytes(from: encoded)
}

/// A picture in the caller's memory, for the length of a call; size and stride are checked by what reads it.
@safe
struct Pixels {
    let bytes: UnsafeRawBufferPointer
    let width: Int
    let height: Int
    let format: PixelFormat

    init(_ pixels: UnsafeRawPointer?, _ count: Int, _ width: UInt32, _ height: UInt32, _ format: UInt32)
        throws(SealedMatchError)
    {
        guard let pixels = unsafe pixels, count >= 0 else {
            throw badArgument("a null pointer, or a size out of range")
        }
        guard let small = UInt8(exactly: format), let format = PixelFormat(rawValue: small) else {
            throw badArgument("no pixel format")
        }
        unsafe bytes = unsafe UnsafeRawBufferPointer(start: pixels, count: count)
        self.width = Int(clamping: width)
        self.height = Int(clamping: height)
        self.format = format
    }
}

@c @implementation
public func sealedmatch_item_picture(
    _ pixels: UnsafeRawPointer!, _ count: Int, _ width: UInt32, _ height: UInt32, _ bytes_per_row: Int,
    _ format: UInt32,
    _ item: UnsafeMutablePointer<sealedmatch_item>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        guard unsafe item != nil else { throw badArgument("a null pointer") }
        let given = try unsafe Pixels(pixels, count, width, height, format)
        let picture = try MediaItem.picture(
            pixels: unsafe given.bytes.bytes, width: given.width, height: given.height, bytesPerRow: bytes_per_row,
            format: given.format)
        try unsafe write(picture, to: item)
    }
}

@c @implementation
public func sealedmatch_item_exact(_ sha256: UnsafePointer<UInt8>!, _ item: UnsafeMutablePointer<sealedmatch_item>!)
    -> Int32
{
    code { () throws(SealedMatchError) in try unsafe write(.file(sha256: bytes32(sha256)), to: item) }
}

@c @implementation
public func sealedmatch_item_unreadable(_ item: UnsafeMutablePointer<sealedmatch_item>!) -> Int32 {
    code { () throws(SealedMatchError) in try unsafe write(.unreadable, to: item) }
}

@c @implementation
public func sealedmatch_item_pdq(
    _ picture: UnsafePointer<sealedmatch_item>!, _ hash: UnsafeMutablePointer<UInt8>!,
    _ quality: UnsafeMutablePointer<UInt32>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        guard let hash = unsafe hash, let quality = unsafe quality else { throw badArgument("a null pointer") }
        guard let fingerprint = try unsafe item(picture).fingerprint else {
            throw badArgument("the item is no picture")
        }
        unsafe write(Bytes32(fingerprint.hash), to: hash)
        unsafe quality.pointee = UInt32(clamping: fingerprint.quality)
    }
}
