internal import CSealedMatchPNGReader

/// PNG by libpng, to what Pillow's `convert("RGB")` gives: palette expanded, 16-bit samples cut to their upper byte,
/// alpha and transparent colours dropped, gamma and colour profiles ignored. Of an animation, the still picture.
///
/// Checksums are not looked at, other chunks than those of the pixels are not read, and a file may end before its end:
/// rows that are missing or damaged are black, or the palette's first colour.
enum PNGDecoder {
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, limits: PictureLimits) throws(PictureError)
        -> StoredPicture
    {
        var width: UInt32 = 0
        var height: UInt32 = 0
        var message = [CChar](repeating: 0, count: Int(CPNG_READER_MESSAGE))
        let header = unsafe cpng_reader_header(bytes.baseAddress, bytes.count, &width, &height, &message)
        guard header == 0 else { throw PictureError(.damaged, text(message)) }
        try limits.check(width: Int(width), height: Int(height))
        let count = Int(width) * Int(height) * 3
        var status: Int32 = -1
        let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            unsafe target.initialize(repeating: 0)
            initialized = count
            status = unsafe cpng_reader_rgb(bytes.baseAddress, bytes.count, target.baseAddress, count, &message)
        }
        guard status == 0 || status == Int32(CPNG_READER_CUT.rawValue) else {
            throw PictureError(.damaged, text(message))
        }
        return StoredPicture(
            DecodedPicture(width: Int(width), height: Int(height), checked: pixels),
            unsafe orientation(ByteScanner(bytes: bytes)), damage: status == 0 ? nil : text(message))
    }

    /// The orientation in the first chunk `eXIf`, before or behind the pixels.
    private static func orientation(_ file: ByteScanner) -> Orientation {
        var at = 8
        while let length = file.number(at, bytes: 4) {
            if file.word("eXIf", at + 4) { return EXIF.orientation(file.part(at + 8, length)) }
            if file.word("IEND", at + 4) { break }
            at += 12 + length
        }
        return .upright
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
