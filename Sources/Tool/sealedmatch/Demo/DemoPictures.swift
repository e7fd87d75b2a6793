internal import SealedMatchFingerprint
internal import Foundation
internal import SealedMatchProtocol
internal import SealedMatchPictures
internal import SealedMatchSets

/// One picture of the demo, in memory only as long as somebody sends it.
struct DemoPicture: Sendable {
    /// The file and, for a detail of it, the rectangle.
    let path: String
    let crop: (x: Int, y: Int, width: Int, height: Int)?
    let fingerprint: PDQFingerprint

    var name: String { (path as NSString).lastPathComponent + (crop.map { " at \($0.x),\($0.y)" } ?? "") }

    func load() throws(PictureError) -> DecodedPicture {
        let whole = try Picture.read(path: path)
        guard let crop else { return whole }
        return try whole.cropped(x: crop.x, y: crop.y, width: crop.width, height: crop.height)
    }
}

/// Different pictures made from a directory of photographs: each photograph, and the cells of a grid over the larger
/// ones.
struct DemoPictures {
    let pictures: [DemoPicture]

    private static let columns = 4
    private static let rows = 3

    /// Reads a directory, at most `limit` pictures. Files that are no pictures, or too poor ones, are left out; so are
    /// pictures whose keys are near another's: the demo counts different pictures, and near-duplicates would be one.
    init(directory: String, limit: Int) throws {
        guard let names = try? FileManager.default.subpathsOfDirectory(atPath: directory) else {
            throw Failure("\(directory): not a directory that can be read", code: Failure.badFile)
        }
        let profile = FingerprintProfile.standard
        let separation = Parameters().separation
        var kept: [DemoPicture] = []
        var keys: [UInt64] = []
        func consider(_ path: String, _ picture: DecodedPicture, _ crop: (x: Int, y: Int, width: Int, height: Int)?) {
            guard let fingerprint = MediaFile.fingerprinted(picture)?.fingerprint,
                fingerprint.quality >= profile.minimumQuality
            else { return }
            let key = profile.shortKey(of: fingerprint.hash)
            guard keys.allSatisfy({ ($0 ^ key).nonzeroBitCount > separation }) else { return }
            keys.append(key)
            kept.append(DemoPicture(path: path, crop: crop, fingerprint: fingerprint))
        }
        for (index, name) in names.sorted().enumerated() where kept.count < limit {
            Terminal.progress("reading pictures", index + 1, names.count)
            let path = directory + "/" + name
            guard let picture = try? Picture.read(path: path) else { continue }
            consider(path, picture, nil)
            let width = picture.width / Self.columns
            let height = picture.height / Self.rows
            guard width >= 400 && height >= 300 else { continue }
            for cell in 0..<(Self.columns * Self.rows) where kept.count < limit {
                let crop = (
                    x: cell % Self.columns * width, y: cell / Self.columns * height, width: width, height: height
                )
                guard let part = try? picture.cropped(x: crop.x, y: crop.y, width: width, height: height) else {
                    continue
                }
                consider(path, part, crop)
            }
        }
        pictures = kept
    }
}

/// What a messenger does to a picture before it sends it.
struct Recompression {
    let side: Int
    let quality: Int

    /// Shrunk to 512–1600 pixels, JPEG 60–85.
    static let all = [
        Recompression(side: 1600, quality: 85), Recompression(side: 1280, quality: 75),
        Recompression(side: 800, quality: 70),
        Recompression(side: 1600, quality: 60), Recompression(side: 1024, quality: 80),
        Recompression(side: 512, quality: 60),
    ]

    func apply(to picture: DecodedPicture) throws(PictureError) -> [UInt8] {
        try picture.shrunk(toLongestSide: side).jpeg(quality: quality)
    }
}
