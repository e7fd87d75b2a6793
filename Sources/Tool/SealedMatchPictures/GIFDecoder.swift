/// GIF (version 89a): the first frame on its screen, as Pillow gives it: what the frame leaves out has the transparent
/// colour, or the palette's first.
///
/// Written here: a GIF is a palette and LZW, and this code cannot leave its buffers.
enum GIFDecoder {
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, limits: PictureLimits) throws(PictureError)
        -> StoredPicture
    {
        var file = unsafe ByteScanner(bytes: bytes)
        file.isBigEndian = false
        guard let flags = file.byte(10), let screenWidth = file.number(6, bytes: 2),
            let screenHeight = file.number(8, bytes: 2)
        else { throw PictureError(.damaged, "file is truncated") }
        let globalColors = flags & 0x80 == 0 ? 0 : 2 << (flags & 7)
        let globalPalette = palette(file, at: 13, colors: globalColors)
        var transparent: Int?
        var at = 13 + 3 * globalColors
        // Extensions before the first frame; other bytes are passed over, as viewers do.
        while let kind = file.byte(at), kind != 0x2C {
            guard kind != 0x3B else { break }
            guard kind == 0x21 else {
                at += 1
                continue
            }
            if file.byte(at + 1) == 0xF9, let control = file.byte(at + 3), let color = file.byte(at + 6) {
                transparent = control & 1 == 1 ? color : nil
            }
            at += 2
            while let length = file.byte(at) {
                at += 1 + length
                if length == 0 { break }
            }
        }
        guard file.byte(at) == 0x2C, let x = file.number(at + 1, bytes: 2), let y = file.number(at + 3, bytes: 2),
            let width = file.number(at + 5, bytes: 2), let height = file.number(at + 7, bytes: 2),
            let frameFlags = file.byte(at + 9)
        else { throw PictureError(.damaged, "GIF without a frame") }
        // A frame may leave the screen; it is made larger, as Pillow does.
        let canvas = (width: max(screenWidth, x + width), height: max(screenHeight, y + height))
        try limits.check(width: width, height: height)
        try limits.check(width: canvas.width, height: canvas.height)
        let localColors = frameFlags & 0x80 == 0 ? 0 : 2 << (frameFlags & 7)
        let colors = localColors > 0 ? palette(file, at: at + 10, colors: localColors) : globalPalette
        at += 10 + 3 * localColors
        guard let minimum = file.byte(at), (1...8).contains(minimum) else {
            throw PictureError(.damaged, "GIF without pixel data")
        }
        let background = transparent ?? 0
        var decoder = LZW(minimum: minimum, count: width * height, filling: UInt8(background))
        decoder.run(file, from: at + 1)
        guard decoder.filled > 0 else { throw PictureError(.damaged, "GIF without pixel data") }

        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        let order = frameFlags & 0x40 == 0 ? Array(0..<height) : interlaced(height)
        for (line, row) in order.enumerated() {
            for column in 0..<width {
                let color = 3 * Int(decoder.pixels[line * width + column])
                let target = 3 * (row * width + column)
                pixels[target] = colors[color]
                pixels[target + 1] = colors[color + 1]
                pixels[target + 2] = colors[color + 2]
            }
        }
        let frame = DecodedPicture(width: width, height: height, checked: pixels)
        return StoredPicture(
            frame.placed(on: canvas, at: (x, y), color: Array(colors[3 * background..<3 * background + 3])),
            damage: decoder.filled < width * height ? "file is truncated or damaged" : nil)
    }

    /// 256 colours; those that the file does not have are a ramp of grey, as Pillow takes them.
    private static func palette(_ file: ByteScanner, at start: Int, colors: Int) -> [UInt8] {
        var palette = (0..<256).flatMap { [UInt8($0), UInt8($0), UInt8($0)] }
        for index in 0..<3 * colors {
            if let value = file.byte(start + index) { palette[index] = UInt8(value) }
        }
        return palette
    }

    /// The rows in the order in which an interlaced frame has them.
    private static func interlaced(_ height: Int) -> [Int] {
        [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { first, step in
            Array(stride(from: first, to: height, by: step))
        }
    }
}

/// GIF's LZW: codes of 3 to 12 bits, lowest bit first, in blocks of up to 255 bytes.
private struct LZW {
    private(set) var pixels: [UInt8]
    private(set) var filled = 0
    private let minimum: Int
    private var prefix = [Int](repeating: 0, count: 4_096)
    private var suffix = [UInt8](repeating: 0, count: 4_096)
    private var string: [UInt8] = []

    init(minimum: Int, count: Int, filling: UInt8) {
        self.minimum = minimum
        pixels = [UInt8](repeating: filling, count: count)
    }

    /// Decodes until the pixels are there, the data ends, or a code is met that means nothing.
    mutating func run(_ file: ByteScanner, from start: Int) {
        let clear = 1 << minimum
        var next = clear + 2
        var width = minimum + 1
        var previous: Int?
        var (accumulated, bits) = (0, 0)
        var at = start
        var blockEnd = start
        while filled < pixels.count {
            while bits < width {
                if at == blockEnd {
                    guard let length = file.byte(at), length > 0 else { return }
                    at += 1
                    blockEnd = at + length
                }
                guard let byte = file.byte(at) else { return }
                accumulated |= byte << bits
                bits += 8
                at += 1
            }
            let code = accumulated & (1 << width - 1)
            accumulated >>= width
            bits -= width
            if code == clear {
                next = clear + 2
                width = minimum + 1
                previous = nil
                continue
            }
            guard code != clear + 1 else { return }
            guard let before = previous else {
                guard code < clear else { return }
                append(UInt8(code))
                previous = code
                continue
            }
            guard code <= next, code < next || next < 4_096 else { return }
            // The code that is just being made is the previous string and its own first byte.
            expand(code < next ? code : before)
            let first = string[string.count - 1]
            if code == next { string.insert(first, at: 0) }
            for byte in string.reversed() { append(byte) }
            if next < 4_096 {
                prefix[next] = before
                suffix[next] = first
                next += 1
                if next == 1 << width, width < 12 { width += 1 }
            }
            previous = code
        }
    }

    /// The string of a code, its last byte first.
    private mutating func expand(_ code: Int) {
        string.removeAll(keepingCapacity: true)
        var code = code
        while code >= 1 << minimum {
            string.append(suffix[code])
            code = prefix[code]
        }
        string.append(UInt8(code))
    }

    private mutating func append(_ value: UInt8) {
        guard filled < pixels.count else { return }
        pixels[filled] = value
        filled += 1
    }
}
