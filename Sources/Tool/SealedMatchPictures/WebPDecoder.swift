internal import CSealedMatchWebP

/// WebP by libwebp, lossy and lossless; alpha is dropped. Of an animation, the first frame on its canvas, which is
/// black.
enum WebPDecoder {
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, limits: PictureLimits) throws(PictureError)
        -> StoredPicture
    {
        let container = unsafe WebPContainer(ByteScanner(bytes: bytes))
        guard let data = container.frame else { throw PictureError(.damaged, "WebP without a frame") }
        let frame = try pixels(file(data, isLossless: container.isLossless), limits: limits)
        guard let canvas = container.canvas else { return StoredPicture(frame, container.orientation) }
        try limits.check(width: canvas.width, height: canvas.height)
        return StoredPicture(frame.placed(on: canvas, at: container.offset), container.orientation)
    }

    /// A frame's data as a file of its own.
    private static func file(_ data: ByteScanner, isLossless: Bool) -> [UInt8] {
        func littleEndian(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let padding = [UInt8](repeating: 0, count: data.count % 2)
        let head =
            Array("RIFF".utf8) + littleEndian(12 + data.count + padding.count) + Array("WEBP".utf8)
            + Array((isLossless ? "VP8L" : "VP8 ").utf8) + littleEndian(data.count)
        return unsafe head + data.bytes + padding
    }

    private static func pixels(_ file: [UInt8], limits: PictureLimits) throws(PictureError) -> DecodedPicture {
        var features = WebPBitstreamFeatures()
        let status = unsafe WebPGetFeatures(file, file.count, &features)
        guard status == VP8_STATUS_OK else { throw PictureError(.damaged, "WebP header, status \(status.rawValue)") }
        let width = Int(features.width)
        let height = Int(features.height)
        try limits.check(width: width, height: height)
        let count = width * height * 3
        var decoded = false
        let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            unsafe target.initialize(repeating: 0)
            initialized = count
            decoded = unsafe WebPDecodeRGBInto(file, file.count, target.baseAddress, count, Int32(width * 3)) != nil
        }
        guard decoded else { throw PictureError(.damaged, "WebP data") }
        return DecodedPicture(width: width, height: height, checked: pixels)
    }
}
