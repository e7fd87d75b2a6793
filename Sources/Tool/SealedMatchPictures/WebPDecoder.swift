internal import CSealedMatchWebP

/// WebP by libwebp, lossy and lossless; alpha is dropped. Animations are refused: a file stands for one picture here.
enum WebPDecoder {
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, limits: PictureLimits) throws(PictureError)
        -> DecodedPicture
    {
        var features = WebPBitstreamFeatures()
        let status = unsafe WebPGetFeatures(bytes.baseAddress, bytes.count, &features)
        guard status == VP8_STATUS_OK else { throw PictureError(.damaged, "WebP header, status \(status.rawValue)") }
        guard features.has_animation == 0 else { throw PictureError(.unsupported, "animated WebP") }
        let width = Int(features.width)
        let height = Int(features.height)
        try limits.check(width: width, height: height)
        let count = width * height * 3
        var decoded = false
        let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            unsafe target.initialize(repeating: 0)
            initialized = count
            decoded =
                unsafe WebPDecodeRGBInto(
                    bytes.baseAddress, bytes.count, target.baseAddress, count, Int32(width * 3)) != nil
        }
        guard decoded else { throw PictureError(.damaged, "WebP data") }
        return DecodedPicture(width: width, height: height, checked: pixels)
    }
}
