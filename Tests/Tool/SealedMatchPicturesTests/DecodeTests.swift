import Foundation
import SealedMatchPictures
import Testing

@Suite struct DecodeTests {
    @Test func countsSamples() {
        #expect(SamplePicture.all.count == 27)
    }

    @Test(arguments: SamplePicture.all.map(\.name).filter { $0 != "webp-animated" })
    func coloursEqualPillows(_ name: String) throws {
        let sample = SamplePicture.named(name)
        let picture = try Picture.decode(sample.bytes)
        #expect(picture.width == sample.width && picture.height == sample.height)
        #expect(picture.pixels == sample.pixels)
    }

    @Test func refusesAnimations() {
        #expect(code { try Picture.decode(SamplePicture.named("webp-animated").bytes) } == .unsupported)
    }

    /// Every proper prefix of a file is refused, whatever the format.
    @Test(arguments: SamplePicture.all.map(\.name))
    func refusesTruncatedFiles(_ name: String) {
        let bytes = SamplePicture.named(name).bytes
        // libjpeg supplies a missing end marker itself, with a warning; here the last two bytes count too.
        for count in 0..<bytes.count {
            #expect(code { try Picture.decode(Array(bytes.prefix(count))) } != nil, "\(count) of \(bytes.count) bytes")
        }
    }

    @Test(arguments: [
        [], [0xFF], [0xFF, 0xD8], Array("GIF89a".utf8), Array("RIFF0000WAVE".utf8), Array("%PDF-1.7".utf8),
    ])
    func refusesOtherFormats(_ bytes: [UInt8]) {
        #expect(code { try Picture.decode(bytes) } == .unknownFormat)
    }
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
