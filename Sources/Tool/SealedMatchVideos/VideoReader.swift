internal import Glibc

/// One sampled frame: 8-bit grey over the full range, upright, rows from the top down, without padding.
public struct VideoFrame: Hashable, Sendable {
    public let width: Int
    public let height: Int
    /// width × height bytes.
    public let pixels: [UInt8]
    /// Milliseconds from the first frame on, by the video's clock.
    public let time: Int

    /// Distance of two rows in bytes.
    public var bytesPerRow: Int { width }
}

/// Gives the frames of a video file one after another, decoded by Debian's `ffmpeg` in a process with limits. Used by
/// the command line tool, the tests and the benchmarks, never by the client library: a messenger has its own decoder.
///
/// A video that is truncated or damaged still gives the frames that could be decoded; the decoder passes over damage
/// without telling where it was. The same holds for a video that meets a limit: its first frames are what there is, and
/// `end` says why there are no more. A video without a single frame is an error.
///
/// The decoder is killed and reaped when the reader goes away, whether it was read to its end or not.
public struct VideoReader: ~Copyable {
    /// How the frames ended.
    public enum End: Hashable, Sendable {
        /// The decoder came to the end of the file.
        case complete
        /// There may have been more frames.
        case cut(VideoError)
    }

    /// Nil as long as there may be more frames.
    public private(set) var end: End?
    /// Frames given so far.
    public private(set) var frames = 0

    private var stream: FrameStream?
    private let sampling: VideoSampling
    private let limits: VideoLimits

    /// Starts decoding.
    ///
    /// - Parameters:
    ///   - file: it may be closed as soon as the reader is made.
    ///   - ffmpeg: found in PATH unless given.
    ///   - isInterrupted: asked ten times a second and at each frame while `next` works; from the thread that calls
    ///     `next`.
    /// - Throws: `VideoError`: `unknownFormat`, `programMissing`, `notStarted`, `badArgument`.
    public init(
        _ file: borrowing VideoFile, ffmpeg: FFmpeg? = nil, sampling: VideoSampling = .standard,
        limits: VideoLimits = .standard,
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) throws(VideoError) {
        self.sampling = sampling
        self.limits = limits
        stream = try VideoReader.start(file, ffmpeg, sampling, limits, isInterrupted)
    }

    private static func start(
        _ file: borrowing VideoFile, _ ffmpeg: FFmpeg?, _ sampling: VideoSampling, _ limits: VideoLimits,
        _ isInterrupted: @escaping @Sendable () -> Bool
    ) throws(VideoError) -> FrameStream {
        try sampling.check()
        try limits.check()
        guard let format = file.format else { throw VideoError(.unknownFormat) }
        let programs: FFmpeg
        if let ffmpeg { programs = ffmpeg } else { programs = try FFmpeg() }
        let process = try DecoderProcess(
            programs.arguments(format: format, sampling: sampling, limits: limits), input: file.descriptor,
            time: limits.time,
            messageBytes: limits.messageBytes, isInterrupted: isInterrupted)
        return FrameStream(process, sampling: sampling)
    }

    /// The next frame; nil at the end, and from then on.
    ///
    /// - Throws: `VideoError`: `interrupted` at any time; before the first frame also `noFrame`, `timeLimit`,
    ///   `processorLimit`, `badOutput`, `decoderFailed`. After an error there are no more frames.
    public mutating func next() throws(VideoError) -> VideoFrame? {
        guard end == nil else { return nil }
        do throws(VideoError) {
            if let frame = try stream?.next() {
                guard frames < limits.frames else { throw VideoError(.frameLimit, "\(limits.frames) frames") }
                frames += 1
                return VideoFrame(
                    width: frame.width, height: frame.height, pixels: frame.pixels,
                    time: sampling.milliseconds(ofFrame: frames - 1))
            }
            try close()
        } catch {
            // Assigning kills and reaps the decoder now, not when the caller is done.
            stream = nil
            end = .cut(error)
            if frames == 0 || error.code == .interrupted { throw error }
        }
        return nil
    }

    /// The output has ended: why?
    private mutating func close() throws(VideoError) {
        guard let ending = try stream?.finish() else { return }
        let messages = stream?.messages ?? ""
        stream = nil
        // The kernel counts in ticks when it kills, and exactly when it reports: up to half a second and a tenth less,
        // then.
        if ending.signal == SIGKILL, ending.processorTime * 10 >= .seconds(9 * limits.processorSeconds - 5) {
            throw VideoError(.processorLimit, "\(limits.processorSeconds) s")
        }
        guard ending.exitCode == 0 else {
            let how = ending.exitCode.map { "exit code \($0)" } ?? ending.signal.map { "signal \($0)" } ?? "unknown end"
            // Before the first frame, an error of the decoder is mostly one of the file.
            throw VideoError(
                frames == 0 && ending.exitCode != nil ? .noFrame : .decoderFailed,
                messages.isEmpty ? how : "\(how): \(messages)")
        }
        guard frames > 0 else { throw VideoError(.noFrame, messages) }
        end = .complete
    }
}
