import Foundation
import SealedMatchPictures
import Testing

@Suite struct DecodeTests {
    @Test func countsSamples() {
        #expect(SamplePicture.all.count == 27)
    }

    @Test(arguments: SamplePicture.all.map(\.name))
    func coloursEqualPillows(_ name: String) throws {
        let sample = SamplePicture.named(name)
        let picture = try Picture.decode(sample.bytes)
        #expect(picture.width == sample.width && picture.height == sample.height)
        #expect(picture.pixels == sample.pixels)
    }

    /// Every proper prefix of a file gives what it has of the picture, or is refused; it is never another format.
    @Test(arguments: SamplePicture.all.map(\.name))
    func truncatedFilesGiveWhatTheyHave(_ name: String) throws {
        let sample = SamplePicture.named(name)
        let format = try #require(PictureFormat.sniffed(sample.bytes))
        var taken = 0
        for count in 32..<sample.bytes.count {
            let bytes = Array(sample.bytes.prefix(count))
            #expect(PictureFormat.sniffed(bytes) == format)
            do throws(PictureError) {
                let picture = try Picture.decodeStored(bytes.span.bytes)
                taken += 1
                #expect(picture.stored.width == sample.width && picture.stored.height == sample.height)
            } catch {
                #expect(error.code == .damaged, "\(count) of \(sample.bytes.count) bytes: \(error)")
            }
        }
        // A file's last bytes are no pixels where these formats end with a marker.
        if format == .jpeg || format == .png || format == .gif { #expect(taken > 0) }
    }

    /// Two bytes are missing at the end, the end's marker: all pixels are there.
    @Test(arguments: ["jpeg-420", "jpeg-progressive", "png-rgb", "png-interlaced"])
    func theEndMayBeMissing(_ name: String) throws {
        let sample = SamplePicture.named(name)
        let end = sample.bytes.count - (name.hasPrefix("jpeg") ? 2 : 12)
        #expect(try Picture.decode(Array(sample.bytes.prefix(end))).pixels == sample.pixels)
    }

    @Test(arguments: [
        [], [0xFF], [0xFF, 0xD8], Array("BM, no picture, but text".utf8), Array("RIFF0000WAVE".utf8),
        Array("%PDF-1.7".utf8),
    ])
    func refusesOtherFormats(_ bytes: [UInt8]) {
        #expect(code { try Picture.decode(bytes) } == .unknownFormat)
    }
}

extension PictureFormat {
    /// `#expect` takes no spans.
    static func sniffed(_ bytes: [UInt8]) -> PictureFormat? { PictureFormat(sniffing: bytes.span.bytes) }
}

/// The code of the error that `work` throws, or nil.
func code(_ work: () throws -> DecodedPicture) -> PictureError.Code? {
    do {
        _ = try work()
        return nil
    } catch let error as PictureError {
        return error.code
    } catch {
        Issue.record("untyped error \(error)")
        return nil
    }
}
