/// How a picture has to be turned for a viewer: the number of EXIF's tag 0x0112.
/// (Docs/Protocol.md, 5.11: Pictures, step 3)
///
/// A camera stores the rows as its sensor has them and notes how it was held. Every viewer turns the picture, so the
/// fingerprint is of the turned one.
public struct Orientation: Hashable, Sendable {
    /// 1 to 8. 1 is upright.
    public let number: Int

    public static let upright = Orientation(number: 1)

    private init(number: Int) { self.number = number }

    /// Any number that is none of EXIF's eight means upright, as viewers take it.
    init(exif number: Int) { self.number = (1...8).contains(number) ? number : 1 }

    /// From a HEIF file's properties (ISO/IEC 23008-12, 6.5.10 and 6.5.12): first `irot`, then `imir`.
    ///
    /// - Parameters:
    ///   - quarters: turns by 90° to the left.
    ///   - mirror: 0 exchanges top and bottom, 1 exchanges left and right; nil for none.
    init(quartersLeft quarters: Int, mirror: Int?) {
        let turned = [1, 8, 3, 6], mirroredTopBottom = [4, 5, 2, 7], mirroredLeftRight = [2, 7, 4, 5]
        let table = mirror == nil ? turned : mirror == 0 ? mirroredTopBottom : mirroredLeftRight
        number = table[quarters & 3]
    }

    /// From 5 on, width and height change places.
    private var exchangesSides: Bool { number >= 5 }

    /// The picture as a viewer shows it.
    func upright(_ picture: DecodedPicture) -> DecodedPicture {
        guard number != 1 else { return picture }
        let (width, height) = (picture.width, picture.height)
        // Where the result's first pixel is in the stored rows, and the steps to its right and lower neighbours.
        let (right, down) = (1, width)
        let (lastColumn, lastRow) = (width - 1, (height - 1) * width)
        let (start, across, along): (Int, Int, Int) =
            switch number {
            case 2: (lastColumn, -right, down)
            case 3: (lastColumn + lastRow, -right, -down)
            case 4: (lastRow, right, -down)
            case 5: (0, down, right)
            case 6: (lastRow, -down, right)
            case 7: (lastColumn + lastRow, -down, -right)
            default: (lastColumn, down, -right)
            }
        let newWidth = exchangesSides ? height : width
        let newHeight = exchangesSides ? width : height
        let source = picture.pixels
        var result: [UInt8] = []
        result.reserveCapacity(source.count)
        for row in 0..<newHeight {
            var at = 3 * (start + row * along)
            for _ in 0..<newWidth {
                result.append(source[at])
                result.append(source[at + 1])
                result.append(source[at + 2])
                at += 3 * across
            }
        }
        return DecodedPicture(width: newWidth, height: newHeight, checked: result)
    }
}
