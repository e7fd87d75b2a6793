/// Reads picture files. Used by the command line tool, never by the client library: a messenger has its own decoder.
///
/// No input crashes it, and none makes it allocate beyond `PictureLimits`: sizes are checked in the header first.
public enum Picture {
    /// Decodes a JPEG, PNG or WebP file in memory to RGB, to the colours of Pillow's `convert("RGB")`.
    ///
    /// - Throws: `PictureError`: `fileTooLarge`, `unknownFormat`, `tooManyPixels`, `damaged` (also for truncated files)
    ///   or `unsupported`.
    public static func decode(
        _ bytes: [UInt8], limits: PictureLimits = .standard
    ) throws(PictureError) -> DecodedPicture {
        try decode(unsafe bytes.span.bytes, limits: limits)
    }

    /// Decodes a JPEG, PNG or WebP file in memory to RGB, to the colours of Pillow's `convert("RGB")`.
    ///
    /// - Throws: `PictureError`: `fileTooLarge`, `unknownFormat`, `tooManyPixels`, `damaged` (also for truncated files)
    ///   or `unsupported`.
    public static func decode(
        _ bytes: RawSpan, limits: PictureLimits = .standard
    ) throws(PictureError) -> DecodedPicture {
        guard bytes.byteCount <= limits.fileBytes else {
            throw PictureError(.fileTooLarge, "\(bytes.byteCount) bytes, limit \(limits.fileBytes)")
        }
        guard let format = PictureFormat(sniffing: bytes) else { throw PictureError(.unknownFormat) }
        return try unsafe bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) throws(PictureError) in
            let file = unsafe raw.assumingMemoryBound(to: UInt8.self)
            return switch format {
            case .jpeg: try unsafe JPEGDecoder.decode(file, limits: limits)
            case .png: try unsafe PNGDecoder.decode(file, limits: limits)
            case .webp: try unsafe WebPDecoder.decode(file, limits: limits)
            }
        }
    }

    /// Reads and decodes a file.
    ///
    /// - Throws: `PictureError`: `unreadableFile`, or what `decode` throws.
    public static func read(
        path: String, limits: PictureLimits = .standard
    ) throws(PictureError) -> DecodedPicture {
        try decode(PictureFile.bytes(path: path, limit: limits.fileBytes), limits: limits)
    }
}
