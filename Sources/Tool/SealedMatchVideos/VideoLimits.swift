/// What a video may cost. The decoder is a process of its own, so most of it is enforced by the system.
///
/// Memory in this process: one frame, 64 KiB for the pipe and `messageBytes`. A file's size has no limit: it is read by
/// the decoder as needed.
public struct VideoLimits: Hashable, Sendable {
    /// Address space of the decoder in bytes (RLIMIT_AS). Debian's ffmpeg needs about 400 MB before it has seen a
    /// video.
    public var addressSpace: Int
    /// Processor time of the decoder in seconds (RLIMIT_CPU).
    public var processorSeconds: Int
    /// Wall-clock time from start to end, the caller's work between two frames included.
    public var time: Duration
    /// Frames that are handed out. At eight a second the standard is three hours.
    public var frames: Int
    /// Width × height of the video as coded, checked by the decoder before it allocates a picture.
    public var pixels: Int
    /// Bytes kept of what the decoder complains about: the last ones.
    public var messageBytes: Int

    public init(
        addressSpace: Int = 2 << 30, processorSeconds: Int = 3_600, time: Duration = .seconds(7_200),
        frames: Int = 86_400,
        pixels: Int = 36_000_000, messageBytes: Int = 4_096
    ) {
        self.addressSpace = addressSpace
        self.processorSeconds = processorSeconds
        self.time = time
        self.frames = frames
        self.pixels = pixels
        self.messageBytes = messageBytes
    }

    /// 2 GiB, one hour of processor time, two hours, 86,400 frames, 36 megapixels (8K has 33), 4 KiB of messages.
    public static let standard = VideoLimits()

    /// - Throws: `VideoError.Code.badArgument` unless every limit is positive (the decoder takes pixels up to 2^31 −
    ///   1).
    func check() throws(VideoError) {
        guard addressSpace > 0, processorSeconds > 0, time > .zero, frames > 0, (1...Int(Int32.max)).contains(pixels),
            messageBytes > 0
        else {
            throw VideoError(.badArgument, "limits must be positive")
        }
    }
}
