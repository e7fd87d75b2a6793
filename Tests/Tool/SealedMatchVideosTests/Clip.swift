import Foundation
import SealedMatchTestSupport
import Testing
import SealedMatchVideos

/// A directory of one test, with clips that the real ffmpeg makes, and false ffmpegs.
struct Clip {
    let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "sealedmatch-video-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    func path(_ name: String) -> String { directory + "/" + name }
    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name)))) }
    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path(name))) }

    /// Runs the real ffmpeg with these arguments and `name` behind them; fails the test if it fails.
    @discardableResult
    func make(_ name: String, _ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"] + arguments + ["file:" + path(name)]
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "ffmpeg did not make \(name)")
        return path(name)
    }

    /// `seconds` of a test picture that moves, at 25 frames a second, in H.264.
    func testClip(_ name: String = "clip.mp4", size: String = "320x180", seconds: Int = 2) throws -> String {
        try make(
            name, "-f", "lavfi", "-i", "testsrc2=size=\(size):rate=25:duration=\(seconds)", "-c:v", "libx264",
            "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "5")
    }

    /// A false ffmpeg. It may make directories in `$here`, but no files: the limits forbid it.
    func fake(_ script: String) throws -> FFmpeg {
        try writeScript("here='\(directory)'\n\(script)", to: path("ffmpeg"))
        return try FFmpeg(searchPath: directory + ":/usr/bin:/bin")
    }

    /// A file that passes for an MP4, for false ffmpegs.
    func anyFile() throws -> String {
        try write([0, 0, 0, 16] + Array("ftypisom".utf8), to: "any.mp4")
        return path("any.mp4")
    }
}

/// What a reader gave, to its end.
struct Outcome {
    var frames: [VideoFrame] = []
    var end: VideoReader.End?
    /// What `next` or opening threw.
    var error: VideoError?

    init(
        _ path: String, _ ffmpeg: FFmpeg? = nil, sampling: VideoSampling = VideoSampling(rate: 4, longestSide: 512),
        limits: VideoLimits = .small,
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) {
        do throws(VideoError) {
            var reader = try VideoReader(
                VideoFile(path: path), ffmpeg: ffmpeg, sampling: sampling, limits: limits, isInterrupted: isInterrupted)
            do throws(VideoError) {
                while let frame = try reader.next() { frames.append(frame) }
                // The end stays the end.
                if try reader.next() != nil { Issue.record("a frame after the end") }
            } catch {
                self.error = error
            }
            end = reader.end
            if reader.frames != frames.count { Issue.record("\(reader.frames) frames counted, \(frames.count) given") }
        } catch {
            self.error = error
        }
    }

    /// Why there are no more frames, if not because the file ended.
    var cut: VideoError.Code? {
        if case .cut(let error) = end { error.code } else { nil }
    }
}

extension VideoLimits {
    /// Enough for the tests' clips, and soon over for what never ends.
    static let small = VideoLimits(
        addressSpace: 1 << 30, processorSeconds: 20, time: .seconds(60), frames: 200, pixels: 5_000_000,
        messageBytes: 500)
}
