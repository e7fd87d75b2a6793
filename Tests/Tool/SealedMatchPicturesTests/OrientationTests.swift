import SealedMatchPictures
import Testing

/// Turned as EXIF says, in every container that has it. What it should look like is written down here, not computed.
@Suite struct OrientationTests {
    /// 2 × 3 pixels, each of one value, stored; and what EXIF's eight numbers make of it, row by row.
    static let upright: [(number: Int, width: Int, values: [UInt8])] = [
        (1, 2, [1, 2, 3, 4, 5, 6]), (2, 2, [2, 1, 4, 3, 6, 5]), (3, 2, [6, 5, 4, 3, 2, 1]),
        (4, 2, [5, 6, 3, 4, 1, 2]), (5, 3, [1, 3, 5, 2, 4, 6]), (6, 3, [5, 3, 1, 6, 4, 2]),
        (7, 3, [6, 4, 2, 5, 3, 1]), (8, 3, [2, 4, 6, 1, 3, 5]),
    ]

    private static func png(exif: [UInt8]) -> [UInt8] {
        let rows: [UInt8] = [0, 1, 2, 0, 3, 4, 0, 5, 6]
        let data: [UInt8] = [0x78, 0x01, 0x01, 9, 0, 0xF6, 0xFF] + rows + [0, 0, 0, 0]
        return PNGBuilder.signature + PNGBuilder.header(width: 2, height: 3, kind: 0)
            + PNGBuilder.chunk("eXIf", exif) + PNGBuilder.chunk("IDAT", data) + PNGBuilder.chunk("IEND", [])
    }

    /// A directory with one other tag before the orientation.
    private static func exif(_ number: UInt8, littleEndian: Bool, type: UInt8 = 3, count: UInt8 = 1) -> [UInt8] {
        func short(_ value: UInt8) -> [UInt8] { littleEndian ? [value, 0] : [0, value] }
        func long(_ value: UInt8) -> [UInt8] { littleEndian ? [value, 0, 0, 0] : [0, 0, 0, value] }
        let tag: [UInt8] = littleEndian ? [0x12, 0x01] : [0x01, 0x12]
        let other: [UInt8] = littleEndian ? [0x0F, 0x01] : [0x01, 0x0F]
        return Array((littleEndian ? "II" : "MM").utf8) + short(42) + long(8) + short(2) + other + short(2) + long(1)
            + [0, 0, 0, 0] + tag + short(type) + long(count) + short(number) + [0, 0]
    }

    @Test(arguments: upright, [true, false])
    func turns(_ expected: (number: Int, width: Int, values: [UInt8]), _ littleEndian: Bool) throws {
        let file = Self.png(exif: Self.exif(UInt8(expected.number), littleEndian: littleEndian))
        let picture = try Picture.decodeStored(file.span.bytes)
        #expect(picture.orientation.number == expected.number && picture.stored.width == 2)
        #expect(picture.upright.width == expected.width)
        #expect(picture.upright.pixels == expected.values.flatMap { [$0, $0, $0] })
        #expect(try Picture.decode(file) == picture.upright)
    }

    /// Damaged metadata is no metadata: the picture stays as it is stored.
    @Test func damagedMetadataTurnsNothing() throws {
        let good = exifCases()
        for (index, exif) in good.enumerated() {
            let picture = try Picture.decodeStored(Self.png(exif: exif).span.bytes)
            #expect(picture.orientation == .upright, "case \(index)")
        }
    }

    private func exifCases() -> [[UInt8]] {
        let good = Self.exif(6, littleEndian: true)
        var cases = (0..<good.count - 4).map { Array(good.prefix($0)) }
        cases += [0, 9, 255].map { Self.exif($0, littleEndian: true) }
        cases.append(Self.exif(6, littleEndian: true, type: 4))
        cases.append(Self.exif(6, littleEndian: true, count: 2))
        cases.append(Array("XXXXXXXXXXXX".utf8))
        cases.append(Array("II*\0".utf8) + [0xFF, 0xFF, 0xFF, 0xFF])
        return cases
    }
}
