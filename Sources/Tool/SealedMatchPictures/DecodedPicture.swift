/// A picture in memory: 8-bit red, green, blue, rows from the top down, without padding.
public struct DecodedPicture: Hashable, Sendable {
    public let width: Int
    public let height: Int
    /// width × height × 3 bytes.
    public let pixels: [UInt8]

    /// Distance of two rows in bytes: 3 × width.
    public var bytesPerRow: Int { 3 * width }

    /// - Throws: `PictureError.Code.badArgument` unless there is a pixel and `pixels` has width × height × 3 bytes.
    public init(width: Int, height: Int, pixels: [UInt8]) throws(PictureError) {
        guard width >= 1, height >= 1, pixels.count / 3 / width == height, pixels.count == width * height * 3 else {
            throw PictureError(.badArgument)
        }
        self.init(width: width, height: height, checked: pixels)
    }

    init(width: Int, height: Int, checked pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// The rectangle from column `x` and row `y` on.
    ///
    /// - Throws: `PictureError.Code.badArgument` if it is empty or leaves the picture.
    public func cropped(x: Int, y: Int, width: Int, height: Int) throws(PictureError) -> DecodedPicture {
        guard x >= 0, y >= 0, width >= 1, height >= 1, x < self.width, y < self.height,
            width <= self.width - x, height <= self.height - y
        else { throw PictureError(.badArgument) }
        var result: [UInt8] = []
        result.reserveCapacity(width * height * 3)
        for row in y..<y + height {
            let from = (row * self.width + x) * 3
            result.append(contentsOf: pixels[from..<from + width * 3])
        }
        return DecodedPicture(width: width, height: height, checked: result)
    }
}
