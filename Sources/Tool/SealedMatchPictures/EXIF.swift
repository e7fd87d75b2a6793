/// The one thing that matters of a picture's metadata.
enum EXIF {
    /// The orientation in a TIFF structure, as JPEG, PNG and WebP carry it. Damaged metadata is no metadata.
    ///
    /// Taken as browsers take it: tag 0x0112 of the first directory, one unsigned 16-bit number.
    static func orientation(_ tiff: ByteScanner) -> Orientation {
        var tiff = tiff
        if tiff.word("Exif\0\0", 0) { tiff = tiff.part(6, tiff.count - 6) }
        if tiff.word("II", 0) { tiff.isBigEndian = false } else if !tiff.word("MM", 0) { return .upright }
        guard tiff.number(2, bytes: 2) == 42, let directory = tiff.number(4, bytes: 4),
            let entries = tiff.number(directory, bytes: 2)
        else { return .upright }
        for entry in 0..<entries {
            let at = directory + 2 + 12 * entry
            guard let tag = tiff.number(at, bytes: 2) else { return .upright }
            guard tag == 0x0112 else { continue }
            guard tiff.number(at + 2, bytes: 2) == 3, tiff.number(at + 4, bytes: 4) == 1,
                let value = tiff.number(at + 8, bytes: 2)
            else { return .upright }
            return Orientation(exif: value)
        }
        return .upright
    }
}
