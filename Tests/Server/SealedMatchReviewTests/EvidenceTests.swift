import Foundation
import SealedMatchCrypto
import SealedMatchReview
import SealedMatchTestSupport
import Testing

/// Commands that give evidence, and those that misbehave.
@Suite(.serialized) struct EvidenceTests {
    private let scratch = TemporaryDirectory()

    private func outcome(
        _ script: String, note: [UInt8] = Array("note".utf8), change: (inout EvidenceCommand.Limits) -> Void = { _ in }
    ) async throws -> EvidenceCommand.Outcome {
        let path = scratch.file("command")
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(chmod(path, 0o755) == 0)
        var limits = EvidenceCommand.Limits()
        change(&limits)
        return await (try EvidenceCommand(path, limits)).picture(of: note)
    }

    private static let png = #"printf '\211PNG\r\n\032\n'; "#

    @Test func aPicture() async throws {
        guard case .picture(let picture) = try await outcome(Self.png + "cat") else { Issue.record("none"); return }
        #expect(picture.type == "image/png")
        #expect(picture.bytes == [0x89] + Array("PNG\r\n\u{1A}\nnote".utf8))
    }

    /// More than a pipe holds, both ways.
    @Test func muchOfEverything() async throws {
        let note = [UInt8](repeating: 7, count: 1 << 20)
        guard case .picture(let picture) = try await outcome(Self.png + "cat", note: note) else {
            Issue.record("none"); return
        }
        #expect(picture.bytes.count == note.count + 8)
        // One that reads nothing of it is served as well.
        guard case .picture = try await outcome(Self.png, note: note) else { Issue.record("none"); return }
    }

    @Test func nothingIsNotHeld() async throws {
        guard case .notHeld = try await outcome("cat > /dev/null") else { Issue.record("it is held"); return }
    }

    /// It has no variable of this process, and a folder of its own, which is gone afterwards.
    @Test func itsSurroundings() async throws {
        let seen = scratch.file("seen")
        _ = try await outcome(
            "/usr/bin/env > '\(seen)'; pwd >> '\(seen)'; ls -A >> '\(seen)'; echo x > left; kill -9 $$")
        let lines = try String(contentsOfFile: seen, encoding: .utf8).split(separator: "\n").map(String.init)
        // A shell sets these by itself.
        let own = ["PWD=", "_=", "SHLVL=", "OLDPWD="]
        let folder = try #require(lines.last)
        #expect(lines.dropLast().allSatisfy { line in own.contains { line.hasPrefix($0) } }, "\(lines)")
        #expect(folder.contains("sealedmatch-evidence-"))
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test(arguments: [
        ("printf '<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>'", "JPEG"),
        ("printf '<html><script>alert(1)</script>'", "JPEG"),
        ("printf 'GIF88a'", "JPEG"),
        ("printf '\\211PNG\\r\\n\\032\\n'; exit 3", "status 3"),
        ("kill -11 $$", "signal 11"),
        ("head -c 3000 /dev/zero", "more than 2048 bytes"),
        ("exec /usr/bin/tail -c +1 /dev/zero", "more than 2048 bytes"),
        ("sleep 60", "signal 9"),
        ("exec > /dev/null; sleep 60", "signal 9"),
    ])
    func misbehaviour(_ script: String, _ why: String) async throws {
        let outcome = try await outcome(script) {
            $0.bytes = 2_048
            // What waits would wait for longer than this; the others end by themselves.
            if script.contains("sleep") { $0.seconds = 1 }
        }
        guard case .failed(let said) = outcome else { Issue.record("it did not fail: \(script)"); return }
        #expect(said.contains(why), "\(script): \(said)")
    }

    @Test func memoryIsBounded() async throws {
        let script = Self.png + "exec /usr/bin/python3 -c 'len(bytearray(200 << 20))'"
        guard case .failed = try await outcome(script, change: { $0.memory = 100 }) else {
            Issue.record("it took 200 MiB of 100"); return
        }
        guard case .picture = try await outcome(script) else { Issue.record("200 MiB of 512 are too much"); return }
    }

    /// What it started ends with it: in its group, in a session of its own, left by its parent; when it ends well, when
    /// it is killed, and when it takes too long.
    @Test(arguments: [
        "sleep 300 & echo $! >> FILE; printf GIF89a",
        "setsid sh -c 'echo $$ >> FILE; exec sleep 300' & while ! test -s FILE; do :; done; printf GIF89a",
        "(setsid sh -c '(setsid sh -c \"echo \\$\\$ >> FILE; exec sleep 300\") &' &) ; while ! test -s FILE; do :; done",
        "(trap '' TERM HUP INT; setsid sh -c 'echo $$ >> FILE; exec sleep 300') & while ! test -s FILE; do :; done; kill -9 $$",
        "setsid sh -c 'echo $$ >> FILE; exec sleep 300' & sleep 60",
    ])
    func childrenEnd(_ script: String) async throws {
        let file = scratch.file("processes")
        _ = try await outcome(script.replacing("FILE", with: "'\(file)'".replacing("'", with: ""))) {
            if script.hasSuffix("sleep 60") { $0.seconds = 1 }
        }
        let numbers = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").compactMap { pid_t($0) }
        #expect(!numbers.isEmpty)
        for number in numbers { #expect(kill(number, 0) != 0 && errno == ESRCH, "\(script): \(number) is there") }
    }

    @Test func programsThatAreNone() throws {
        let path = scratch.file("program")
        #expect(throws: SealedMatchError.self) { try EvidenceCommand("program", .init()) }
        #expect(throws: SealedMatchError.self) { try EvidenceCommand(path, .init()) }
        try Data("#!/bin/sh\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(chmod(path, 0o777) == 0)
        #expect(throws: SealedMatchError.self, "others can change it") { try EvidenceCommand(path, .init()) }
        #expect(chmod(path, 0o755) == 0)
        _ = try EvidenceCommand(path, .init())
    }

    @Test(
        arguments: [
            ([0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"), (Array("GIF89a".utf8), "image/gif"),
            (Array("RIFF\u{1}\u{1}\u{1}\u{1}WEBPVP8 ".utf8), "image/webp"), (Array("RIFFabcdWAVE".utf8), nil),
            (Array("%PDF-1.7".utf8), nil), (Array("<?xml".utf8), nil), ([], nil),
        ] as [([UInt8], String?)])
    func kinds(_ bytes: [UInt8], _ type: String?) { #expect(Picture(bytes)?.type == type) }
}
