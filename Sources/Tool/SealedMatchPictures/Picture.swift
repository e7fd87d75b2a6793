/// Reads picture files. Used by the command line tool, never by the client library: a messenger has its own decoder.
///
/// What every viewer shows is a picture: upright, the first frame, with the pixels that are there (Docs/Protocol.md,
/// 5.11). No input crashes it, and none makes it allocate beyond `PictureLimits`: sizes are checked in the header
/// first.
public enum Picture {
    /// Decodes a file in memory to RGB as it is stored, to the colours of Pillow's `convert("RGB")`.
    ///
    /// - Throws: `PictureError`: `unknownFormat`, `tooManyPixels`, `damaged` (no pixels can be had) or `unsupported`.
    public static func decodeStored(
        _ bytes: RawSpan, limits: PictureLimits = .standard
    ) throws(PictureError) -> StoredPicture {
        guard let format = PictureFormat(sniffing: bytes) else { throw PictureError(.unknownFormat) }
        return try unsafe bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) throws(PictureError) in
            // What comes behind the limit is never looked at; to a decoder, the file ends there.
            let whole = unsafe raw.assumingMemoryBound(to: UInt8.self)
            let file = unsafe UnsafeBufferPointer(rebasing: whole.prefix(limits.fileBytes))
            return switch format {
            case .jpeg: try unsafe JPEGDecoder.decode(file, limits: limits)
            case .png: try unsafe PNGDecoder.decode(file, limits: limits)
            case .webp: try unsafe WebPDecoder.decode(file, limits: limits)
            case .gif: try unsafe GIFDecoder.decode(file, limits: limits)
            case .avif: try unsafe AVIFDecoder.decode(file, limits: limits)
            case .heif: try unsafe HEIFDecoder.decode(file, limits: limits)
            case .bmp: try unsafe BMPDecoder.decode(file, limits: limits)
            case .tiff: try unsafe TIFFDecoder.decode(file, limits: limits)
            }
        }
    }

    /// Decodes a file in memory to RGB, upright.
    ///
    /// - Throws: what `decodeStored` throws.
    public static func decode(
        _ bytes: [UInt8], limits: PictureLimits = .standard
    ) throws(PictureError) -> DecodedPicture {
        try decodeStored(unsafe bytes.span.bytes, limits: limits).upright
    }

    /// Reads and decodes a file, upright.
    ///
    /// - Throws: `PictureError`: `unreadableFile`, or what `decodeStored` throws.
    public static func read(
        path: String, limits: PictureLimits = .standard
    ) throws(PictureError) -> DecodedPicture {
        try decode(PictureFile.bytes(path: path, limit: limits.fileBytes), limits: limits)
    }
}
