public import SealedMatchFingerprint
package import SealedMatchProtocol
public import SealedMatchCrypto

/// What the messenger is about to send, as far as the voucher is concerned: its fingerprint.
public struct MediaItem: Sendable {
    enum Content: Sendable {
        case picture(PDQFingerprint, PictureRaster)
        case video(VideoFingerprint)
        case exact(sha256: Bytes32)
        case unreadable
    }
    let content: Content

    /// The picture's fingerprint; nil for other media.
    package var fingerprint: PDQFingerprint? {
        if case .picture(let fingerprint, _) = content { fingerprint } else { nil }
    }

    /// A picture, by its PDQ fingerprint and its raster. One below the profile's probe quality gets a voucher that
    /// cannot match.
    public static func picture(_ fingerprint: PDQFingerprint, raster: PictureRaster) -> MediaItem {
        MediaItem(content: .picture(fingerprint, raster))
    }

    /// A picture from its pixels.
    /// - Parameters:
    ///   - pixels: rows from the top, `bytesPerRow` bytes apart.
    /// - Throws: when size, stride and buffer do not fit, the codes 1 to 4 of Docs/Protocol.md, section 6, as in every
    ///   language.
    public static func picture(
        pixels: RawSpan, width: Int, height: Int, bytesPerRow: Int, format: PixelFormat
    ) throws(SealedMatchError) -> MediaItem {
        do throws(FingerprintError) {
            return .picture(
                try PDQFingerprint(
                    pixels: pixels, width: width, height: height, bytesPerRow: bytesPerRow, format: format),
                raster: try PictureRaster(
                    pixels: pixels, width: width, height: height, bytesPerRow: bytesPerRow, format: format))
        } catch {
            throw SealedMatchError(error)
        }
    }

    /// A video, by its chosen samples (`VideoSampler`): one voucher, of the same form as a picture's. One that was poor
    /// throughout cannot match.
    public static func video(_ fingerprint: VideoFingerprint) -> MediaItem { MediaItem(content: .video(fingerprint)) }

    var isVideo: Bool { if case .video = content { true } else { false } }

    /// Media without a perceptual hash, by SHA-256 of the file's bytes.
    public static func file(sha256: Bytes32) -> MediaItem { MediaItem(content: .exact(sha256: sha256)) }

    /// Media that could not be decoded or fingerprinted: it still gets a voucher, of the same form and size, which
    /// cannot match.
    public static let unreadable = MediaItem(content: .unreadable)

    /// The keys to probe under a set's profile and separation; of a picture K_0, where that is none of them; and what
    /// a match shows of the item: of a picture its probed hash (Docs/Protocol.md, 5.11), so that those who review can
    /// compare.
    package func probed(
        _ parameters: Parameters, note: [UInt8]
    ) -> (keys: [EntryKey], asSent: EntryKey?, payload: Payload) {
        guard case .picture(let fingerprint, let raster) = content else {
            return (probes(parameters), nil, payload(note: note))
        }
        let profile = parameters.profile
        let (keys, hash) = profile.probed(fingerprint, raster: raster, separation: parameters.separation)
        // Seal an item, step 2: of a picture with probes K_0, where a mark keeps it from being one
        let own = profile.shortKey(of: fingerprint.hash)
        return (
            keys.map { EntryKey(perceptual: $0) },
            keys.isEmpty || keys.contains(own) ? nil : EntryKey(perceptual: own),
            Payload(
                fingerprintKind: .pdq, fingerprint: Bytes32(hash), quality: UInt8(clamping: fingerprint.quality),
                note: note)
        )
    }

    /// The keys to probe under a set's profile and separation: at most M, distinct; none for media that must not match.
    package func probes(_ parameters: Parameters) -> [EntryKey] {
        switch content {
        case .picture(let fingerprint, let raster):
            return parameters.profile.probes(of: fingerprint, raster: raster, separation: parameters.separation).map {
                EntryKey(perceptual: $0)
            }
        case .video(let fingerprint):
            return fingerprint.probes(parameters.profile, separation: parameters.separation).map {
                EntryKey(perceptual: $0)
            }
        case .exact(let digest):
            return [EntryKey(sha256: digest)]
        case .unreadable:
            return []
        }
    }

    /// What it is as it is sent, with the messenger's note.
    package func payload(note: [UInt8]) -> Payload {
        switch content {
        case .picture(let fingerprint, _):
            Payload(
                fingerprintKind: .pdq, fingerprint: Bytes32(fingerprint.hash),
                quality: UInt8(clamping: fingerprint.quality), note: note)
        case .video(let fingerprint):
            if let best = fingerprint.samples.first?.fingerprint {
                Payload(
                    fingerprintKind: .video, fingerprint: Bytes32(best.hash), quality: UInt8(clamping: best.quality),
                    note: note)
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
