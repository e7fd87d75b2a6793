internal import ArgumentParser
internal import SealedMatchClient
internal import SealedMatchCrypto
internal import SealedMatchFingerprint
internal import SealedMatchPictures
internal import SealedMatchProtocol
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
    /// The file is opened once: what is sniffed, hashed and decoded is one file, whatever its name means by then.
    ///
    /// - Throws: `Failure` when the file cannot be read, is a picture without a pixel that can be had or with
    ///   too many of them, or a video for
    ///   which a program is missing.
    init(_ name: FileName) throws {
        let file: VideoFile
        do throws(VideoError) { file = try VideoFile(path: name.bytes) } catch {
            throw Failure("\(name): \(error)", code: VideoMedia.exitCode(error))
        }
        let first: [UInt8]
        do throws(VideoError) {
            first = try file.bytes(at: 0, count: min(VideoFormat.sniffedBytes, file.count))
        } catch {
            throw Failure("\(name): \(error)", code: VideoMedia.exitCode(error))
        }
        sha256 = try VideoMedia.sha256(file, name: name.description)
        // Pictures first: their first bytes are certain, and a picture may hold a video's.
        guard PictureFormat(sniffing: first.span.bytes) == nil else {
            video = nil
            picture = try MediaFile.picture(file, name)
            return
        }
        picture = nil
        video = file.format == nil ? nil : try VideoMedia.read(file, name: name.description)
    }

    private static func picture(_ file: borrowing VideoFile, _ name: FileName) throws -> FingerprintedPicture {
        let limits = PictureLimits.standard
        let content: [UInt8]
        do throws(VideoError) { content = try file.bytes(at: 0, count: min(limits.fileBytes, file.count)) } catch {
            throw Failure("\(name): \(error)", code: VideoMedia.exitCode(error))
        }
        let decoded: StoredPicture
        do throws(PictureError) { decoded = try Picture.decodeStored(content.span.bytes, limits: limits) } catch {
            throw Failure("\(name): \(error)")
        }
        if let damage = decoded.damage {
            Terminal.note("\(name): \(damage); what a viewer shows of it counts")
        }
        guard var picture = fingerprinted(decoded.upright) else {
            throw Failure("\(name): a side of the picture has more than 65,535 pixels")
        }
        if decoded.orientation != .upright { picture.stored = fingerprinted(decoded.stored)?.fingerprint }
        return picture
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
    /// Of the pixels as the file stores them, where a viewer turns them; other tools' lists hold that hash.
    var stored: PDQFingerprint?

    init(fingerprint: PDQFingerprint, raster: PictureRaster) {
        self.fingerprint = fingerprint
        self.raster = raster
    }

    var item: MediaItem { .picture(fingerprint, raster: raster) }
}
