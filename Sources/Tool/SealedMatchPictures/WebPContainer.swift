/// A walk along the chunks of a WebP file (RFC 9649): the first frame's data, and what a viewer does with it.
///
/// The frame is given to the decoder alone, without the container: its sizes may be wrong, later frames may be missing,
/// and metadata may be damaged.
struct WebPContainer {
    /// The data of a chunk `VP8 ` or `VP8L`, and which of both.
    var frame: ByteScanner?
    var isLossless = false
    /// Of an animation, or of a file with a header of its own; nil for the frame's own size.
    var canvas: (width: Int, height: Int)?
    /// Where the frame lies on the canvas.
    var offset = (x: 0, y: 0)
    var orientation = Orientation.upright

    init(_ file: ByteScanner) {
        walk(file, from: 12)
    }

    private mutating func walk(_ file: ByteScanner, from start: Int) {
        var at = start
        var hasOrientation = false
        while file.count - at >= 8 {
            var head = file
            head.isBigEndian = false
            let size = head.number(at + 4, bytes: 4) ?? 0
            let data = head.part(at + 8, size)
            if file.word("VP8X", at), let width = data.number(4, bytes: 3), let height = data.number(7, bytes: 3),
                let flags = data.byte(0), flags & 2 != 0
            {
                canvas = (width + 1, height + 1)
            } else if frame == nil, file.word("ANMF", at), data.count >= 16 {
                let (x, y) = (2 * (data.number(0, bytes: 3) ?? 0), 2 * (data.number(3, bytes: 3) ?? 0))
                offset = (x, y)
                walk(data, from: 16)
            } else if frame == nil, file.word("VP8L", at) || file.word("VP8 ", at) {
                frame = data
                isLossless = file.word("VP8L", at)
            } else if !hasOrientation, file.word("EXIF", at) {
                hasOrientation = true
                orientation = EXIF.orientation(data)
            }
            at += 8 + size + size % 2
        }
    }
}
