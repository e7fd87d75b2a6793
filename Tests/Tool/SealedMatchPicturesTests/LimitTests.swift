import Foundation
import SealedMatchPictures
import Testing

/// Bombs and odd files are refused before they cost anything.
@Suite struct LimitTests {
    @Test func refusesAPNGBombByItsHeader() throws {
        let file =
            PNGBuilder.signature + PNGBuilder.header(width: 60_000, height: 60_000)
            + PNGBuilder.chunk("IDAT", [0x78, 0x9C, 0x03, 0, 0, 0, 0, 1]) + PNGBuilder.chunk("IEND", [])
        // Decoded, it would take 10.8 GB.
        #expect(code { try Picture.decode(file) } == .tooManyPixels)
        #expect(peakResidentBytes() < 4 << 30)
    }

    @Test(arguments: [UInt32(0x7FFF_FFFF), 0x8000_0000, 0xFFFF_FFFF, 0])
    func refusesImpossiblePNGSizes(_ size: UInt32) {
        let file = PNGBuilder.signature + PNGBuilder.header(width: size, height: size) + PNGBuilder.chunk("IEND", [])
        #expect(code { try Picture.decode(file) } != nil)
    }

    /// A small PNG whose pixel data goes on and on: libpng would inflate it all in search of its end, and does not get
    /// it. A viewer shows the picture.
    @Test func passesOverEndlessPixelData() throws {
        let rows = (0..<8).flatMap { _ in [UInt8](repeating: 0, count: 25) }
        let stored: [UInt8] = [0x78, 0x01, 0x00, 200, 0, 0xFF - 200, 0xFF] + rows
        let bomb = (0..<40).flatMap { _ in PNGBuilder.chunk("IDAT", [UInt8](repeating: 0, count: 1 << 14)) }
        let file =
            PNGBuilder.signature + PNGBuilder.header(width: 8, height: 8) + PNGBuilder.chunk("IDAT", stored) + bomb
            + PNGBuilder.chunk("IEND", [])
        #expect(try Picture.decode(file).pixels == [UInt8](repeating: 0, count: 192))
    }

    @Test(arguments: ["png-rgb", "jpeg-420", "webp-lossy"])
    func pixelLimitCountsExactly(_ name: String) throws {
        let sample = SamplePicture.named(name)
        let pixels = sample.width * sample.height
        _ = try Picture.decode(sample.bytes, limits: PictureLimits(pixels: pixels))
        #expect(code { try Picture.decode(sample.bytes, limits: PictureLimits(pixels: pixels - 1)) } == .tooManyPixels)
    }

    @Test func refusesLargeJPEGAndWebPByTheirHeaders() throws {
        var jpeg = SamplePicture.named("jpeg-420").bytes
        let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        #expect(code { try Picture.decode(jpeg) } == .tooManyPixels)
        var webp = SamplePicture.named("webp-lossy").bytes
        let start = try #require(webp.indices.first { webp[$0...].starts(with: [0x9D, 0x01, 0x2A]) })
        webp.replaceSubrange(start + 3..<start + 7, with: [0xFF, 0x3F, 0xFF, 0x3F])
        #expect(code { try Picture.decode(webp) } == .tooManyPixels)
    }

    @Test func readsFilesWithinLimits() throws {
        let sample = SamplePicture.named("png-rgb")
        let file = FileManager.default.temporaryDirectory.appending(path: "sealedmatch-\(UUID().uuidString).png")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(sample.bytes).write(to: file)
        #expect(try Picture.read(path: file.path).pixels == sample.pixels)
        // What is behind the limit is not looked at: the picture is cut off there, or has no pixels left.
        let long = sample.bytes + [UInt8](repeating: 7, count: 1_000)
        let limits = PictureLimits(fileBytes: sample.bytes.count)
        #expect(try Picture.decode(long, limits: limits).pixels == sample.pixels)
        #expect(try PictureFile.bytes(path: file.path, limit: 20) == Array(sample.bytes.prefix(20)))
        #expect(code { try Picture.decode(sample.bytes, limits: PictureLimits(fileBytes: 20)) } == .damaged)
        #expect(code { try Picture.read(path: file.path + ".missing") } == .unreadableFile)
        #expect(code { try Picture.read(path: "/dev/zero") } == .unreadableFile)
        #expect(code { try Picture.read(path: FileManager.default.temporaryDirectory.path) } == .unreadableFile)
        #expect(code { try Picture.read(path: "a\0b") } == .unreadableFile)
    }
}
