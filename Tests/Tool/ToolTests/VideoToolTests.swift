import Foundation
import SealedMatchPictures
import SealedMatchTestSupport
import Testing

/// The commands with videos.
@Suite(.serialized) struct VideoToolTests {
    /// Two seconds that move, with a whistle, by the real ffmpeg.
    private func makeClip(_ tool: Tool, _ name: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i",
                "testsrc2=size=320x180:rate=25:duration=2", "-f", "lavfi", "-i", "sine=duration=2",
            ]
            + [
                "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac",
                "file:" + tool.file(name),
            ]
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// An environment in which ffmpeg is this script.
    private func environment(_ tool: Tool, ffmpeg script: String) throws -> [String: String] {
        try FileManager.default.createDirectory(atPath: tool.file("bin"), withIntermediateDirectories: true)
        try writeScript("here='\(tool.directory)'\n\(script)", to: tool.file("bin/ffmpeg"))
        return ["PATH": tool.file("bin") + ":/usr/bin:/bin"]
    }

    @Test func fingerprintsVideosByContent() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try makeClip(tool, "clip.mp4")
        try FileManager.default.moveItem(atPath: tool.file("clip.mp4"), toPath: tool.file("-note.txt"))
        let printed = try tool.run("fingerprint", "--json", "--", "-note.txt")
        #expect(printed.status == 0 && printed.errors.isEmpty, "\(printed.errors)")
        #expect(
            printed.output.contains("\"videoFrames\":16") && printed.output.contains("\"videoMilliseconds\":1875")
                && !printed.output.contains("videoCut"))
        // The whole file's SHA-256, as for any file.
        let sum = try tool.run("fingerprint", "--json", "--", "-note.txt").output
        try tool.write(tool.bytes("-note.txt") + [0], to: "other.mp4")
        #expect(try tool.run("fingerprint", "--json", "other.mp4").output.contains("\"videoFrames\":16"))
        #expect(
            try tool.run("fingerprint", "--json", "other.mp4").output.split(separator: "sha256").last
                != sum.split(separator: "sha256").last)
    }

    /// A JPEG whose first segment looks like a film's index is a picture all the same.
    @Test func picturesComeFirst() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let jpeg = try DecodedPicture(
            width: 64, height: 64, pixels: (0..<64 * 64 * 3).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
        ).jpeg(quality: 90)
        try tool.write(jpeg, to: "plain.jpg")
        try tool.write(
            [0xFF, 0xD8, 0xFF, 0xEF] + Array("moov".utf8) + [UInt8](repeating: 0, count: 0x6D6F - 4)
                + jpeg.dropFirst(2), to: "index.jpg")
        let plain = try tool.run("fingerprint", "plain.jpg").output.split(separator: "\n").last
        let printed = try tool.run("fingerprint", "index.jpg")
        #expect(
            printed.output.contains("pdq ") && printed.output.split(separator: "\n").last == plain,
            "\(printed.output) \(printed.errors)")
    }

    /// A box of padding or of somebody's notes may come before the others.
    @Test(arguments: ["skip", "free", "uuid", "udta", "wide", "junk", "PICT"])
    func leadingBoxesAreVideos(_ kind: String) throws {
        let tool = try Tool()
        defer { tool.remove() }
        try makeClip(tool, "clip.mp4")
        let clip = try tool.bytes("clip.mp4")
        let box: [UInt8] = [0, 0, 0, 24] + Array(kind.utf8) + [UInt8](repeating: 7, count: 16)
        // A fragmented file needs no offsets; this one has them, so the box's bytes come off the video's data.
        try tool.write(box + clip, to: "led.mp4")
        let printed = try tool.run("fingerprint", "--json", "led.mp4")
        #expect(printed.status == 0, "\(printed.errors)")
        // Taken to the decoder: either frames, or a note that there are none.
        #expect(
            printed.output.contains("\"videoFrames\"") || printed.errors.contains("no frame could be decoded"),
            "\(printed.output) \(printed.errors)")
        try tool.write("I'm \(kind), as a text may say", to: "text.txt")
        let text = try tool.run("fingerprint", "text.txt")
        #expect(text.output.contains("sha256 ") && text.errors.isEmpty)
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
            #expect(
                printed.status == 0 && printed.output.contains("sha256 ")
                    && printed.errors.contains("no frame could be decoded"), "\(name): \(printed.errors)")
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
        #expect(
            printed.status == 69 && printed.output.contains("note.txt")
                && printed.errors.contains("apt-get install ffmpeg"))
    }

    /// Frames that came before something went wrong count, and the tool says so.
    @Test func tellsOfCuts() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try makeClip(tool, "clip.mp4")
        let process = try tool.start(["fingerprint", "--json", "clip.mp4"])
        process.environment = try environment(
            tool, ffmpeg: "printf 'YUV4MPEG2 W4 H2 F8:1 Cmono\\nFRAME\\nabcdefgh'; exit 1")
        let printed = try tool.finish(process)
        #expect(
            printed.status == 0 && printed.output.contains("\"videoFrames\":1")
                && printed.output.contains("\"videoCut\":\"the decoder failed"))
        #expect(printed.errors.contains("the first 1 frames count"))
    }

    /// Ctrl-C or a polite kill while a decoder hangs: the tool ends as interrupted, and the decoder with it.
    @Test(arguments: [SIGINT, SIGTERM])
    func interruptionEndsTheDecoder(_ signal: Int32) throws {
        let tool = try Tool()
        defer { tool.remove() }
        try makeClip(tool, "clip.mp4")
        let process = try tool.start(["fingerprint", "clip.mp4"])
        process.environment = try environment(
            tool, ffmpeg: "trap '' INT TERM; mkdir $here/pid-$$; while :; do sleep 1; done")
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        var decoder: pid_t?
        for _ in 0..<600 where decoder == nil {
            usleep(50_000)
            decoder = try FileManager.default.contentsOfDirectory(atPath: tool.directory).first { $0.hasPrefix("pid-") }
                .flatMap { pid_t($0.dropFirst(4)) }
        }
        let running = try #require(decoder)
        #expect(kill(running, 0) == 0)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        #expect(kill(running, 0) == -1 && errno == ESRCH)
    }

    /// Twelve known videos and 24 known pictures; one account sends the pictures and changed copies of the videos.
    @Test func videosCountAsPicturesDo() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let films = try Films(tool)
        var list: [String] = []
        for film in 0..<12 {
            try films.make(film, "film\(film).mp4")
            try films.copy("film\(film).mp4", "copy\(film).mkv", film)
            let printed = try tool.run("fingerprint", "film\(film).mp4")
            let line = try #require(
                printed.output.split(separator: "\n").first { $0.hasPrefix("video ") },
                "\(printed.output) \(printed.errors)")
            // Three shots, and none of them twice.
            #expect((2...8).contains(line.split(separator: " ").count - 1))
            list.append(String(line))
        }
        for picture in 0..<24 {
            try films.still(picture, "picture\(picture).png")
            list.append(try tool.run("fingerprint", "picture\(picture).png").output)
        }
        var random = SeededRandom(9)
        list += (0..<1_100).map { _ in random.bytes(32).map { String(format: "%02x", $0) }.joined() }
        for name in ["alice", "bob"] {
            // Bob names each video's companions from the other end.
            let own = list.map { line in
                let fields = line.split(separator: " ")
                return name == "alice" || fields.first != "video"
                    ? line : (fields.prefix(2) + fields.dropFirst(2).reversed()).joined(separator: " ")
            }
            try tool.write(own.joined(separator: "\n") + "\n", to: "\(name).txt")
            #expect(try tool.run("keygen", "\(name).key").status == 0)
        }
        let sources = ["--source", "alice.key.pub=alice.txt", "--source", "bob.key.pub=bob.txt"]
        let built = try tool.run(["set", "build"] + sources + ["--threshold", "30", "-o", "known.smset"])
        #expect(built.status == 0, "\(built.errors)")
        for name in ["alice", "bob"] {
            #expect(
                try tool.run(
                    "set", "sign", "known.smset", "--key", "\(name).key", "--package", "known.smset.audit", "--list",
                    "\(name).key.pub=\(name).txt", "--known", "alice.key.pub", "bob.key.pub"
                ).status == 0)
        }
        let media = (0..<24).map { "picture\($0).png" } + (0..<12).map { "copy\($0).mkv" }
        let sealed = try tool.run(
            [
                "seal", "--set", "known.smset", "--trust", "alice.key.pub", "bob.key.pub", "--account", "carol",
                "--client", "carol", "--upload", "up", "--window", "0",
            ] + media)
        #expect(sealed.status == 0, "\(sealed.errors)")
        // A video's voucher has a picture's size.
        let sizes = try FileManager.default.contentsOfDirectory(atPath: tool.file("up")).filter {
            $0.hasSuffix(".voucher")
        }.map { try tool.bytes("up/" + $0).count }
        #expect(sizes.count == 36 && Set(sizes).count == 1)
        let collected = try tool.run(
            "collect", "--database", "collector.sqlite", "--account", "carol", "--set", "known.smset", "--keep", "up")
        #expect(collected.status == 0, "\(collected.errors)")
        let authority = ["--database", "collector.sqlite", "--authority", "authority.sqlite"]
        #expect(
            try tool.run(["open", "--first-run", "--set", "known.smset"] + authority).output.contains(
                "opened 36 vouchers"))
        let revealed = try tool.run(
            ["reveal", "--set", "known.smset"] + authority + [
                "--list", "alice.key.pub=alice.txt", "--list", "bob.key.pub=bob.txt", "--cases", "cases", "--force",
                "--json",
            ])
        #expect(revealed.output.contains("\"revealed\":true"), "\(revealed.output) \(revealed.errors)")
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: tool.file("cases")).first { $0.hasSuffix(".json") })
        let opened = try JSONDecoder().decode(Case.self, from: Data(tool.bytes("cases/" + name)))
        let pictures = opened.matches.filter { $0.fingerprintKind == "pdq" }
        let videos = opened.matches.filter { $0.fingerprintKind == "video" }
        #expect(
            pictures.count == 24 && pictures.allSatisfy { $0.finding == "key" && $0.distance == 0 },
            "\(pictures.count) pictures, \(built.output)")
        // The copies are cut, smaller, slower and coarser; their shots are still. One may miss.
        #expect(
            (11...12).contains(videos.count) && videos.allSatisfy { ["key", "near"].contains($0.finding) },
            "\(videos.count) videos")
        // Both sources list each, in lines of their own: one entry, whichever picture of a video was compared.
        #expect(
            opened.listedEntryCount == opened.matches.count && opened.matches.allSatisfy { $0.sources.count == 2 },
            "\(opened.listedEntryCount) entries")
    }

    private struct Case: Decodable {
        let matches: [Match]
        let listedEntryCount: Int
        struct Match: Decodable {
            let voucherID: String
            let fingerprintKind: String
            let finding: String
            let distance: Int?
            let sources: [String]
        }
    }

    /// Films of the package's photographs: three shots of a second and a half, of which two pan slowly.
    private struct Films {
        let tool: Tool
        let photographs: [String]

        init(_ tool: Tool) throws {
            self.tool = tool
            let directory = try #require(
                ProcessInfo.processInfo.environment["SEALEDMATCH_PICTURES"],
                "SEALEDMATCH_PICTURES names the photographs; `make test` sets it")
            let files = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".jpg") }
                .sorted()
            try #require(files.count >= 15)
            photographs = files.prefix(15).map { tool.file("small-" + $0) }
            for (file, small) in zip(files, photographs) {
                try ffmpeg("-i", "file:" + directory + "/" + file, "-vf", "scale=720:-2", "file:" + small)
            }
        }

        /// Each part of a photograph is in one film only.
        func make(_ film: Int, _ name: String) throws {
            var inputs: [String] = []
            var filters: [String] = []
            for shot in 0..<3 {
                let place = 3 * film + shot
                inputs += ["-loop", "1", "-t", "1.5", "-i", "file:" + photographs[place % 15]]
                let (x, y) = [("0", "0"), ("in_w-out_w", "in_h-out_h"), ("0", "in_h-out_h")][place / 15]
                let pan = shot == 1 ? "" : (x == "0" ? "+" : "-") + "16*t"
                filters.append(
                    "[\(shot)]crop=in_w/2:in_h/2:'\(x)\(pan)':'\(y)',fps=25,scale=360:240,setsar=1[\(shot)s]")
            }
            try ffmpeg(
                inputs + ["-filter_complex", filters.joined(separator: ";") + ";[0s][1s][2s]concat=n=3:v=1"]
                    + [
                        "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p",
                        "file:" + tool.file(name),
                    ])
        }

        /// Cut at one end or both, 240 pixels wide, at another rate, coarser, in another container.
        func copy(_ film: String, _ name: String, _ number: Int) throws {
            let (start, length) = [("0", "3.4"), ("0.9", "9"), ("0.6", "3.3"), ("0", "9")][number % 4]
            try ffmpeg(
                [
                    "-ss", start, "-t", length, "-i", "file:" + tool.file(film), "-vf", "scale=240:-2", "-r",
                    ["15", "24", "30"][number % 3],
                ]
                    + ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "28", "file:" + tool.file(name)])
        }

        /// The fourth quarters of 14 photographs, which no film shows, and whole ones. (The last one's quarter is
        /// flat.)
        func still(_ number: Int, _ name: String) throws {
            let part = number < 14 ? "crop=in_w/2:in_h/2:in_w/2:0" : "copy"
            try ffmpeg("-i", "file:" + photographs[number % 14], "-vf", part, "file:" + tool.file(name))
        }

        private func ffmpeg(_ arguments: String...) throws { try ffmpeg(arguments) }

        private func ffmpeg(_ arguments: [String]) throws {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y"] + arguments
            process.standardInput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0, "ffmpeg \(arguments)")
        }
    }
}
