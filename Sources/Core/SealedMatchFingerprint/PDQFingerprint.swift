/// A PDQ hash with what soft-decision probing needs: the cosine coefficients behind its bits.
///
/// For equal pixels the hash and the quality are those of PyPI's `pdqhash` 0.2.8 (`pdqhash.compute`), bit for bit: the
/// picture is hashed at its own size, not shrunk to 512 pixels first as Meta's command line tool does. Everything here
/// describes the picture and is as private as the picture. Source: `Docs/Protocol.md`, fingerprints.
public struct PDQFingerprint: Equatable, Sendable {
    /// Bit 16i + j is set if coefficient 16i + j is greater than the median.
    public let hash: PDQHash
    /// 0...100. PDQ's advice is to discard hashes of quality 49 and below.
    public let quality: Int
    /// 256 coefficients in the order of the hash's bits.
    public let coefficients: [Float]
    /// The lower median of the coefficients: the 128th smallest.
    public let median: Float

    /// Pixels on a side, at most.
    public static let maximumSide = 65_535
    /// Pixels in a picture, at most: 2^28.
    public static let maximumPixels = 1 << 28

    /// Fingerprints a picture in memory, of any size from 1 × 1 on.
    ///
    /// Pictures with a side below 5 pixels have no content for PDQ: hash, quality and coefficients are zero. Time is
    /// proportional to the number of pixels. Memory besides the picture: about 4 · width · (⌈height / 128⌉ + 33) bytes
    /// and 0.2 MB, so 0.5 MB for 1920 × 1080 and at most 20 MB, freed on return.
    ///
    /// - Parameters:
    ///   - pixels: rows from the top down, the first at offset 0.
    ///   - width: 1...65,535 pixels.
    ///   - height: 1...65,535 pixels; at most 2^28 pixels in all.
    ///   - bytesPerRow: distance of two rows, at least width × bytes per pixel. The last row may end without padding.
    ///   - format: channels; alpha is ignored.
    /// - Throws: `badDimensions`, `tooManyPixels`, `rowTooShort`, `bufferTooShort`.
    public init(
        pixels: RawSpan, width: Int, height: Int, bytesPerRow: Int, format: PixelFormat
    ) throws(FingerprintError) {
        let grid = try unsafe pixels.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(FingerprintError) in
            LumaReduction.grid(
                of: try unsafe PixelBuffer(
                    bytes, width: width, height: height, bytesPerRow: bytesPerRow, format: format))
        }
        self.init(grid: grid)
    }

    init(grid: LumaGrid) {
        self.init(unchecked: CosineTransform.coefficients(of: grid), quality: grid.quality)
    }

    /// From coefficients that left this process's hands: nil unless there are 256 of a size that pictures give, and the
    /// quality is in 0...100.
    package init?(coefficients: [Float], quality: Int) {
        // Luma is at most 255 and a row of D sums to less than 12 in absolute value. The bound keeps every sum of
        // margins finite; a NaN fails it too.
        guard coefficients.count == PDQHash.bitCount, (0...100).contains(quality),
            coefficients.allSatisfy({ abs($0) < 65_536 })
        else { return nil }
        self.init(unchecked: coefficients, quality: quality)
    }

    init(unchecked coefficients: [Float], quality: Int) {
        // PDQ with coefficients, step 8: a bit is 1 if its coefficient is greater than the lower median
        let median = PDQFingerprint.lowerMedian(coefficients)
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for index in stride(from: 255, through: 0, by: -1) {
            let bit: UInt64 = coefficients[index] > median ? 1 : 0
            switch index >> 6 {
            case 0: words.0 = words.0 << 1 | bit
            case 1: words.1 = words.1 << 1 | bit
            case 2: words.2 = words.2 << 1 | bit
            default: words.3 = words.3 << 1 | bit
            }
        }
        self.hash = PDQHash(words: words)
        self.quality = quality
        self.coefficients = coefficients
        self.median = median
    }

    /// |coefficient − median| of bit `index` in single precision: how far the bit is from flipping. One bit has 0,
    /// the one whose coefficient is the median.
    public func margin(ofBit index: Int) -> Float {
        abs(coefficients[index] - median)
    }

    /// The ⌈n / 2⌉-th smallest of n values, by Hoare's selection: quicker than sorting them. At most n² steps, for
    /// values that are made for it.
    static func lowerMedian(_ values: [Float]) -> Float {
        var values = values
        let place = (values.count - 1) / 2
        var low = 0
        var high = values.count - 1
        while low < high {
            let pivot = values[place]
            var left = low
            var right = high
            while left <= right {
                while values[left] < pivot { left += 1 }
                while pivot < values[right] { right -= 1 }
                guard left <= right else { break }
                values.swapAt(left, right)
                left += 1
                right -= 1
            }
            // Now low...right ≤ pivot ≤ left...high, and what lies between is the pivot.
            if right < place { low = left }
            if place < left { high = right }
        }
        return values[place]
    }
}
