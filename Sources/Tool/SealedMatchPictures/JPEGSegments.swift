/// A walk along the markers of a JPEG file (ITU-T T.81, annex B), as libjpeg takes them: what stands between two
/// segments and is no marker is passed over.
struct JPEGSegments {
    private(set) var orientation = Orientation.upright
    /// Where a segment begins that ends behind the end of the file; the file's length if there is none. What comes
    /// before is whole: a progressive file that was cut off shows the scans that it has.
    private(set) var wholeBytes: Int

    init(_ file: ByteScanner) {
        wholeBytes = file.count
        var at = 2
        var hasOrientation = false
        while true {
            // The next marker: 0xFF, any number of them, and a byte that is neither 0, nor a restart, nor 0xFF.
            while let byte = file.byte(at), byte != 0xFF { at += 1 }
            let start = at
            while file.byte(at) == 0xFF { at += 1 }
            guard let marker = file.byte(at) else { return }
            at += 1
            if marker == 0xD9 { return }
            if marker <= 1 || (0xD0...0xD8).contains(marker) { continue }
            guard let length = file.number(at, bytes: 2), length >= 2, at + length <= file.count else {
                wholeBytes = start
                return
            }
            if marker == 0xE1, !hasOrientation, file.word("Exif\0\0", at + 2) {
                hasOrientation = true
                orientation = EXIF.orientation(file.part(at + 2, length - 2))
            }
            at += length
        }
    }
}
