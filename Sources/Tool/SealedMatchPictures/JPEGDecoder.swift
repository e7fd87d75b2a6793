internal import CSealedMatchTurboJPEG

/// JPEG by libturbojpeg with its defaults, which are libjpeg's and Pillow's: accurate integer DCT, smooth chroma
/// upsampling.
///
/// Every warning of the decoder is an error: what libjpeg fills in for missing data is grey, and a hash of it means
/// nothing. EXIF orientation and colour profiles are ignored, as Pillow's `convert("RGB")` does.
enum JPEGDecoder {
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, limits: PictureLimits) throws(PictureError)
        -> DecodedPicture
    {
        guard let decoder = unsafe tjInitDecompress() else { throw PictureError(.damaged, "no decoder") }
        defer { unsafe _ = tjDestroy(decoder) }
        var width: Int32 = 0
        var height: Int32 = 0
        var subsampling: Int32 = 0
        var colors: Int32 = 0
        let header = unsafe tjDecompressHeader3(
            decoder, bytes.baseAddress, UInt(bytes.count), &width, &height, &subsampling, &colors)
        // A warning about the header comes again with the pixels.
        if header != 0, unsafe tjGetErrorCode(decoder) != Int32(TJERR_WARNING.rawValue) {
            throw PictureError(.damaged, unsafe message(decoder))
        }
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
                height,
                format, Int32(TJFLAG_STOPONWARNING) | Int32(TJFLAG_LIMITSCANS))
        }
        guard status == 0 else { throw PictureError(.damaged, unsafe message(decoder)) }
        return DecodedPicture(
            width: Int(width), height: Int(height), checked: isCMYK ? rgb(fromInverted: pixels) : pixels)
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
