import Foundation
import Testing
import SealedMatchVideos

/// Videos that cost too much. Each limit is small here, so that a test ends soon.
@Suite struct VideoLimitTests {
    /// A header that announces 65,000 × 65,000 pixels, over a few bytes of picture.
    @Test func refusesHugePictures() throws {
        let clip = try Clip()
        defer { clip.remove() }
        try clip.make(
            "small.avi", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=4:duration=1", "-c:v", "mjpeg", "-pix_fmt",
            "yuvj420p")
        var bytes = try clip.bytes("small.avi")
        var patched = 0
        for at in 0..<(bytes.count - 9) where bytes[at] == 0xFF && bytes[at + 1] == 0xC0 && bytes[at + 2] == 0 {
            bytes.replaceSubrange(at + 5..<at + 9, with: [0xFD, 0xE8, 0xFD, 0xE8])
            patched += 1
        }
        #expect(patched == 4)
        try clip.write(bytes, to: "huge.avi")
        // Also with the widest limits: what the decoder itself refuses.
        for limits in [VideoLimits.small, .standard] {
            #expect(Outcome(clip.path("huge.avi"), limits: limits).error?.code == .noFrame)
        }
    }

    @Test func countsPixelsExactly() throws {
        let clip = try Clip()
        defer { clip.remove() }
        let file = try clip.testClip()
        var limits = VideoLimits.small
        limits.pixels = 320 * 180 - 1
        #expect(Outcome(file, limits: limits).error?.code == .noFrame)
        // The decoder counts rows and columns that are cut off, too: whole blocks of 16, and its margins.
        limits.pixels = 400 * 300
        #expect(Outcome(file, limits: limits).frames.count == 8)
    }

    /// A few kilobytes that decode to hours of large frames.
    @Test func stopsBombs() throws {
        let clip = try Clip()
        defer { clip.remove() }
        try clip.make(
            "second.mp4", "-f", "lavfi", "-i", "color=black:size=1920x1080:rate=25:duration=2", "-c:v", "libx264",
            "-preset", "ultrafast", "-pix_fmt", "yuv420p")
        try clip.make("bomb.mp4", "-stream_loop", "3000", "-i", "file:" + clip.path("second.mp4"), "-c", "copy")
        var limits = VideoLimits.small
        limits.processorSeconds = 1
        limits.frames = 1_000_000
        let short = Outcome(clip.path("bomb.mp4"), limits: limits)
        #expect(short.error == nil && short.cut == .processorLimit && !short.frames.isEmpty)
        limits.processorSeconds = 20
        limits.time = .milliseconds(1_500)
        #expect(Outcome(clip.path("bomb.mp4"), limits: limits).cut == .timeLimit)
        limits.time = .seconds(60)
        limits.frames = 7
        let few = Outcome(clip.path("bomb.mp4"), limits: limits)
        #expect(few.cut == .frameLimit && few.frames.count == 7)
    }

    /// Two pictures with twenty hours between them: the clock would be filled with hundreds of thousands of frames.
    @Test func stopsAtGapsInTime() throws {
        let clip = try Clip()
        defer { clip.remove() }
        try clip.make(
            "gap.mkv", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=1:duration=2", "-vf", "setpts=N*72000/TB",
            "-fps_mode", "passthrough", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p")
        let outcome = Outcome(clip.path("gap.mkv"))
        #expect(outcome.cut == .frameLimit && outcome.frames.count == VideoLimits.small.frames)
    }

    @Test func memoryIsLimited() throws {
        let clip = try Clip()
        defer { clip.remove() }
        let file = try clip.testClip()
        var limits = VideoLimits.small
        // Not even its libraries fit.
        limits.addressSpace = 100 << 20
        let outcome = Outcome(file, limits: limits)
        #expect(outcome.error?.code == .noFrame && outcome.error?.detail.isEmpty == false)
        // A video whose frames do not fit.
        try clip.make(
            "large.mp4", "-f", "lavfi", "-i", "testsrc2=size=7680x4320:rate=4:duration=1", "-c:v", "libx264",
            "-threads", "1", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
        limits = .standard
        #expect(Outcome(clip.path("large.mp4"), limits: limits).frames.count == 4)
        limits.addressSpace = 300 << 20
        #expect(Outcome(file, limits: limits).frames.count == 8)
        #expect(Outcome(clip.path("large.mp4"), limits: limits).frames.count < 4)
    }

    @Test func argumentsAreChecked() throws {
        let clip = try Clip()
        defer { clip.remove() }
        let file = try clip.anyFile()
        for sampling in [
            VideoSampling(rate: 0, longestSide: 512), VideoSampling(rate: 61, longestSide: 512),
            VideoSampling(rate: 4, longestSide: 15), VideoSampling(rate: 4, longestSide: 1 << 20),
        ] {
            #expect(Outcome(file, sampling: sampling).error?.code == .badArgument)
        }
        let wrong: [(inout VideoLimits) -> Void] = [
            { $0.addressSpace = 0 }, { $0.processorSeconds = -1 }, { $0.time = .zero }, { $0.frames = 0 },
            { $0.pixels = 1 << 31 }, { $0.messageBytes = 0 },
        ]
        for change in wrong {
            var limits = VideoLimits.small
            change(&limits)
            #expect(Outcome(file, limits: limits).error?.code == .badArgument)
        }
    }
}
