import Foundation
import SealedMatchPictures
import SealedMatchTestSupport
import Testing

/// Thousands of damaged files: each decodes or throws a typed error, within time and memory.
@Suite struct MutationTests {
    static let limits = PictureLimits(fileBytes: 1 << 20, pixels: 1 << 20)

    @Test(arguments: SamplePicture.all.map(\.name))
    func survivesDamage(_ name: String) {
        let original = SamplePicture.named(name).bytes
        var random = SeededRandom(name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        var refused = 0
        for round in 0..<500 {
            var bytes = original
            for _ in 0...Int.random(in: 0...4, using: &random) {
                mutate(&bytes, &random)
                if bytes.isEmpty { break }
            }
            // Half of the PNG files get right checksums again, to come further.
            if name.hasPrefix("png") && round % 2 == 0 { repairChecksums(&bytes) }
            do throws(PictureError) {
                let picture = try Picture.decode(bytes, limits: Self.limits)
                #expect(picture.pixels.count == picture.width * picture.height * 3)
                #expect(picture.width * picture.height <= Self.limits.pixels)
            } catch {
                refused += 1
                #expect(error.code.number > 0)
            }
        }
        #expect(refused > 0)
        // For the whole process, other tests included.
        #expect(peakResidentBytes() < 4 << 30)
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][Int.random(in: 0..<5, using: &random)]
        case 3: bytes.remove(at: place)
        case 4: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 5: bytes.removeLast(min(bytes.count - place, Int.random(in: 1...40, using: &random)))
        default:
            let end = min(bytes.count, place + Int.random(in: 1...60, using: &random))
            bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0..<bytes.count, using: &random))
        }
    }

    private func repairChecksums(_ bytes: inout [UInt8]) {
        var offset = 8
        while offset + 12 <= bytes.count {
            let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            let end = offset + 8 + length
            guard end + 4 <= bytes.count else { return }
            let sum = PNGBuilder.checksum(Array(bytes[offset + 4..<end]))
            bytes.replaceSubrange(end..<end + 4, with: PNGBuilder.bigEndian(sum))
            offset = end + 4
        }
    }

    @Test func survivesNoiseBehindEachMagic() {
        var random = SeededRandom(99)
        let magics: [[UInt8]] = [
            [0xFF, 0xD8, 0xFF], PNGBuilder.signature, Array("RIFF\u{10}\0\0\0WEBPVP8 ".utf8),
            Array("RIFF\u{10}\0\0\0WEBPVP8L".utf8),
            Array("RIFF\u{10}\0\0\0WEBPVP8X".utf8),
        ]
        for magic in magics {
            for _ in 0..<300 {
                let count = Int.random(in: 0...300, using: &random)
                let bytes = magic + (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                _ = code { try Picture.decode(bytes, limits: Self.limits) }
            }
        }
    }
}
