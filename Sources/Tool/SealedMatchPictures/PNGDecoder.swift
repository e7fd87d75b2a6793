internal import CSealedMatchPNGReader

/// PNG by libpng, to what Pillow's `convert("RGB")` gives: palette expanded, 16-bit samples cut to their upper byte,
/// alpha and transparent colours dropped, gamma and colour profiles ignored.
enum PNGDecoder {
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, limits: PictureLimits) throws(PictureError)
        -> DecodedPicture
    {
        var width: UInt32 = 0
        var height: UInt32 = 0
        var message = [CChar](repeating: 0, count: Int(CPNG_READER_MESSAGE))
        let header = unsafe cpng_reader_header(bytes.baseAddress, bytes.count, &width, &height, &message)
        guard header == 0 else { throw error(message) }
        try limits.check(width: Int(width), height: Int(height))
        let count = Int(width) * Int(height) * 3
        var status: Int32 = -1
        let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            unsafe target.initialize(repeating: 0)
            initialized = count
            status = unsafe cpng_reader_rgb(bytes.baseAddress, bytes.count, target.baseAddress, count, &message)
        }
        guard status == 0 else { throw error(message) }
        return DecodedPicture(width: Int(width), height: Int(height), checked: pixels)
    }

    private static func error(_ message: [CChar]) -> PictureError {
        let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return PictureError(.damaged, String(decoding: text, as: UTF8.self))
    }
}
