internal import ArgumentParser
internal import SealedMatchFingerprint
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchPictures
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchVideos

/// What the tool knows of a media file.
struct MediaFile {
    let sha256: Bytes32
    /// `nil` for files that are no picture.
    let picture: FingerprintedPicture?
    /// `nil` for files that are no video, or one without a frame.
    let video: VideoMedia?

    /// Tells pictures, videos and other files apart by their first bytes.
    ///
    /// - Throws: `Failure` when the file cannot be read, is a picture that is damaged or too large, or a video for
    ///   which a program is missing.
    init(path: String) throws {
        let file: VideoFile
        do throws(VideoError) { file = try VideoFile(path: path) } catch {
            throw Failure("\(path): \(error)", code: VideoMedia.exitCode(error))
        }
        // Pictures first: their first bytes are certain, and a picture may hold a video's.
        let first: [UInt8]
        do throws(VideoError) { first = try file.bytes(at: 0, count: min(64, file.count)) } catch {
            throw Failure("\(path): \(error)", code: VideoMedia.exitCode(error))
        }
        let isPicture = PictureFormat(sniffing: first.span.bytes) != nil
        if file.format != nil, !isPicture {
            sha256 = try VideoMedia.sha256(file, name: path)
            picture = nil
            video = try VideoMedia.read(file, name: path)
            return
        }
        video = nil
        let content: [UInt8]
        do throws(PictureError) {
            content = try PictureFile.bytes(path: path, limit: PictureLimits.standard.fileBytes)
        } catch {
            throw Failure("\(path): \(error)", code: error.code == .unreadableFile ? Failure.badFile : Failure.badData)
        }
        sha256 = try KeyFiles.sha256(content)
        guard isPicture else {
            picture = nil
            return
        }
        do throws(PictureError) {
            picture = try MediaFile.fingerprinted(Picture.decode(content))
        } catch {
            throw Failure("\(path): \(error)")
        }
    }

    /// `nil` for a picture with a side longer than PDQ's limit.
    static func fingerprinted(_ picture: DecodedPicture) -> FingerprintedPicture? {
        let pixels = picture.pixels.span.bytes
        guard
            let fingerprint = try? PDQFingerprint(
                pixels: pixels, width: picture.width, height: picture.height, bytesPerRow: picture.bytesPerRow,
                format: .rgb8),
            let raster = try? PictureRaster(
                pixels: pixels, width: picture.width, height: picture.height, bytesPerRow: picture.bytesPerRow,
                format: .rgb8)
        else { return nil }
        return FingerprintedPicture(fingerprint: fingerprint, raster: raster)
    }

    var fingerprint: PDQFingerprint? { picture?.fingerprint }

    /// What the client seals: the picture or the video if it is one, else the file. A video that is poor throughout
    /// goes by its bytes, too.
    var item: MediaItem {
        if let picture { return picture.item }
        guard let video, !video.fingerprint.samples.isEmpty else { return .file(sha256: sha256) }
        return .video(video.fingerprint)
    }

    /// The hash that a list has of the picture, or of the video's key.
    var pdq: (hash: PDQHash, quality: Int)? {
        if let fingerprint { return (fingerprint.hash, fingerprint.quality) }
        return (video?.line.first).map { ($0.hash, $0.quality) }
    }
}

/// A picture as a client keeps it.
struct FingerprintedPicture {
    let fingerprint: PDQFingerprint
    let raster: PictureRaster

    var item: MediaItem { .picture(fingerprint, raster: raster) }
}

struct FingerprintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprint",
        abstract: "Prints PDQ hashes, quality and SHA-256 of files; a line is valid in a hash list.")

    @Argument(
        help:
            "Pictures (JPEG, PNG, WebP), videos (what ffmpeg reads of MP4, QuickTime, Matroska, WebM, AVI, Ogg, MPEG, FLV), or other files."
    )
    var files: [String]

    @Flag(help: "One JSON object a line.")
    var json = false

    private struct Row: Encodable {
        let file: String
        let sha256: String
        let pdq: String?
        let quality: Int?
        let shortKey: String?
        let companions: [String]?
        let videoFrames: Int?
        let videoMilliseconds: Int?
        let videoCut: String?
    }

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            for file in files {
                let media = try MediaFile(path: file)
                let key = media.pdq.map {
                    hexadecimal(
                        EntryKey(perceptual: FingerprintProfile.standard.shortKey(of: $0.hash)).encoded.dropFirst())
                }
                if json {
                    try Terminal.printJSON(
                        Row(
                            file: file, sha256: hexadecimal(media.sha256.bytes), pdq: media.pdq?.hash.hexadecimal,
                            quality: media.pdq?.quality, shortKey: key,
                            companions: media.video?.line.dropFirst().map(\.hash.hexadecimal),
                            videoFrames: media.video?.frames,
                            videoMilliseconds: media.video?.lastTime, videoCut: media.video?.cut?.description))
                } else if let fingerprint = media.fingerprint {
                    Terminal.print("# \(file)\npdq \(fingerprint.hash.hexadecimal),\(fingerprint.quality)")
                } else if let video = media.video, !video.fingerprint.samples.isEmpty {
                    // A SHA-256 would be listed in vain: clients look for such a video by its samples.
                    let line =
                        video.line.isEmpty
                        ? "# no sample is good enough for a list"
                        : "video " + video.line.map(\.hash.hexadecimal).joined(separator: " ")
                    Terminal.print(
                        "# \(file): video, \(video.frames) frames, \(VideoMedia.clock(video.lastTime))\n\(line)")
                } else {
                    Terminal.print("# \(file)\nsha256 \(hexadecimal(media.sha256.bytes))")
                }
            }
        }
    }
}
