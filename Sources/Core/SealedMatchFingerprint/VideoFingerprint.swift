/// What a client keeps of a video until it is sealed: up to 8 samples, chosen by content. Source: `Docs/Protocol.md`,
/// 5.11, "Videos".
///
/// Shows these pictures of the video, and is as private. About 66.6 kB a sample.
public struct VideoFingerprint: Sendable, Equatable {
    /// A picture that the video shows.
    public struct Sample: Sendable, Equatable {
        /// From the raster alone, so that the video's size has no part in it.
        public let fingerprint: PDQFingerprint
        package let raster: PictureRaster

        package init(raster: PictureRaster) {
            self.raster = raster
            fingerprint = PDQFingerprint(grid: raster.grid(tone: 0, shift: 0, zoom: 1_024))
        }
    }

    /// In order of rank, the stillest first; none if all were poor.
    public let samples: [Sample]

    /// Samples that are chosen, at most.
    public static let maximumSamples = 8
    /// Poorer samples are not chosen.
    package static let leastQuality = 40
    /// Milliseconds from one sample to the next.
    public static let interval = 125

    package init(samples: [Sample]) { self.samples = samples }

    /// At most M distinct keys under a profile: an equal part of each sample's probes.
    package func probes(_ profile: FingerprintProfile, separation: Int) -> [UInt64] {
        let counted = samples.prefix(profile.probes)
        var keys: [UInt64] = []
        keys.reserveCapacity(profile.probes)
        for sample in counted {
            for key in profile.probes(of: sample.fingerprint, raster: sample.raster, separation: separation).prefix(
                profile.probes / counted.count) where !keys.contains(key)
            {
                keys.append(key)
            }
        }
        return keys
    }
}

/// Fingerprints a video from its samples, one after another, in bounded memory: 12 rasters of 64 KiB at most, and 2 kB
/// each.
///
/// Give it what the video shows at 0, 125, 250, … milliseconds, upright, at any size; a picture that is shown longer is
/// given again. A reduced picture will do: from 256 pixels on a side nothing is lost. `ffmpeg`'s filters
/// `fps=8:round=up` and `scale` make such samples.
public struct VideoSampler: Sendable {
    private var still = StillSamples<VideoFingerprint.Sample>()
    private var chosen = ChosenSamples<VideoFingerprint.Sample>(
        limit: VideoFingerprint.maximumSamples, leastQuality: VideoFingerprint.leastQuality)

    /// A sampler that has seen no picture yet.
    public init() {}

    /// Samples given so far.
    public var count: Int { still.count }

    /// The next sample, as `PictureRaster.init` takes a picture. A third of the time of a picture of that size.
    /// - Throws: `badDimensions`, `tooManyPixels`, `rowTooShort`, `bufferTooShort`; then the sample does not count.
    public mutating func append(
        pixels: RawSpan, width: Int, height: Int, bytesPerRow: Int, format: PixelFormat
    ) throws(FingerprintError) {
        append(
            VideoFingerprint.Sample(
                raster: try PictureRaster(
                    pixels: pixels, width: width, height: height, bytesPerRow: bytesPerRow, format: format)))
    }

    package mutating func append(_ sample: VideoFingerprint.Sample) {
        if let candidate = still.add(sample.fingerprint.hash, quality: sample.fingerprint.quality, content: sample) {
            chosen.offer(candidate)
        }
    }

    /// The video's fingerprint, when all samples were given.
    public consuming func finish() -> VideoFingerprint {
        if let candidate = still.end() { chosen.offer(candidate) }
        return VideoFingerprint(samples: chosen.chosen.map { $0.content })
    }
}
