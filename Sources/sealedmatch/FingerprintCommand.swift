internal import ArgumentParser
internal import Fingerprint
internal import MatchClient
internal import MatchProtocol
internal import Pictures
internal import Primitives
internal import Storage

/// What the tool knows of a media file.
struct MediaFile {
    let sha256: Bytes32
    /// `nil` for files that are no picture.
    let picture: FingerprintedPicture?

    /// - Throws: `Failure` when the file cannot be read, or is a picture that is damaged or too large.
    init(path: String) throws {
        let content: [UInt8]
        do throws(PictureError) {
            content = try PictureFile.bytes(path: path, limit: PictureLimits.standard.fileBytes)
        } catch {
            throw Failure("\(path): \(error)", code: error.code == .unreadableFile ? Failure.badFile : Failure.badData)
        }
        try self.init(content: content, name: path)
    }

    init(content: [UInt8], name: String) throws {
        sha256 = try KeyFiles.sha256(content)
        guard PictureFormat(sniffing: content.span.bytes) != nil else {
            picture = nil
            return
        }
        do throws(PictureError) {
            picture = try MediaFile.fingerprinted(Picture.decode(content))
        } catch {
            throw Failure("\(name): \(error)")
        }
    }

    /// `nil` for a picture with a side longer than PDQ's limit.
    static func fingerprinted(_ picture: DecodedPicture) -> FingerprintedPicture? {
        let pixels = picture.pixels.span.bytes
        guard
            let fingerprint = try? PDQFingerprint(
                pixels: pixels, width: picture.width, height: picture.height, bytesPerRow: picture.bytesPerRow, format: .rgb8),
            let raster = try? PictureRaster(
                pixels: pixels, width: picture.width, height: picture.height, bytesPerRow: picture.bytesPerRow, format: .rgb8)
        else { return nil }
        return FingerprintedPicture(fingerprint: fingerprint, raster: raster)
    }

    var fingerprint: PDQFingerprint? { picture?.fingerprint }

    /// What the client seals: the picture if it is one, else the file.
    var item: MediaItem { picture.map(\.item) ?? .file(sha256: sha256) }
}

/// A picture as a client keeps it.
struct FingerprintedPicture {
    let fingerprint: PDQFingerprint
    let raster: PictureRaster

    var item: MediaItem { .picture(fingerprint, raster: raster) }
}

struct FingerprintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprint", abstract: "Prints PDQ hash, quality and SHA-256 of files; a line is valid in a hash list.")

    @Argument(help: "Pictures (JPEG, PNG, WebP) or other files.")
    var files: [String]

    @Flag(help: "One JSON object a line.")
    var json = false

    private struct Row: Encodable {
        let file: String
        let sha256: String
        let pdq: String?
        let quality: Int?
        let shortKey: String?
    }

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            for file in files {
                let media = try MediaFile(path: file)
                let key = media.fingerprint.map { hexadecimal(EntryKey(perceptual: FingerprintProfile.standard.shortKey(of: $0.hash)).encoded.dropFirst()) }
                if json {
                    try Terminal.printJSON(
                        Row(
                            file: file, sha256: hexadecimal(media.sha256.bytes), pdq: media.fingerprint?.hash.hexadecimal,
                            quality: media.fingerprint?.quality, shortKey: key))
                } else if let fingerprint = media.fingerprint {
                    Terminal.print("# \(file)\npdq \(fingerprint.hash.hexadecimal),\(fingerprint.quality)")
                } else {
                    Terminal.print("# \(file)\nsha256 \(hexadecimal(media.sha256.bytes))")
                }
            }
        }
    }
}
