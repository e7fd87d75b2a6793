internal import CSealedMatchAVIF

/// AVIF by libavif: the primary picture, or the first of a sequence. Alpha is dropped, samples of more bits are brought
/// to 8. The file's own turns (`irot`, `imir`) are the orientation; EXIF's is not one in this format.
enum AVIFDecoder {
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, limits: PictureLimits) throws(PictureError)
        -> StoredPicture
    {
        guard let decoder = unsafe avifDecoderCreate() else { throw PictureError(.damaged, "no decoder") }
        defer { unsafe avifDecoderDestroy(decoder) }
        unsafe decoder.pointee.maxThreads = 1
        unsafe decoder.pointee.ignoreExif = AVIF_TRUE
        unsafe decoder.pointee.ignoreXMP = AVIF_TRUE
        unsafe decoder.pointee.imageSizeLimit = UInt32(min(limits.pixels, 16_384 * 16_384))
        // As browsers and Pillow: boxes that encoders forget are not missed.
        unsafe decoder.pointee.strictFlags = UInt32(AVIF_STRICT_ALPHA_ISPE_REQUIRED.rawValue)
        try unsafe check(avifDecoderSetIOMemory(decoder, bytes.baseAddress, bytes.count))
        try unsafe check(avifDecoderParse(decoder))
        guard let image = unsafe decoder.pointee.image else { throw PictureError(.damaged, "AVIF without a picture") }
        try unsafe limits.check(width: Int(image.pointee.width), height: Int(image.pointee.height))
        try unsafe check(avifDecoderNextImage(decoder))
        let width = unsafe Int(image.pointee.width)
        let height = unsafe Int(image.pointee.height)
        try limits.check(width: width, height: height)

        var target = unsafe avifRGBImage()
        unsafe avifRGBImageSetDefaults(&target, image)
        let hasAlpha = unsafe image.pointee.alphaPlane != nil
        let channels = hasAlpha ? 4 : 3
        unsafe target.depth = 8
        unsafe target.format = hasAlpha ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB
        var status = AVIF_RESULT_UNKNOWN_ERROR
        var pixels = [UInt8](repeating: 0, count: width * height * channels)
        unsafe pixels.withUnsafeMutableBufferPointer {
            unsafe target.pixels = $0.baseAddress
            unsafe target.rowBytes = UInt32(width * channels)
            status = unsafe avifImageYUVToRGB(image, &target)
        }
        try check(status)
        if hasAlpha {
            for pixel in 0..<width * height {
                for channel in 0..<3 { pixels[3 * pixel + channel] = pixels[4 * pixel + channel] }
            }
            pixels.removeLast(width * height)
        }
        let flags = unsafe image.pointee.transformFlags
        let orientation = unsafe Orientation(
            quartersLeft: flags & UInt32(AVIF_TRANSFORM_IROT.rawValue) == 0 ? 0 : Int(image.pointee.irot.angle),
            mirror: flags & UInt32(AVIF_TRANSFORM_IMIR.rawValue) == 0 ? nil : Int(image.pointee.imir.mode))
        return StoredPicture(DecodedPicture(width: width, height: height, checked: pixels), orientation)
    }

    private static func check(_ status: avifResult) throws(PictureError) {
        guard status != AVIF_RESULT_OK else { return }
        throw PictureError(.damaged, unsafe String(cString: avifResultToString(status)))
    }
}
