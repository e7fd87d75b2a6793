import Foundation
import Synchronization
import SealedMatchTestSupport
import Testing
import SealedMatchVideos

/// False ffmpegs: whatever the program does, the reader ends with a typed error or frames, and nothing of the program
/// is left.
@Suite struct HostileProgramTests {
    private static let header = "printf 'YUV4MPEG2 W4 H2 F4:1 Ip A1:1 Cmono\\n'"
    private static let frame = "printf 'FRAME\\nabcdefgh'"

    /// What comes of a program that never ends. On a busy machine a short limit of time may be over before the program
    /// got anywhere: then it has a longer one.
    private func timedOut(_ clip: Clip, _ script: String, arrived: (Outcome) throws -> Bool) throws -> Outcome {
        for seconds in [1, 5, 25, 125] {
            for name in try processNames(clip) { try FileManager.default.removeItem(atPath: clip.path(name)) }
            var limits = VideoLimits.small
            limits.time = .seconds(seconds)
            let outcome = Outcome(try clip.anyFile(), try clip.fake(script), limits: limits)
            #expect(outcome.cut == .timeLimit)
            // Frames that came before count; without any there is an error.
            #expect(outcome.error?.code == (outcome.frames.isEmpty ? .timeLimit : nil))
            if try arrived(outcome) { return outcome }
        }
        throw NeverArrived()
    }

    private struct NeverArrived: Error {}

    /// The directories by which scripts tell their processes' numbers.
    private func processNames(_ clip: Clip) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: clip.directory).filter { $0.hasPrefix("pid-") }
    }

    /// A process of this number is neither running nor a zombie.
    private func isGone(_ process: pid_t) -> Bool { kill(process, 0) == -1 && errno == ESRCH }

    /// The numbers that the script put into names of directories; waits for those that init reaps.
    private func processes(_ clip: Clip, allGone count: Int) throws -> Bool {
        let numbers = try processNames(clip).compactMap { pid_t($0.dropFirst(4)) }
        #expect(numbers.count == count)
        for _ in 0..<600 where !numbers.allSatisfy(isGone) { usleep(50_000) }
        return numbers.allSatisfy(isGone)
    }

    @Test func missingProgramsAreNamed() throws {
        let clip = try Clip()
        defer { clip.remove() }
        #expect { try FFmpeg(searchPath: clip.directory) } throws: {
            ($0 as? VideoError)?.code == .programMissing && "\($0)".contains("apt-get install ffmpeg")
        }
        _ = try clip.fake("exit 0")
        #expect { try FFmpeg(searchPath: clip.directory) } throws: {
            ($0 as? VideoError)?.code == .programMissing && "\($0)".contains("util-linux")
        }
        // Never from the directory one happens to be in, nor what cannot be run.
        #expect(throws: VideoError.self) { try FFmpeg(searchPath: ":.:bin") }
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: clip.path("ffmpeg"))
        let found = try FFmpeg(searchPath: clip.directory + ":/usr/bin:/bin")
        #expect(try found == FFmpeg(searchPath: "/usr/bin:/bin"))
    }

    @Test func sleepingForever() throws {
        let clip = try Clip()
        defer { clip.remove() }
        _ = try timedOut(clip, "mkdir $here/pid-$$; sleep 1000 & mkdir $here/pid-$!; wait") { _ in
            try processNames(clip).count == 2
        }
        #expect(try processes(clip, allGone: 2))
    }

    @Test func sleepingHalfWayAndAfterTheEnd() throws {
        let clip = try Clip()
        defer { clip.remove() }
        for rest in ["printf 'FRAME\\nab'", "exec >&-"] {
            let script = "\(Self.header); \(Self.frame); \(rest); mkdir $here/pid-$$; sleep 1000"
            let outcome = try timedOut(clip, script) { try processNames(clip).count == 1 && !$0.frames.isEmpty }
            #expect(outcome.frames.map(\.pixels) == [Array("abcdefgh".utf8)])
        }
    }

    @Test func deafToSignals() throws {
        let clip = try Clip()
        defer { clip.remove() }
        _ = try timedOut(clip, "trap '' INT TERM HUP PIPE; mkdir $here/pid-$$; while :; do sleep 1; done") { _ in
            try processNames(clip).count == 1
        }
        #expect(try processes(clip, allGone: 1))
    }

    @Test func processorTime() throws {
        let clip = try Clip()
        defer { clip.remove() }
        var limits = VideoLimits.small
        limits.processorSeconds = 1
        let outcome = Outcome(try clip.anyFile(), try clip.fake("while :; do :; done"), limits: limits)
        #expect(outcome.error?.code == .processorLimit, "\(String(describing: outcome.error))")
    }

    @Test(arguments: [
        "", "echo", "head -c 100000 /dev/urandom", "printf 'YUV4MPEG2 W4 H2 F4:1 Cmono'",
        "printf 'YUV4MPEG W4 H2 F4:1 Cmono\\n'", "printf 'YUV4MPEG2 W4 H2 F5:1 Cmono\\n'",
        "printf 'YUV4MPEG2 W4 H2 F4:1 C420jpeg\\n'", "printf 'YUV4MPEG2 W4 H2 F4:1\\n'",
        "printf 'YUV4MPEG2 W4 W4 H2 F4:1 Cmono\\n'", "printf 'YUV4MPEG2 W+4 H2 F4:1 Cmono\\n'",
        "printf 'YUV4MPEG2 W0 H2 F4:1 Cmono\\n'", "printf 'YUV4MPEG2 W513 H2 F4:1 Cmono\\n'",
        "printf 'YUV4MPEG2 W99999999999999999999 H2 F4:1 Cmono\\n'", "printf 'YUV4MPEG2 W H2 F4:1 Cmono\\n'",
        "printf 'YUV4MPEG2 W4 H2 F4:1 Cmono\\nFRAMEabcdefgh'",
        "printf 'YUV4MPEG2 W4 H2 F4:1 Cmono\\nFRAME Ip\\nabcdefgh'",
        "printf 'YUV4MPEG2 W4 H2 F4:1 Cmono\\nFRAME\\nabc'", "cat /dev/zero", "yes",
    ])
    func garbage(_ script: String) throws {
        let clip = try Clip()
        defer { clip.remove() }
        let outcome = Outcome(try clip.anyFile(), try clip.fake(script))
        #expect(outcome.error?.code == (script.isEmpty ? .noFrame : .badOutput), "\(String(describing: outcome.error))")
    }

    @Test func garbageAfterFrames() throws {
        let clip = try Clip()
        defer { clip.remove() }
        for (rest, code) in [
            ("echo x", VideoError.Code.badOutput), ("printf 'FRAME\\nabc'", .badOutput), ("exit 1", .decoderFailed),
            ("kill -SEGV $$", .decoderFailed),
        ] {
            let outcome = Outcome(
                try clip.anyFile(), try clip.fake("\(Self.header); \(Self.frame); \(Self.frame); \(rest)"))
            #expect(outcome.error == nil && outcome.cut == code && outcome.frames.count == 2, "\(rest)")
        }
        let failed = Outcome(try clip.anyFile(), try clip.fake("printf 'first\\nno \\033[31mreason\\n' >&2; exit 3"))
        #expect(failed.error?.code == .noFrame && failed.error?.detail == "exit code 3: first; no ?[31mreason")
    }

    /// Frames without end are counted, complaints without end are not kept, and neither waits for the other.
    @Test func withoutEnd() throws {
        let clip = try Clip()
        defer { clip.remove() }
        let frames = Outcome(
            try clip.anyFile(), try clip.fake("\(Self.header); mkdir $here/pid-$$; while :; do \(Self.frame); done"))
        #expect(frames.error == nil && frames.cut == .frameLimit && frames.frames.count == VideoLimits.small.frames)
        #expect(try processes(clip, allGone: 1))
        _ = try timedOut(clip, "mkdir $here/pid-$$; yes complaint >&2") { _ in try processNames(clip).count == 1 }
        // More than a pipe holds, before the first frame and after the last.
        let much = Outcome(
            try clip.anyFile(),
            try clip.fake(
                "head -c 1000000 /dev/zero >&2; \(Self.header); \(Self.frame); head -c 1000000 /dev/zero >&2; echo the end >&2; exit 9"
            ))
        #expect(much.frames.count == 1 && much.cut == .decoderFailed)
        guard case .cut(let error) = much.end else { return }
        #expect(error.detail.hasSuffix("the end") && error.detail.utf8.count < 600)
    }

    @Test func stoppingEarlyLeavesNothing() throws {
        let clip = try Clip()
        defer { clip.remove() }
        let fake = try clip.fake("\(Self.header); mkdir $here/pid-$$; while :; do \(Self.frame); done")
        var reader: VideoReader? = try VideoReader(
            VideoFile(path: clip.anyFile()), ffmpeg: fake, sampling: VideoSampling(rate: 4, longestSide: 512))
        #expect(try reader?.next() != nil)
        reader = nil
        #expect(try processes(clip, allGone: 1))
    }

    @Test func interruption() throws {
        let clip = try Clip()
        defer { clip.remove() }
        let asked = Atomic<Int>(0)
        let outcome = Outcome(
            try clip.anyFile(), try clip.fake("\(Self.header); \(Self.frame); mkdir $here/pid-$$; sleep 1000")
        ) { asked.add(1, ordering: .relaxed).newValue > 5 }
        #expect(outcome.error?.code == .interrupted && outcome.frames.count <= 1)
        for name in try processNames(clip) { #expect(isGone(pid_t(name.dropFirst(4)) ?? 1)) }
    }

    /// The program gets three descriptors, no variable but two, default signals, and may write no file and no core.
    @Test func surroundings() throws {
        let clip = try Clip()
        defer { clip.remove() }
        // This process has more variables than it gives away; the shell makes some of its own.
        #expect(
            Set(ProcessInfo.processInfo.environment.keys).subtracting(["PATH", "LC_ALL", "PWD", "OLDPWD", "SHLVL", "_"])
                .isEmpty == false)
        let script = """
            trap '' XFSZ
            mkdir "$here/descriptors-$(ls -m /proc/self/fd | tr -d ' ,')"
            mkdir "$here/variables-$(env | cut -d= -f1 | grep -vx -e PWD -e OLDPWD -e SHLVL -e _ | sort | tr '\n' ' ')" "$here/core-$(ulimit -c)" "$here/files-$(ulimit -f)" "$here/locale-$LC_ALL"
            mkdir "$here/ignored-$(awk '/^SigIgn/ { print $2 }' /proc/self/status)"
            (echo x > "$here/written") 2> /dev/null
            exit 1
            """
        signal(SIGUSR2, SIG_IGN)
        _ = Outcome(try clip.anyFile(), try clip.fake(script))
        signal(SIGUSR2, SIG_DFL)
        let names = Set(try FileManager.default.contentsOfDirectory(atPath: clip.directory))
        // Number 3 is the directory that `ls` reads.
        #expect(
            names.isSuperset(of: ["descriptors-0123", "variables-LC_ALL PATH ", "core-0", "files-0", "locale-C"]),
            "\(names)")
        // SIGXFSZ alone, bit 24, which the script ignores itself; bits 31 and 32 are the C library's own.
        let ignored = try #require(
            names.first { $0.hasPrefix("ignored-") }.flatMap { UInt64($0.dropFirst(8), radix: 16) })
        #expect(ignored & ~(3 << 31) == 1 << 24)
        #expect(try clip.bytes("written").isEmpty)
    }

    /// A messenger has many descriptors open, more than the decoder may have: they are closed for it before they can
    /// count. And none of them is inherited, also if nobody marked it.
    @Test func startsFromAProcessFullOfDescriptors() throws {
        let clip = try Clip()
        defer { clip.remove() }
        let file = try clip.testClip()
        let plain = open(file, O_RDONLY)
        defer { close(plain) }
        let many = (0..<200).map { _ in dup(plain) }
        defer { for descriptor in many { close(descriptor) } }
        try #require(many.allSatisfy { $0 >= 0 } && many.max()! > 100)
        #expect(Outcome(file).frames.count == 8)
        // Number 3 is the directory that `ls` reads.
        _ = Outcome(
            try clip.anyFile(), try clip.fake("mkdir \"$here/descriptors-$(ls -m /proc/self/fd | tr -d ' ,')\"; exit 1")
        )
        #expect(try FileManager.default.contentsOfDirectory(atPath: clip.directory).contains("descriptors-0123"))
    }

    /// Hundreds of readers, some dropped early, leave no descriptor open. Other tests run meanwhile, so a few more
    /// pipes are none of ours.
    @Test func descriptorsAreClosed() throws {
        let clip = try Clip()
        defer { clip.remove() }
        let file = try clip.anyFile()
        let fake = try clip.fake("\(Self.header); \(Self.frame); exit 1")
        let before = try openDescriptors(of: "pipe:").count
        for round in 0..<150 {
            var reader = try VideoReader(
                VideoFile(path: file), ffmpeg: fake, sampling: VideoSampling(rate: 4, longestSide: 512))
            if round % 2 == 0 { while try reader.next() != nil {} }
        }
        #expect(try openDescriptors(of: clip.directory).isEmpty)
        #expect(try openDescriptors(of: "pipe:").count < before + 75)
    }
}
