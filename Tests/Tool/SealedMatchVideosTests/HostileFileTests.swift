import Foundation
import SealedMatchTestSupport
import Testing
import SealedMatchVideos

/// Files that are not what they say: a typed error, or the frames that are there.
@Suite struct HostileFileTests {
    @Test func refusesOtherFiles() throws {
        let clip = try Clip()
        defer { clip.remove() }
        var random = SeededRandom(3)
        let others: [(String, [UInt8])] = [
            ("empty", []), ("text.mp4", Array("Dear diary,\n".utf8)), ("noise.mp4", random.bytes(5_000)),
            ("short.mp4", [0, 0, 0, 16, 0x66, 0x74]), ("wave", Array("RIFF0000WAVE".utf8)),
            ("heic", [0, 0, 0, 24] + Array("ftypheic".utf8)), ("avif", [0, 0, 0, 24] + Array("ftypavif".utf8)),
        ]
        for (name, bytes) in others {
            try clip.write(bytes, to: name)
            #expect(Outcome(clip.path(name)).error?.code == .unknownFormat, "\(name)")
        }
        for path in ["/dev/zero", clip.directory, clip.path("missing"), "a\0b"] {
            #expect(Outcome(path).error?.code == .unreadableFile)
        }
        mkfifo(clip.path("pipe"), 0o600)
        #expect(Outcome(clip.path("pipe")).error?.code == .unreadableFile)
    }

    /// Noise behind the first bytes of each container.
    @Test func survivesNoise() throws {
        let clip = try Clip()
        defer { clip.remove() }
        var random = SeededRandom(4)
        let starts: [[UInt8]] = [
            [0, 0, 0, 16] + Array("ftypisom".utf8), [0x1A, 0x45, 0xDF, 0xA3], Array("RIFF\0\u{10}\0\0AVI ".utf8),
            Array("OggS".utf8), [0, 0, 1, 0xBA], [0x46, 0x4C, 0x56, 1],
        ]
        for start in starts {
            for count in [0, 20, 5_000] {
                try clip.write(start + random.bytes(count), to: "noise")
                let outcome = Outcome(clip.path("noise"))
                #expect(outcome.error?.code == .noFrame, "\(String(describing: outcome.error))")
            }
        }
    }

    /// What refers to another file is not read at all, and under the first bytes of a known container not followed.
    @Test func followsNoPlaylist() throws {
        let clip = try Clip()
        defer { clip.remove() }
        let other = try clip.testClip("other.ts")
        let playlists = [
            "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:\(other)\n#EXT-X-ENDLIST\n",
            "ffconcat version 1.0\nfile '\(other)'\n",
            "<?xml version=\"1.0\"?>\n<MPD><Period><BaseURL>\(other)</BaseURL></Period></MPD>\n",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
            "[playlist]\nFile1=\(other)\n",
            "RTSPtextRTSP://127.0.0.1/", "#!MPEG4ANY\nfile=\(other)",
        ]
        for text in playlists {
            for name in ["list.m3u8", "list.mp4", "list.ffconcat"] {
                try clip.write(Array(text.utf8), to: name)
                #expect(Outcome(clip.path(name)).error?.code == .unknownFormat)
            }
            for start in [[0x1A, 0x45, 0xDF, 0xA3], [0, 0, 0, 12] + Array("ftypisom".utf8), Array("OggS".utf8)] {
                try clip.write(start + [0x0A] + Array(text.utf8), to: "list.m3u8")
                #expect(Outcome(clip.path("list.m3u8")).error?.code == .noFrame)
            }
        }
    }

    @Test func truncatedFilesGiveWhatTheyHold() throws {
        let clip = try Clip()
        defer { clip.remove() }
        _ = try clip.testClip("whole.mp4", seconds: 5)
        let late = try clip.bytes("whole.mp4")
        try clip.write(Array(late.prefix(late.count / 2)), to: "late.mp4")
        // The index stood at the end: nothing can be found any more.
        #expect(Outcome(clip.path("late.mp4")).error?.code == .noFrame)
        try clip.make("early.mp4", "-i", "file:" + clip.path("whole.mp4"), "-c", "copy", "-movflags", "+faststart")
        try clip.make("whole.mkv", "-i", "file:" + clip.path("whole.mp4"), "-c", "copy")
        try clip.make("whole.ts", "-i", "file:" + clip.path("whole.mp4"), "-c", "copy")
        for name in ["early.mp4", "whole.mkv", "whole.ts"] {
            let whole = Outcome(clip.path(name))
            #expect((20...21).contains(whole.frames.count))
            let bytes = try clip.bytes(name)
            try clip.write(Array(bytes.prefix(bytes.count / 2)), to: "half")
            let half = Outcome(clip.path("half"))
            #expect(half.error == nil && half.end != nil)
            #expect((5...14).contains(half.frames.count), "\(name): \(half.frames.count)")
            // All but the last ones, which the decoder may have filled in.
            for index in 0..<(half.frames.count - 2) {
                #expect(half.frames[index] == whole.frames[index], "\(name), frame \(index)")
            }
        }
    }

    /// Bits flipped at random: frames or a typed error, and always an end.
    @Test func survivesDamage() throws {
        let clip = try Clip()
        defer { clip.remove() }
        var random = SeededRandom(5)
        let good = try clip.testClip("good.mp4", size: "128x96", seconds: 1)
        try clip.make("good.mkv", "-i", "file:" + good, "-c", "copy")
        try clip.make("good.ts", "-i", "file:" + good, "-c", "copy")
        for name in ["good.mp4", "good.mkv", "good.ts"] {
            let original = try clip.bytes(name)
            for _ in 0..<12 {
                var bytes = original
                // Half of them in the first bytes, where sizes and counts are.
                for round in 0..<8 {
                    bytes[Int.random(in: 20..<(round % 2 == 0 ? 600 : bytes.count), using: &random)] = UInt8.random(
                        in: 0...255, using: &random)
                }
                try clip.write(bytes, to: "bad")
                let outcome = Outcome(clip.path("bad"))
                #expect((outcome.error == nil) == !outcome.frames.isEmpty)
                #expect(
                    outcome.error == nil || [.noFrame, .unknownFormat].contains(outcome.error?.code),
                    "\(String(describing: outcome.error))")
            }
        }
    }

    /// A size that changes on the way: later frames come in the first one's size.
    @Test func sizesThatChange() throws {
        let clip = try Clip()
        defer { clip.remove() }
        for (name, size) in [("a.ts", "320x240"), ("b.ts", "640x360"), ("c.ts", "96x512")] {
            try clip.make(name, "-f", "lavfi", "-i", "testsrc2=size=\(size):rate=25:duration=1", "-c:v", "mpeg2video")
        }
        try clip.write(clip.bytes("a.ts") + clip.bytes("b.ts") + clip.bytes("c.ts"), to: "all.ts")
        let outcome = Outcome(clip.path("all.ts"))
        #expect(outcome.error == nil && outcome.frames.count >= 8)
        #expect(outcome.frames.allSatisfy { $0.width == 320 && $0.height == 240 })
    }
}
