public import Fingerprint
package import MatchProtocol
public import Primitives

/// What the messenger is about to send, as far as the voucher is concerned: its fingerprint.
public struct MediaItem: Sendable {
    enum Content: Sendable {
        case picture(PDQFingerprint, PictureRaster, FingerprintProfile.Scaling)
        case video(VideoFingerprint)
        case exact(sha256: Bytes32)
        case unreadable
    }
    let content: Content

    /// The picture's fingerprint; nil for other media.
    package var fingerprint: PDQFingerprint? {
        if case .picture(let fingerprint, _, _) = content { fingerprint } else { nil }
    }

    /// A picture, by its PDQ fingerprint at the set's scaling and its raster. One below the profile's probe quality gets a voucher that cannot match.
    public static func picture(_ fingerprint: PDQFingerprint, raster: PictureRaster, scaling: FingerprintProfile.Scaling = .native) -> MediaItem {
        MediaItem(content: .picture(fingerprint, raster, scaling))
    }

    /// A picture from its pixels.
    /// - Parameters:
    ///   - pixels: rows from the top, `bytesPerRow` bytes apart.
    ///   - scaling: that of the set's profile.
    /// - Throws: `parameterOutOfRange` when size, stride and buffer do not fit.
    public static func picture(
        pixels: RawSpan, width: Int, height: Int, bytesPerRow: Int, format: PixelFormat, scaling: FingerprintProfile.Scaling = .native
    ) throws(SealedMatchError) -> MediaItem {
        do throws(FingerprintError) {
            return .picture(
                try PDQFingerprint(pixels: pixels, width: width, height: height, bytesPerRow: bytesPerRow, format: format, scaling: scaling),
                raster: try PictureRaster(pixels: pixels, width: width, height: height, bytesPerRow: bytesPerRow, format: format), scaling: scaling)
        } catch {
            throw SealedMatchError(.parameterOutOfRange, "the pixels' size, stride and buffer do not fit")
        }
    }

    /// A video, by its chosen samples (`VideoSampler`): one voucher, of the same form as a picture's. One that was poor throughout cannot match.
    public static func video(_ fingerprint: VideoFingerprint) -> MediaItem { MediaItem(content: .video(fingerprint)) }

    var isVideo: Bool { if case .video = content { true } else { false } }

    /// Media without a perceptual hash, by SHA-256 of the file's bytes.
    public static func file(sha256: Bytes32) -> MediaItem { MediaItem(content: .exact(sha256: sha256)) }

    /// Media that could not be decoded or fingerprinted: it still gets a voucher, of the same form and size, which cannot match.
    public static let unreadable = MediaItem(content: .unreadable)

    /// The keys to probe under a set's profile and separation: at most M, distinct; none for media that must not match.
    /// - Throws: `setMismatch` for a picture that was hashed at another scaling than the profile's: the caller's mistake, whatever the picture shows.
    package func probes(_ parameters: Parameters) throws(SealedMatchError) -> [EntryKey] {
        switch content {
        case .picture(let fingerprint, let raster, let scaling):
            guard scaling == parameters.profile.scaling else {
                throw SealedMatchError(.setMismatch, "the picture was not fingerprinted at the scaling that the set asks for")
            }
            return parameters.profile.probes(of: fingerprint, raster: raster, separation: parameters.separation).map { EntryKey(perceptual: $0) }
        case .video(let fingerprint):
            return fingerprint.probes(parameters.profile, separation: parameters.separation).map { EntryKey(perceptual: $0) }
        case .exact(let digest):
            return [EntryKey(sha256: digest)]
        case .unreadable:
            return []
        }
    }

    func payload(note: [UInt8]) -> Payload {
        switch content {
        case .picture(let fingerprint, _, _):
            Payload(
                fingerprintKind: .pdq, fingerprint: Bytes32(fingerprint.hash), quality: UInt8(clamping: fingerprint.quality), note: note)
        case .video(let fingerprint):
            if let best = fingerprint.samples.first?.fingerprint {
                Payload(fingerprintKind: .video, fingerprint: Bytes32(best.hash), quality: UInt8(clamping: best.quality), note: note)
            } else {
                Payload(fingerprintKind: .none, fingerprint: Bytes32(), quality: 0, note: note)
            }
        case .exact(let digest):
            Payload(fingerprintKind: .sha256, fingerprint: digest, quality: 0, note: note)
        case .unreadable:
            Payload(fingerprintKind: .none, fingerprint: Bytes32(), quality: 0, note: note)
        }
    }
}
