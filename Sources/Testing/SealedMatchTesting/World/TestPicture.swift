public import SealedMatchFingerprint

/// Pixels in memory: a picture that a test sends or lists.
public struct TestPicture: Sendable, Equatable {
    /// Rows from the top, without padding.
    public let pixels: [UInt8]
    /// Pixels.
    public let width: Int
    /// Pixels.
    public let height: Int
    /// The channels.
    public let format: PixelFormat

    /// - Throws: `TestWorldError.badValue` unless there are as many bytes as the size and the format take.
    public init(pixels: [UInt8], width: Int, height: Int, format: PixelFormat) throws(TestWorldError) {
        guard (1...PDQFingerprint.maximumSide).contains(width), (1...PDQFingerprint.maximumSide).contains(height),
            width * height <= PDQFingerprint.maximumPixels, pixels.count == width * height * format.bytesPerPixel
        else {
            throw TestWorldError(
                .badValue,
                "a picture of \(width) by \(height) pixels of \(format) does not have \(pixels.count) bytes")
        }
        self.pixels = pixels
        self.width = width
        self.height = height
        self.format = format
    }

    private init(unchecked pixels: [UInt8], _ width: Int, _ height: Int) {
        self.pixels = pixels
        self.width = width
        self.height = height
        format = .gray8
    }

    /// A grey picture of 256 × 256 pixels that shows soft waves: of quality 100, and unlike those of other seeds. Known
    /// in no list.
    public static func synthetic(seed: UInt64) -> TestPicture {
        var random = TestRandom(seed: seed, "picture")
        let side = 256
        var sums = [Double](repeating: 0, count: side * side)
        for _ in 0..<24 {
            // A wave along each side: 1 to 8 half-waves, the frequencies that PDQ looks at.
            let (across, down) = (1 + Double(random.next() % 8), 1 + Double(random.next() % 8))
            let (left, top) = (random.fraction(), random.fraction())
            let weight = 0.4 + random.fraction()
            let row = wave(across, left, side)
            let column = wave(down, top, side)
            for y in 0..<side {
                let factor = weight * column[y]
                for x in 0..<side { sums[y * side + x] += factor * row[x] }
            }
        }
        let greatest = sums.reduce(0) { max($0, abs($1)) }
        return TestPicture(unchecked: sums.map { UInt8(128 + 120 * $0 / greatest) }, side, side)
    }

    /// The picture as a codec that loses detail gives it back: each block of 8 × 8 pixels is a cosine transform whose
    /// coefficients are rounded, the more the higher their frequency. A grey picture of the same size.
    /// - Parameter quality: 1 to 100, as JPEG's: 100 changes almost nothing.
    /// - Throws: `TestWorldError.badValue`.
    public func recompressed(quality: Int) throws(TestWorldError) -> TestPicture {
        guard (1...100).contains(quality) else {
            throw TestWorldError(.badValue, "a quality is 1 to 100, not \(quality)")
        }
        let scale = quality < 50 ? 50 / Double(quality) : 2 - Double(quality) / 50
        let grey = grey()
        var out = grey
        // The transform's rows, orthonormal.
        var basis = [[Double]](repeating: [Double](repeating: 0, count: 8), count: 8)
        for u in 0..<8 {
            let height: Double = u == 0 ? 0.125 : 0.25
            for x in 0..<8 {
                let turns: Double = Double(u) * (Double(x) + 0.5) / 16
                basis[u][x] = cosine(turns) * height.squareRoot()
            }
        }
        for top in stride(from: 0, to: height, by: 8) {
            for left in stride(from: 0, to: width, by: 8) {
                var block = [Double](repeating: 0, count: 64)
                for y in 0..<8 {
                    for x in 0..<8 {
                        block[8 * y + x] = Double(grey[min(top + y, height - 1) * width + min(left + x, width - 1)])
                    }
                }
                block = Self.transform(Self.transform(block, basis, inverse: false), basis, inverse: false)
                for v in 0..<8 {
                    for u in 0..<8 {
                        let step = max(1, Double(8 + 5 * (u + v)) * scale)
                        block[8 * v + u] = (block[8 * v + u] / step).rounded() * step
                    }
                }
                block = Self.transform(Self.transform(block, basis, inverse: true), basis, inverse: true)
                for y in 0..<min(8, height - top) {
                    for x in 0..<min(8, width - left) {
                        out[(top + y) * width + left + x] = UInt8(min(255, max(0, block[8 * y + x].rounded())))
                    }
                }
            }
        }
        return TestPicture(unchecked: out, width, height)
    }

    /// Rows times the basis, and then the two sides exchanged: twice is a transform of both sides.
    private static func transform(_ block: [Double], _ basis: [[Double]], inverse: Bool) -> [Double] {
        var out = [Double](repeating: 0, count: 64)
        for row in 0..<8 {
            for to in 0..<8 {
                var sum = 0.0
                for from in 0..<8 { sum += block[8 * row + from] * (inverse ? basis[from][to] : basis[to][from]) }
                out[8 * to + row] = sum
            }
        }
        return out
    }

    private func grey() -> [UInt8] {
        let step = format.bytesPerPixel
        guard step > 1 else { return pixels }
        return (0..<(width * height)).map { place in
            let channels = pixels[(step * place)..<(step * place + 3)].map(Int.init)
            let red = format == .bgra8 ? channels[2] : channels[0]
            let blue = format == .bgra8 ? channels[0] : channels[2]
            return UInt8((299 * red + 587 * channels[1] + 114 * blue) / 1_000)
        }
    }

    private static func wave(_ halves: Double, _ phase: Double, _ side: Int) -> [Double] {
        (0..<side).map { cosine(halves * (Double($0) + 0.5) / Double(2 * side) + phase) }
    }
}

/// cos(2π·turns) by its power series: the same on every machine, so that pictures are.
private func cosine(_ turns: Double) -> Double {
    // To a quarter of a turn around zero.
    var part = turns - turns.rounded()
    var sign = 1.0
    if abs(part) > 0.25 {
        part = (part < 0 ? -0.5 : 0.5) - part
        sign = -1
    }
    let square = (2 * Double.pi * part) * (2 * Double.pi * part)
    var sum = 1.0
    var term = 1.0
    for step in 1...9 {
        term *= -square / Double((2 * step - 1) * (2 * step))
        sum += term
    }
    return sign * sum
}
