/// What a picture may cost. Checked before anything of that size is allocated.
///
/// Memory while a picture is decoded: the file, 3 bytes a pixel for the result, and for progressive JPEG up to 6 more a
/// pixel, for WebP, AVIF and TIFF up to 4 more, for a turned picture 3 more; so below 2 GB at the defaults.
public struct PictureLimits: Hashable, Sendable {
    /// Bytes of a file that are looked at. A longer one is a picture, too, cut off there: what is appended to a picture
    /// does not hide it.
    public var fileBytes: Int
    /// Width × height, at most.
    public var pixels: Int

    public init(fileBytes: Int = 512 << 20, pixels: Int = 100_000_000) {
        self.fileBytes = fileBytes
        self.pixels = pixels
    }

    /// 512 MiB and 100 megapixels.
    public static let standard = PictureLimits()

    /// Checks what a header announces.
    ///
    /// - Throws: `PictureError`, `tooManyPixels` or, for an empty picture, `damaged`.
    func check(width: Int, height: Int) throws(PictureError) {
        guard width > 0, height > 0 else { throw PictureError(.damaged, "no pixels") }
        let (product, overflowed) = width.multipliedReportingOverflow(by: height)
        guard !overflowed, product <= pixels else {
            throw PictureError(.tooManyPixels, "\(width) × \(height), limit \(pixels) pixels")
        }
        guard product <= Int.max / 3 else { throw PictureError(.tooManyPixels) }
    }
}
