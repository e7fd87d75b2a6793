public import SealedMatchClient
internal import SealedMatchCrypto
internal import SealedMatchFingerprint
internal import SealedMatchLists
internal import SealedMatchProtocol

/// Something that accounts of a test world send, and that its sources may list. Items have names: a test says
/// "beach.jpg", and asks for it.
public struct TestItem: Sendable {
    /// What the item is.
    public enum Content: Sendable {
        /// A file without a perceptual hash, by its bytes.
        case file([UInt8])
        /// A picture.
        case picture(TestPicture)
        /// A video that shows each of these pictures for a second.
        case video([TestPicture])
        /// Media that cannot be decoded. It gets a voucher like any other, which cannot match, and no list can hold it.
        case unreadable
    }

    /// The item's name in its world.
    public let name: String
    /// What the item is.
    public let content: Content
    /// The item as a client seals it: for a client of your own.
    public let media: MediaItem
    /// What a source would list; nil for what no list can hold.
    let listed: ListedHash?
    /// What a revealed match shows of it.
    let shown: ShownFingerprint

    /// Pictures of a video, at most.
    static let maximumFrames = 100

    /// - Throws: what fingerprints throw.
    init(_ name: String, _ content: Content, profile: FingerprintProfile) throws(SealedMatchError) {
        self.name = name
        self.content = content
        switch content {
        case .file(let bytes):
            let digest = try SHA256.digest(of: bytes)
            media = .file(sha256: digest)
            listed = .sha256(digest)
        case .picture(let picture):
            media = try picture.media()
            let fingerprint = media.fingerprint
            listed = fingerprint.flatMap { $0.quality >= profile.minimumQuality ? .pdq($0.hash) : nil }
        case .video(let frames):
            (media, listed) = try Self.video(frames)
        case .unreadable:
            media = .unreadable
            listed = nil
        }
        var parameters = Parameters()
        parameters.profile = profile
        shown = ShownFingerprint(media.probed(parameters, note: []).payload)
    }

    /// The bytes of a file that stands for nothing but its name: what `known: ["a"]` makes.
    static func namedFile(_ name: String) -> Content { .file(Array("SealedMatch test item \(name)".utf8)) }

    private static func video(_ frames: [TestPicture]) throws(SealedMatchError) -> (MediaItem, ListedHash?) {
        var sampler = VideoSampler()
        var line = VideoLine()
        for frame in frames {
            let raster = try frame.raster()
            for _ in 0..<(1_000 / VideoFingerprint.interval) {
                let sample = VideoFingerprint.Sample(raster: raster)
                sampler.append(sample)
                line.append(sample.fingerprint.hash, quality: sample.fingerprint.quality)
            }
        }
        let hashes = line.finish().map(\.hash)
        let listed = hashes.first.map { ListedHash.video($0, companions: Array(hashes.dropFirst())) }
        return (.video(sampler.finish()), listed)
    }
}

/// Kind and bytes of a fingerprint, by which a match finds its item's name again.
struct ShownFingerprint: Hashable {
    let kind: UInt8
    let bytes: Bytes32

    init(_ payload: Payload) {
        kind = payload.fingerprintKind.rawValue
        bytes = payload.fingerprint
    }
}

extension TestPicture {
    func media() throws(SealedMatchError) -> MediaItem {
        try unsafe MediaItem.picture(
            pixels: pixels.span.bytes, width: width, height: height, bytesPerRow: width * format.bytesPerPixel,
            format: format)
    }

    func raster() throws(SealedMatchError) -> PictureRaster {
        do throws(FingerprintError) {
            return try unsafe PictureRaster(
                pixels: pixels.span.bytes, width: width, height: height, bytesPerRow: width * format.bytesPerPixel,
                format: format)
        } catch {
            throw SealedMatchError(error)
        }
    }
}
