import Foundation
import SealedMatchFingerprint
import SealedMatchPictures
import Testing

/// What a source lists beside a hash, of the pictures of the vectors.
@Suite struct SecondLineTests {
    private let pictures: [String]

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../Vectors/fingerprint")
        pictures = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".png") }
            .sorted().map { folder.appending(path: $0).path }
    }

    /// A second line is of a quality that sets take; where there is none, the first is a probe. So a source that lists
    /// what it is told to list finds its own file, at any r.
    @Test func theOwnFileIsFound() throws {
        var (second, poor) = (0, 0)
        for path in pictures {
            let picture = try Picture.read(path: path)
            let fingerprint = try PDQFingerprint(
                pixels: picture.pixels.span.bytes, width: picture.width, height: picture.height,
                bytesPerRow: picture.bytesPerRow, format: .rgb8)
            let raster = try PictureRaster(
                pixels: picture.pixels.span.bytes, width: picture.width, height: picture.height,
                bytesPerRow: picture.bytesPerRow, format: .rgb8)
            let profile = FingerprintProfile.profile3
            guard fingerprint.quality >= profile.minimumQuality else { continue }
            let readings = profile.readings(of: fingerprint, raster: raster)
            for reading in readings where reading.quality < profile.minimumQuality {
                poor += 1
                #expect(reading.penalty >= 0, "\(path)")
            }
            for separation in 1...6 {
                let keys = profile.probes(of: fingerprint, raster: raster, separation: separation)
                var listed = [profile.shortKey(of: fingerprint.hash)]
                if let found = profile.withoutMarks(fingerprint, raster: raster, separation: separation) {
                    second += 1
                    #expect(found.quality >= profile.minimumQuality, "\(path), r = \(separation)")
                    listed.append(profile.shortKey(of: found.hash))
                }
                #expect(!Set(keys).isDisjoint(with: listed), "\(path), r = \(separation)")
            }
        }
        #expect(second > 0 && poor > 0)
    }
}
