internal import CSealedMatchTIFFReader

/// TIFF by libtiff: the first picture of the file. Alpha is dropped, 16-bit samples are cut to their upper byte.
enum TIFFDecoder {
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, limits: PictureLimits) throws(PictureError)
        -> StoredPicture
    {
        var header = ctiff_reader_header()
        var message = [CChar](repeating: 0, count: Int(CTIFF_READER_MESSAGE))
        guard unsafe ctiff_reader_read_header(bytes.baseAddress, bytes.count, &header, &message) == 0 else {
            throw PictureError(.damaged, text(message))
        }
        let (width, height) = (Int(header.width), Int(header.height))
        try limits.check(width: width, height: height)
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        let count = pixels.count
        let status = unsafe pixels.withUnsafeMutableBufferPointer {
            unsafe ctiff_reader_rgb(bytes.baseAddress, bytes.count, $0.baseAddress, count, &message)
        }
        guard status == 0 else { throw PictureError(.damaged, text(message)) }
        return StoredPicture(
            DecodedPicture(width: width, height: height, checked: pixels), Orientation(exif: Int(header.orientation)))
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
