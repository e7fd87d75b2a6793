import Foundation
import Testing
import SealedMatchVideos

/// Frames of good videos.
@Suite struct FrameTests {
    @Test(arguments: [
        ("c.mp4", "libx264"), ("c.mov", "mpeg4"), ("c.mkv", "libx264"), ("c.webm", "libvpx"), ("c.avi", "mpeg4"),
        ("c.avi", "mjpeg"), ("c.ogv", "libtheora"), ("c.ts", "libx264"),
        ("c.mpg", "mpeg2video"), ("c.flv", "flv"),
    ])
    func readsEveryContainer(_ name: String, _ codec: String) throws {
        let clip = try Clip()
        defer { clip.remove() }
        try clip.make(
            name, "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=3", "-c:v", codec, "-b:v", "2M",
            "-pix_fmt", codec == "mjpeg" ? "yuvj420p" : "yuv420p")
        // Sniffed by content, not by name.
        try FileManager.default.moveItem(atPath: clip.path(name), toPath: clip.path("unnamed"))
        let outcome = Outcome(clip.path("unnamed"))
        #expect(outcome.error == nil && outcome.end == .complete)
        // Three seconds at four a second; a container may shift its first frame by less than a sample.
        #expect((12...13).contains(outcome.frames.count))
        for (index, frame) in outcome.frames.enumerated() {
            #expect(
                frame.width == 320 && frame.height == 180 && frame.pixels.count == 320 * 180 && frame.bytesPerRow == 320
                    && frame.time == 250 * index)
        }
        #expect(Set(outcome.frames.map(\.pixels)).count == outcome.frames.count, "the test picture moves")
    }

    /// White stays white and black black, so grey has the full range; and sampling follows the clock.
    @Test func valuesAndTimes() throws {
        let clip = try Clip()
        defer { clip.remove() }
        // One second of black, one of white.
        try clip.make(
            "flip.mp4", "-f", "lavfi", "-i", "color=black:size=64x48:rate=20:duration=1", "-f", "lavfi", "-i",
            "color=white:size=64x48:rate=20:duration=1",
            "-filter_complex", "concat=n=2:v=1", "-c:v", "libx264", "-pix_fmt", "yuv420p")
        for rate in [1, 2, 5, 10] {
            let outcome = Outcome(clip.path("flip.mp4"), sampling: VideoSampling(rate: rate, longestSide: 512))
            #expect(outcome.frames.count == 2 * rate)
            for (index, frame) in outcome.frames.enumerated() {
                #expect(frame.time == 1_000 * index / rate)
                #expect(frame.pixels.allSatisfy { index < rate ? $0 <= 1 : $0 >= 254 }, "rate \(rate), frame \(index)")
            }
        }
    }

    /// A sample is the picture that is shown at its time, also where the rates do not fit: at 25 frames a second,
    /// number ⌊125 k / 40⌋ at 125 k ms.
    @Test func samplesWhatIsShown() throws {
        let clip = try Clip()
        defer { clip.remove() }
        try clip.make(
            "count.mp4", "-f", "lavfi", "-i",
            "color=black:size=32x32:rate=25:duration=2,format=gray,geq=lum=N*5,format=yuvj420p", "-c:v", "libx264",
            "-qp", "1")
        let outcome = Outcome(clip.path("count.mp4"), sampling: .standard)
        #expect(outcome.frames.map { (Int($0.pixels[0]) + 2) / 5 } == (0..<16).map { $0 * 125 / 40 })
        #expect(outcome.frames.map(\.time) == (0..<16).map { $0 * 125 })
    }

    /// The longest side is reduced, the other one in proportion; nothing is enlarged; no side vanishes.
    @Test(arguments: [
        (1, 1, 1, 1), (2, 1, 2, 1), (333, 211, 333, 211), (512, 512, 512, 512), (514, 300, 512, 299),
        (1280, 720, 512, 288), (720, 1280, 288, 512), (65_000, 2, 512, 1), (3, 5_001, 1, 512),
    ])
    func sizes(_ width: Int, _ height: Int, _ reducedWidth: Int, _ reducedHeight: Int) throws {
        let clip = try Clip()
        defer { clip.remove() }
        try clip.make(
            "odd.avi", "-f", "lavfi", "-i", "color=gray:size=64x64:rate=4:duration=1", "-vf",
            "scale=\(width):\(height)", "-c:v", "mjpeg", "-pix_fmt", "yuvj444p")
        let outcome = Outcome(clip.path("odd.avi"))
        #expect(outcome.frames.count == 4 && outcome.end == .complete, "\(String(describing: outcome.error))")
        #expect(outcome.frames.allSatisfy { $0.width == reducedWidth && $0.height == reducedHeight })
        // Reduced by means: a flat picture keeps its value.
        #expect(outcome.frames.allSatisfy { Set($0.pixels).count == 1 })
    }

    /// A phone writes its frames lying down and says so.
    @Test func turnsUpright() throws {
        let clip = try Clip()
        defer { clip.remove() }
        // The upper half white.
        try clip.make(
            "lying.mp4", "-f", "lavfi", "-i", "color=black:size=64x48:rate=4:duration=1", "-vf",
            "drawbox=x=0:y=0:w=64:h=24:color=white:t=fill", "-c:v", "libx264", "-pix_fmt", "yuv420p")
        try clip.make("turned.mp4", "-i", "file:" + clip.path("lying.mp4"), "-c", "copy", "-metadata:s:v", "rotate=90")
        let lying = try #require(Outcome(clip.path("lying.mp4")).frames.first)
        #expect(lying.width == 64 && lying.height == 48 && lying.pixels[0] > 250 && lying.pixels[47 * 64] < 5)
        let turned = try #require(Outcome(clip.path("turned.mp4")).frames.first)
        #expect(turned.width == 48 && turned.height == 64)
        // Turned by a quarter, top has become right or left.
        #expect(
            (turned.pixels[0] > 250) != (turned.pixels[47] > 250)
                && (turned.pixels[0] > 250) == (turned.pixels[63 * 48] > 250))
    }

    @Test(arguments: ["-i", "a:b.mp4", "http:x.mp4", "%d.mp4", "a b'\"\\;$(x).mp4", "ü\n.mp4", "concat:a|b"])
    func namesAreOnlyNames(_ name: String) throws {
        let clip = try Clip()
        defer { clip.remove() }
        let file = try clip.testClip()
        try FileManager.default.moveItem(atPath: file, toPath: clip.path(name))
        #expect(Outcome(clip.path(name)).frames.count == 8)
    }

    /// Sound, subtitles and cover pictures give no frames; a second video stream neither.
    @Test func onlyTheFirstVideoStream() throws {
        let clip = try Clip()
        defer { clip.remove() }
        try clip.make(
            "two.mkv", "-f", "lavfi", "-i", "sine=duration=2", "-f", "lavfi", "-i",
            "testsrc2=size=320x180:rate=25:duration=2", "-f", "lavfi", "-i",
            "testsrc2=size=64x64:rate=25:duration=5",
            "-map", "0", "-map", "1", "-map", "2", "-c:v", "mpeg4", "-c:a", "libvorbis")
        let outcome = Outcome(clip.path("two.mkv"))
        #expect(outcome.frames.count == 8 && outcome.frames.allSatisfy { $0.width == 320 })
        try clip.make("voice.ogg", "-f", "lavfi", "-i", "sine=duration=2", "-c:a", "libvorbis")
        #expect(Outcome(clip.path("voice.ogg")).error?.code == .noFrame)
        try clip.make("cover.jpg", "-f", "lavfi", "-i", "testsrc2=size=64x64:duration=1", "-frames:v", "1")
        try clip.make(
            "song.m4a", "-i", "file:" + clip.path("voice.ogg"), "-i", "file:" + clip.path("cover.jpg"), "-map", "0",
            "-map", "1", "-c:a", "aac", "-c:v", "copy",
            "-disposition:v", "attached_pic", "-f", "mp4")
        #expect(Outcome(clip.path("song.m4a")).error?.code == .noFrame)
    }
}
