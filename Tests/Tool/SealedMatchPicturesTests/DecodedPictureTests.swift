import SealedMatchPictures
import Testing

@Suite struct DecodedPictureTests {
    private func ramp(_ width: Int, _ height: Int) throws -> DecodedPicture {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                pixels.append(UInt8(x * 255 / width))
                pixels.append(UInt8(y * 255 / height))
                pixels.append(UInt8((x + y) * 255 / (width + height)))
            }
        }
        return try DecodedPicture(width: width, height: height, pixels: pixels)
    }

    @Test func refusesShapesThatDoNotFit() {
        for (width, height, count) in [(0, 0, 0), (1, 1, 2), (2, 2, 13), (-1, -1, 3), (Int.max, 2, 6), (1, 2, 7)] {
            #expect(
                code { try DecodedPicture(width: width, height: height, pixels: .init(repeating: 0, count: count)) }
                    == .badArgument)
        }
    }

    @Test func crops() throws {
        let picture = try ramp(30, 20)
        let part = try picture.cropped(x: 10, y: 5, width: 4, height: 3)
        #expect(part.width == 4 && part.height == 3)
        #expect(Array(part.pixels[0..<3]) == Array(picture.pixels[(5 * 30 + 10) * 3..<(5 * 30 + 11) * 3]))
        #expect(try picture.cropped(x: 0, y: 0, width: 30, height: 20) == picture)
        for (x, y, width, height) in [
            (-1, 0, 1, 1), (0, 0, 31, 1), (29, 19, 1, 2), (30, 0, 1, 1), (0, 0, 0, 1), (1, 1, .max, .max),
        ] {
            #expect(code { try picture.cropped(x: x, y: y, width: width, height: height) } == .badArgument)
        }
    }

    @Test func shrinksByArea() throws {
        let pixels: [UInt8] = [0, 10, 255, 20, 30, 255, 40, 50, 255, 60, 70, 255]
        let four = try DecodedPicture(width: 4, height: 1, pixels: pixels)
        #expect(try four.shrunk(toLongestSide: 2).pixels == [10, 20, 255, 50, 60, 255])
        let three = try DecodedPicture(width: 3, height: 1, pixels: Array(pixels.prefix(9)))
        // 2 of 3 columns: weights 1, 1/2 and 1/2, 1.
        #expect(try three.shrunk(toLongestSide: 2).pixels == [7, 17, 255, 33, 43, 255])
        let picture = try ramp(640, 333)
        for side in [1, 2, 100, 333, 639] {
            let small = try picture.shrunk(toLongestSide: side)
            #expect(small.width == side && small.height == max(1, (333 * side + 320) / 640))
        }
        #expect(try picture.shrunk(toLongestSide: 640) == picture)
        #expect(try picture.shrunk(toLongestSide: 9_000) == picture)
        #expect(code { try picture.shrunk(toLongestSide: 0) } == .badArgument)
        let white = try DecodedPicture(width: 101, height: 57, pixels: .init(repeating: 255, count: 101 * 57 * 3))
        #expect(try white.shrunk(toLongestSide: 17).pixels.allSatisfy { $0 == 255 })
    }

    @Test func jpegRoundTrip() throws {
        let picture = try ramp(200, 120)
        for quality in [1, 60, 100] {
            let file = try picture.jpeg(quality: quality)
            let again = try Picture.decode(file)
            #expect(again.width == 200 && again.height == 120)
            if quality == 100 {
                let worst = zip(picture.pixels, again.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
                #expect(worst < 24)
            }
        }
        #expect(throws: PictureError.self) { try picture.jpeg(quality: 0) }
        #expect(throws: PictureError.self) { try picture.jpeg(quality: 101) }
    }
}
