internal import CSealedMatchTurboJPEG

/// JPEG by libturbojpeg with its defaults, which are libjpeg's and Pillow's: accurate integer DCT, smooth chroma
/// upsampling.
///
/// A warning of the decoder is no error, since viewers go on, too: bytes too many before a marker, a missing end, a
/// damaged stretch after which it finds the next marker. Missing pixels are grey. Colour profiles are ignored, as
/// Pillow's `convert("RGB")` does.
enum JPEGDecoder {
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, limits: PictureLimits) throws(PictureError)
        -> StoredPicture
    {
        let segments = unsafe JPEGSegments(ByteScanner(bytes: bytes))
        // A segment that is cut off is an error to libjpeg; the scans before it are what viewers show.
        let whole = unsafe UnsafeBufferPointer(rebasing: bytes[..<segments.wholeBytes])
        let decoded = try unsafe pixels(whole, limits: limits)
        let isCut = segments.wholeBytes < bytes.count
        return StoredPicture(
            decoded.picture, segments.orientation, damage: decoded.warning ?? (isCut ? "file is truncated" : nil))
    }

    private static func pixels(_ bytes: UnsafeBufferPointer<UInt8>, limits: PictureLimits) throws(PictureError)
        -> (picture: DecodedPicture, warning: String?)
    {
        guard let decoder = unsafe tjInitDecompress() else { throw PictureError(.damaged, "no decoder") }
        defer { unsafe _ = tjDestroy(decoder) }
        var width: Int32 = 0
        var height: Int32 = 0
        var subsampling: Int32 = 0
        var colors: Int32 = 0
        let header = unsafe tjDecompressHeader3(
            decoder, bytes.baseAddress, UInt(bytes.count), &width, &height, &subsampling, &colors)
        // The header is an error also where only its subsampling has no name (4:1:0): the size is there then. A warning
        // about it comes again with the pixels.
        if header != 0, width <= 0 || height <= 0 { throw unsafe failure(decoder) }
        try limits.check(width: Int(width), height: Int(height))

        let isCMYK = colors == Int32(TJCS_CMYK.rawValue) || colors == Int32(TJCS_YCCK.rawValue)
        let channels = isCMYK ? 4 : 3
        let format = isCMYK ? Int32(TJPF_CMYK.rawValue) : Int32(TJPF_RGB.rawValue)
        let count = Int(width) * Int(height) * channels
        var status: Int32 = -1
        let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            unsafe target.initialize(repeating: 0)
            initialized = count
            status = unsafe tjDecompress2(
                decoder, bytes.baseAddress, UInt(bytes.count), target.baseAddress, width, width * Int32(channels),
                height, format, Int32(TJFLAG_LIMITSCANS))
        }
        var warning: String?
        if status != 0 {
            // The code tells of any warning so far, also where an error came after it; the text is the last one's.
            let text = unsafe message(decoder)
            guard unsafe tjGetErrorCode(decoder) == Int32(TJERR_WARNING.rawValue), isWarning(text) else {
                throw unsafe failure(decoder)
            }
            warning = text
        }
        let picture = DecodedPicture(
            width: Int(width), height: Int(height), checked: isCMYK ? rgb(fromInverted: pixels) : pixels)
        return (picture, warning)
    }

    /// libjpeg's messages that do not end decoding (`JWRN_` in its jerror.h).
    private static func isWarning(_ text: String) -> Bool {
        [
            "Corrupt JPEG data", "Inconsistent progression sequence", "Invalid SOS parameters", "Premature end of JPEG",
            "Unknown Adobe color", "Warning:", "Application transferred too many",
        ].contains { text.hasPrefix($0) }
    }

    private static func failure(_ decoder: tjhandle) -> PictureError {
        let text = unsafe message(decoder)
        // 12-bit samples, lossless and hierarchical processes.
        return PictureError(text.contains("Unsupported") ? .unsupported : .damaged, text)
    }

    /// Adobe's CMYK is stored inverted; Pillow takes all CMYK JPEG files that way. R = K − K · (255 − C) / 255 on
    /// stored values.
    private static func rgb(fromInverted inks: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(inks.count / 4 * 3)
        for at in stride(from: 0, to: inks.count, by: 4) {
            let light = Int(inks[at + 3])
            for channel in 0..<3 {
                let product = (255 - Int(inks[at + channel])) * light + 128
                result.append(UInt8(light - ((product >> 8) + product) >> 8))
            }
        }
        return result
    }

    private static func message(_ decoder: tjhandle) -> String {
        unsafe String(cString: tjGetErrorStr2(decoder))
    }
}
