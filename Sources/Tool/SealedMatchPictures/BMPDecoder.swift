/// BMP of Windows and OS/2: 1 to 32 bits, with a palette, run lengths or masks. Alpha is dropped.
///
/// Written here: a BMP is rows of pixels, and this code cannot leave its buffers.
enum BMPDecoder {
    /// Sizes of the headers that there are.
    static let headers = [12, 40, 52, 56, 64, 108, 124]

    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, limits: PictureLimits) throws(PictureError)
        -> StoredPicture
    {
        var file = unsafe ByteScanner(bytes: bytes)
        file.isBigEndian = false
        let form = try Form(file)
        try limits.check(width: form.width, height: form.height)
        var pixels = [UInt8](repeating: 0, count: form.width * form.height * 3)
        let isWhole = try form.isRunLength ? runs(file, form, &pixels) : rows(file, form, &pixels)
        let picture = DecodedPicture(width: form.width, height: form.height, checked: pixels)
        return StoredPicture(picture, damage: isWhole ? nil : "file is truncated")
    }

    /// What the header says.
    private struct Form {
        let width: Int
        let height: Int
        let isTopDown: Bool
        let bits: Int
        let isRunLength: Bool
        let data: Int
        let palette: [UInt8]
        /// Red, green, blue: how far the value lies from the right, and its greatest.
        let masks: [(shift: Int, maximum: Int)]

        init(_ file: ByteScanner) throws(PictureError) {
            guard let offset = file.number(10, bytes: 4), let header = file.number(14, bytes: 4),
                BMPDecoder.headers.contains(header), file.count >= 14 + header
            else { throw PictureError(.damaged, "BMP header") }
            let isOld = header == 12
            let size = isOld ? 2 : 4
            let rawHeight = file.number(18 + size, bytes: size) ?? 0
            width = file.number(18, bytes: size) ?? 0
            isTopDown = !isOld && rawHeight >= 1 << 31
            height = isTopDown ? (1 << 32) - rawHeight : rawHeight
            bits = file.number(isOld ? 24 : 28, bytes: 2) ?? 0
            data = offset
            let compression = isOld ? 0 : file.number(30, bytes: 4) ?? 0
            isRunLength = compression == 1 && bits == 8 || compression == 2 && bits == 4
            guard isRunLength || compression == 0 || compression == 3 && bits >= 16, !isRunLength || !isTopDown,
                [1, 4, 8, 16, 24, 32].contains(bits)
            else { throw PictureError(.unsupported, "BMP of \(bits) bits, compression \(compression)") }
            var masks = bits == 16 ? [0x7C00, 0x3E0, 0x1F] : [0xFF_0000, 0xFF00, 0xFF]
            if compression == 3 {
                masks = (0..<3).map { file.number(54 + 4 * $0, bytes: 4) ?? 0 }
                // Of 32 bits, three different bytes; of fewer, the two or one that there are.
                let isKnown =
                    switch bits {
                    case 16: masks == [0x7C00, 0x3E0, 0x1F] || masks == [0xF800, 0x7E0, 0x1F]
                    case 24: masks == [0xFF_0000, 0xFF00, 0xFF]
                    default:
                        Set(masks).count == 3
                            && masks.allSatisfy { [0xFF, 0xFF00, 0xFF_0000, 0xFF00_0000].contains($0) }
                    }
                guard isKnown else { throw PictureError(.unsupported, "BMP with other masks") }
            }
            self.masks = masks.map { ($0.trailingZeroBitCount, $0 >> $0.trailingZeroBitCount) }
            guard bits <= 8 else {
                palette = []
                return
            }
            let used = isOld ? 0 : file.number(46, bytes: 4) ?? 0
            let colors = (1...1 << bits).contains(used) ? used : 1 << bits
            var palette = [UInt8](repeating: 0, count: 3 << bits)
            for color in 0..<colors {
                for channel in 0..<3 {
                    let at = 14 + header + color * (isOld ? 3 : 4) + 2 - channel
                    if at < max(data, 14 + header), let value = file.byte(at) {
                        palette[3 * color + channel] = UInt8(value)
                    }
                }
            }
            self.palette = palette
        }

        /// Where a row of the file lies in the result.
        func target(row: Int) -> Int { (isTopDown ? row : height - 1 - row) * width * 3 }
    }

    /// - Returns: whether all pixels are there. What is missing stays black.
    private static func rows(_ file: ByteScanner, _ form: Form, _ pixels: inout [UInt8]) throws(PictureError) -> Bool {
        guard form.data < file.count else { throw PictureError(.damaged, "BMP without pixels") }
        let stride = (form.width * form.bits + 31) / 32 * 4
        for row in 0..<form.height {
            for column in 0..<form.width {
                let bit = column * form.bits
                let at = form.data + row * stride + bit / 8
                let target = form.target(row: row) + 3 * column
                // A row that is not there is zeros, as a reader of a longer file would see them.
                let value = file.number(at, bytes: max(1, form.bits / 8)) ?? 0
                if form.bits <= 8 {
                    let color = value >> (8 - form.bits - bit % 8) & (1 << form.bits - 1)
                    for channel in 0..<3 { pixels[target + channel] = form.palette[3 * color + channel] }
                } else {
                    for channel in 0..<3 {
                        let (shift, maximum) = form.masks[channel]
                        pixels[target + channel] = UInt8((value >> shift & maximum) * 255 / maximum)
                    }
                }
            }
        }
        // The last row's padding may be missing.
        let end = form.data + (form.height - 1) * stride + (form.width * form.bits + 7) / 8
        return end <= file.count
    }

    /// Runs: a count and an index, or 0 and an order: 0 ends the row, 1 the picture, 2 moves, more are that many
    /// pixels.
    private static func runs(_ file: ByteScanner, _ form: Form, _ pixels: inout [UInt8]) throws(PictureError) -> Bool {
        let perByte = 8 / form.bits
        var indices = [UInt8](repeating: 0, count: form.width * form.height)
        var (at, x, y) = (form.data, 0, 0)
        func index(_ byte: Int, _ position: Int) -> UInt8 {
            UInt8(perByte == 1 ? byte : position % 2 == 0 ? byte >> 4 : byte & 15)
        }
        func put(_ value: UInt8) {
            if x < form.width, y < form.height { indices[y * form.width + x] = value }
            x += 1
        }
        while true {
            guard let count = file.byte(at), let value = file.byte(at + 1) else {
                throw PictureError(.damaged, "BMP is truncated")
            }
            at += 2
            if count > 0 {
                for position in 0..<count { put(index(value, position)) }
            } else if value == 0 {
                (x, y) = (0, y + 1)
            } else if value == 1 {
                break
            } else if value == 2 {
                guard let right = file.byte(at), let up = file.byte(at + 1) else {
                    throw PictureError(.damaged, "BMP is truncated")
                }
                (x, y, at) = (x + right, y + up, at + 2)
            } else {
                for position in 0..<value {
                    guard let byte = file.byte(at + position / perByte) else {
                        throw PictureError(.damaged, "BMP is truncated")
                    }
                    put(index(byte, position))
                }
                let used = (value + perByte - 1) / perByte
                at += used + used % 2
            }
            // Rows beyond the last one hold nothing.
            if y >= form.height { break }
        }
        for row in 0..<form.height {
            for column in 0..<form.width {
                let color = 3 * Int(indices[row * form.width + column])
                let target = form.target(row: row) + 3 * column
                for channel in 0..<3 { pixels[target + channel] = form.palette[color + channel] }
            }
        }
        return true
    }
}
