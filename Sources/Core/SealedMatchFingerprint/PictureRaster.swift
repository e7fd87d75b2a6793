/// A picture reduced to 256 × 256 exact area means of its luma: what hypotheses about it are computed from.
///
/// It hardly depends on the picture's size. It shows the picture, and is as private. Source: `Docs/Protocol.md`, 5.11,
/// "Raster".
public struct PictureRaster: Equatable, Sendable {
    /// 65,536 values, row by row.
    public let cells: [UInt8]

    /// Cells on a side.
    package static let side = 256
    /// Bytes of a raster.
    public static let count = side * side

    /// Nil unless there are 65,536 cells; any values will do.
    package init?(cells: [UInt8]) {
        guard cells.count == PictureRaster.count else { return nil }
        self.cells = cells
    }

    /// Reduces a picture in memory, of any size from 1 × 1 on, in one pass over its pixels. Whole-number arithmetic.
    ///
    /// Time is proportional to the number of pixels. Memory besides the picture: 65,536 bytes for the result and about
    /// 8 · width + 4,096 for a row's sums, so at most 0.6 MB.
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
        cells = try unsafe pixels.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(FingerprintError) in
            PictureRaster.reduce(
                try unsafe PixelBuffer(bytes, width: width, height: height, bytesPerRow: bytesPerRow, format: format))
        }
    }

    private static func reduce(_ picture: PixelBuffer) -> [UInt8] {
        let width = picture.width
        let height = picture.height
        let area = width * height
        var cells: [UInt8] = []
        cells.reserveCapacity(count)
        // Sums of the row's luma before each pixel, and S(k, ·) of the raster row that is being filled.
        var before = [Int](repeating: 0, count: width + 1)
        var sums = [Int](repeating: 0, count: side)
        var parts = [Int](repeating: 0, count: side)
        for y in 0..<height {
            sumLuma(of: picture, row: y, into: &before)
            // Raster, step 2, along the row: part l is what lies in [l·W, (l + 1)·W], in 1/256 of a pixel.
            var low = 0
            for l in 0..<side {
                let end = (l + 1) * width
                let pixel = end >> 8
                let inside = end & 255
                let high = before[pixel] << 8 + (inside == 0 ? 0 : inside * (before[pixel + 1] - before[pixel]))
                parts[l] = high - low
                low = high
            }
            // Raster, step 3: the raster rows that pixel row y overlaps, in order; those that end here are done.
            let top = side * y
            let bottom = top + side
            while cells.count < count {
                let row = cells.count >> 8
                let end = (row + 1) * height
                let overlap = min(end, bottom) - max(row * height, top)
                for l in 0..<side { sums[l] += overlap * parts[l] }
                if end > bottom { break }
                // Raster, step 4
                for l in 0..<side {
                    cells.append(UInt8(truncatingIfNeeded: (2 * sums[l] + area) / (2 * area)))
                    sums[l] = 0
                }
                if end == bottom { break }
            }
        }
        return cells
    }

    /// Raster, step 1. `before[x]` becomes the sum of the luma of the row's first x pixels.
    private static func sumLuma(of picture: PixelBuffer, row: Int, into before: inout [Int]) {
        let pixels = unsafe picture.row(row)
        let red: Int
        let blue: Int
        switch picture.format {
        case .gray8:
            for x in 0..<picture.width {
                before[x + 1] = before[x] + Int(unsafe pixels.load(fromByteOffset: x, as: UInt8.self))
            }
            return
        case .rgb8, .rgba8: (red, blue) = (0, 2)
        case .bgra8: (red, blue) = (2, 0)
        }
        let step = picture.format.bytesPerPixel
        for x in 0..<picture.width {
            let at = x &* step
            let weighted =
                unsafe 19_595 * Int(pixels.load(fromByteOffset: at &+ red, as: UInt8.self))
                &+ 38_470 * Int(pixels.load(fromByteOffset: at &+ 1, as: UInt8.self))
                &+ 7_471 * Int(pixels.load(fromByteOffset: at &+ blue, as: UInt8.self))
            before[x + 1] = before[x] &+ (weighted &+ 32_768) >> 16
        }
    }
}
