import Foundation
import Testing

/// The commands with videos.
@Suite(.serialized) struct VideoToolTests {
    /// Two seconds that move, with a whistle, by the real ffmpeg.
    private func makeClip(_ tool: Tool, _ name: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=2", "-f", "lavfi", "-i", "sine=duration=2"]
            + ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "file:" + tool.file(name)]
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// An environment in which ffmpeg is this script.
    private func environment(_ tool: Tool, ffmpeg script: String) throws -> [String: String] {
        try FileManager.default.createDirectory(atPath: tool.file("bin"), withIntermediateDirectories: true)
        try tool.write("#!/bin/sh\nhere='\(tool.directory)'\n\(script)\n", to: "bin/ffmpeg")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tool.file("bin/ffmpeg"))
        return ["PATH": tool.file("bin") + ":/usr/bin:/bin"]
    }

    @Test func fingerprintsVideosByContent() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try makeClip(tool, "clip.mp4")
        try FileManager.default.moveItem(atPath: tool.file("clip.mp4"), toPath: tool.file("-note.txt"))
        let printed = try tool.run("fingerprint", "--json", "--", "-note.txt")
        #expect(printed.status == 0 && printed.errors.isEmpty, "\(printed.errors)")
        #expect(printed.output.contains("\"videoFrames\":16") && printed.output.contains("\"videoMilliseconds\":1875") && !printed.output.contains("videoCut"))
        // The whole file's SHA-256, as for any file.
        let sum = try tool.run("fingerprint", "--json", "--", "-note.txt").output
        try tool.write(tool.bytes("-note.txt") + [0], to: "other.mp4")
        #expect(try tool.run("fingerprint", "--json", "other.mp4").output.contains("\"videoFrames\":16"))
        #expect(try tool.run("fingerprint", "--json", "other.mp4").output.split(separator: "sha256").last != sum.split(separator: "sha256").last)
    }

    /// Half a video, sound alone, and text that calls itself a video.
    @Test func oddFilesAreFiles() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try makeClip(tool, "clip.mp4")
        let clip = try tool.bytes("clip.mp4")
        try tool.write(Array(clip.prefix(clip.count / 2)), to: "half.mp4")
        try tool.write("no video", to: "text.mp4")
        try tool.write(Array("OggS".utf8), to: "voice.ogg")
        for name in ["half.mp4", "voice.ogg"] {
            let printed = try tool.run("fingerprint", name)
            #expect(printed.status == 0 && printed.output.contains("sha256 ") && printed.errors.contains("no frame could be decoded"), "\(name): \(printed.errors)")
        }
        let text = try tool.run("fingerprint", "text.mp4")
        #expect(text.status == 0 && text.output.contains("sha256 ") && text.errors.isEmpty)
        #expect(try tool.run("fingerprint", "missing.mp4").status == 66)
    }

    @Test func saysWhatToInstall() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try makeClip(tool, "clip.mp4")
        try tool.write("just text", to: "note.txt")
        let process = try tool.start(["fingerprint", "note.txt", "clip.mp4"])
        process.environment = ["PATH": tool.directory]
        let printed = try tool.finish(process)
        #expect(printed.status == 69 && printed.output.contains("note.txt") && printed.errors.contains("apt-get install ffmpeg"))
    }

    /// Frames that came before something went wrong count, and the tool says so.
    @Test func tellsOfCuts() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try makeClip(tool, "clip.mp4")
        let process = try tool.start(["fingerprint", "--json", "clip.mp4"])
        process.environment = try environment(tool, ffmpeg: "printf 'YUV4MPEG2 W4 H2 F8:1 Cmono\\nFRAME\\nabcdefgh'; exit 1")
        let printed = try tool.finish(process)
        #expect(printed.status == 0 && printed.output.contains("\"videoFrames\":1") && printed.output.contains("\"videoCut\":\"the decoder failed"))
        #expect(printed.errors.contains("the first 1 frames count"))
    }

    /// Ctrl-C or a polite kill while a decoder hangs: the tool ends as interrupted, and the decoder with it.
    @Test(arguments: [SIGINT, SIGTERM])
    func interruptionEndsTheDecoder(_ signal: Int32) throws {
        let tool = try Tool()
        defer { tool.remove() }
        try makeClip(tool, "clip.mp4")
        let process = try tool.start(["fingerprint", "clip.mp4"])
        process.environment = try environment(tool, ffmpeg: "trap '' INT TERM; mkdir $here/pid-$$; while :; do sleep 1; done")
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        var decoder: pid_t?
        for _ in 0..<600 where decoder == nil {
            usleep(50_000)
            decoder = try FileManager.default.contentsOfDirectory(atPath: tool.directory).first { $0.hasPrefix("pid-") }.flatMap { pid_t($0.dropFirst(4)) }
        }
        let running = try #require(decoder)
        #expect(kill(running, 0) == 0)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        #expect(kill(running, 0) == -1 && errno == ESRCH)
    }
}
