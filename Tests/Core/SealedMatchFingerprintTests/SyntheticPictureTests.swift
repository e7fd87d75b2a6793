import SealedMatchFingerprint
import Foundation
import Testing

/// Equality with pdqhash 0.2.8 on pictures made by a formula: hash, quality and, as a checksum, all coefficients.
@Suite struct SyntheticPictureTests {
    struct Reference: Decodable, Sendable, CustomTestStringConvertible {
        let kind: String
        let width: Int
        let height: Int
        let hash: String
        let quality: Int
        let coefficients: UInt32?
        var testDescription: String { "\(kind) \(width) × \(height)" }
    }

    static let references: [Reference] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Data/synthetic.json")
        // A missing or broken file is a failure of `countsReferences`.
        return (try? JSONDecoder().decode([Reference].self, from: Data(contentsOf: file))) ?? []
    }()

    @Test func countsReferences() {
        #expect(Self.references.count == 128)
    }

    @Test(arguments: references)
    func equalsReference(_ reference: Reference) throws {
        let picture = SyntheticPicture(kind: reference.kind, width: reference.width, height: reference.height)
        let fingerprint = try PDQFingerprint(
            pixels: picture.pixels.span.bytes, width: picture.width, height: picture.height,
            bytesPerRow: 3 * picture.width, format: .rgb8)
        #expect(fingerprint.hash.hexadecimal == reference.hash)
        #expect(fingerprint.quality == reference.quality)
        if let coefficients = reference.coefficients { #expect(checksum(fingerprint.coefficients) == coefficients) }
        #expect(fingerprint.coefficients.count == 256)
        #expect(fingerprint.coefficients.sorted()[127] == fingerprint.median)
        for bit in 0..<256 {
            #expect(fingerprint.hash[bit] == (fingerprint.coefficients[bit] > fingerprint.median))
        }
    }

    /// The same picture in other formats and with padded rows.
    @Test(arguments: [(1, 1), (5, 7), (64, 64), (131, 77), (640, 479)])
    func formatsAndStridesAgree(width: Int, height: Int) throws {
        let picture = SyntheticPicture(kind: "waves", width: width, height: height)
        let expected = try PDQFingerprint(
            pixels: picture.pixels.span.bytes, width: width, height: height, bytesPerRow: 3 * width, format: .rgb8)
        for (format, order) in [(PixelFormat.rgb8, [0, 1, 2]), (.rgba8, [0, 1, 2, 3]), (.bgra8, [2, 1, 0, 3])] {
            for padding in [0, 1, 13] {
                let bytesPerRow = width * format.bytesPerPixel + padding
                var bytes = [UInt8](repeating: 0xA5, count: height * bytesPerRow)
                for y in 0..<height {
                    for x in 0..<width {
                        for (place, channel) in order.enumerated() where channel < 3 {
                            bytes[y * bytesPerRow + x * format.bytesPerPixel + place] =
                                picture.pixels[(y * width + x) * 3 + channel]
                        }
                    }
                }
                // The last row may end without its padding.
                bytes.removeLast(padding)
                let fingerprint = try PDQFingerprint(
                    pixels: bytes.span.bytes, width: width, height: height, bytesPerRow: bytesPerRow, format: format)
                #expect(fingerprint == expected)
            }
        }
    }

    @Test func greyEqualsEqualChannels() throws {
        let grey = SyntheticPicture(kind: "noise", width: 100, height: 201).pixels.prefix(300 * 67).map { $0 }
        let color = grey.flatMap { [$0, $0, $0] }
        let one = try PDQFingerprint(pixels: grey.span.bytes, width: 300, height: 67, bytesPerRow: 300, format: .gray8)
        let three = try PDQFingerprint(
            pixels: color.span.bytes, width: 300, height: 67, bytesPerRow: 900, format: .rgb8)
        #expect(one == three)
    }
}
