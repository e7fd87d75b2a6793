import Foundation
import SealedMatchTestSupport
import Testing

/// What the tool prints, to whoever listens, and about whatever names.
@Suite(.serialized) struct OutputTests {
    /// Runs a line of the shell, `$T` the tool.
    private func shell(_ tool: Tool, _ line: String) throws -> Tool.Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = URL(fileURLWithPath: tool.directory)
        process.environment = ProcessInfo.processInfo.environment.merging(["T": try Tool.executable.path]) { $1 }
        process.standardInput = FileHandle.nullDevice
        return try tool.finish(process)
    }

    @Test(arguments: [
        "fingerprint note.txt", "fingerprint --json note.txt", "--help", "help seal", "keygen new",
        "list variants l.txt",
        "--generate-completion-script bash",
    ]) func outputThatCannotBeWritten(command: String) throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write("text", to: "note.txt")
        try tool.write(String(repeating: "5a", count: 32), to: "l.txt")
        let full = try shell(tool, "\"$T\" \(command) > /dev/full")
        #expect(full.status == 66 && !full.wasKilled)
        #expect(full.errors.contains("standard output: No space left on device"), "\(full.errors)")
        #expect(full.errors.split(separator: "\n").filter { $0.hasPrefix("sealedmatch") }.count == 1)
        #expect(!full.errors.contains("crash") && !full.errors.contains("rax"))
        try? FileManager.default.removeItem(atPath: tool.file("new"))
        try? FileManager.default.removeItem(atPath: tool.file("new.pub"))
        let closed = try shell(tool, "\"$T\" \(command) >&-")
        #expect(closed.status == 66 && closed.errors.contains("standard output: Bad file descriptor"))
        // Nobody reads, and SIGPIPE is ignored: the end, without a word.
        let unread = try shell(
            tool, "trap '' PIPE; exec 3> >(exec true); sleep 0.3; \"$T\" \(command.replacing("new", with: "other")) >&3"
        )
        #expect(unread.status == 141 && !unread.wasKilled, "\(unread.errors)")
        #expect(!unread.errors.contains("sealedmatch:") && !unread.errors.contains("crash"))
    }

    /// Closed standard streams: no message and no result gets into a file that the tool opens.
    @Test func closedStreams() throws {
        let tool = try Tool()
        defer { tool.remove() }
        #expect(try shell(tool, "\"$T\" keygen key <&- >&- 2>&-").status == 66)
        #expect(try tool.bytes("key").count == 93 && tool.bytes("key.pub").count == 86)
        try tool.write("text", to: "note.txt")
        #expect(try shell(tool, "\"$T\" fingerprint missing note.txt 2>&-").status == 66)
        #expect(try tool.bytes("note.txt") == Array("text".utf8))
        #expect(try shell(tool, "\"$T\" fingerprint missing 2>/dev/full").status == 66)
        // An error's line does not land in a client's lock file.
        try FileManager.default.createDirectory(atPath: tool.file("client"), withIntermediateDirectories: true)
        _ = try shell(
            tool, "\"$T\" seal --set x --trust key.pub --account a --client client --upload up note.txt <&- >&- 2>&-")
        for name in try FileManager.default.contentsOfDirectory(atPath: tool.file("client")) {
            #expect(try tool.bytes("client/" + name).isEmpty, "\(name)")
        }
    }

    @Test func fileNamesWriteNoLines() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let hash = String(repeating: "5a", count: 32)
        let names = [
            "a\n\(hash)\n.txt", "b\r\(hash)\r.txt", "c\u{1B}[31mred\u{7}.txt", "d\u{9B}31m.txt", "e\u{202E}gpj.txt",
            "f\\n.txt", "g\u{2028}\(hash).txt", "h\u{7F}.txt", " i.txt", "#j.txt",
        ]
        for name in names { try tool.write("content", to: name) }
        let printed = try tool.run(["fingerprint", "--"] + names)
        #expect(printed.status == 0, "\(printed.errors)")
        #expect(printed.output.split(whereSeparator: \.isNewline).count == 2 * names.count)
        let shows = printed.output.unicodeScalars.allSatisfy {
            $0 == "\n" || ![.control, .format, .lineSeparator].contains($0.properties.generalCategory)
        }
        #expect(shows, "\(printed.output.debugDescription)")
        #expect(printed.output.contains("\\x1b[31mred") && printed.output.contains("f\\\\n.txt"))
        // As a list it holds what was printed for the files, and nothing of their names.
        try tool.write(printed.output, to: "list.txt")
        let variants = try tool.run("list", "variants", "list.txt")
        #expect(variants.errors.contains("0 hashes with variants, \(names.count) of bytes"), "\(variants.errors)")
        // JSON says the whole name, in characters that show.
        let json = try tool.run(["fingerprint", "--json", "--"] + names)
        let lines = json.output.split(separator: "\n")
        #expect(lines.count == names.count && json.output.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
        for (line, name) in zip(lines, names) {
            let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(row?["file"] as? String == name)
        }
        // Errors, of the tool and of what reads its arguments.
        for arguments in [["fingerprint", "no\u{1B}[2J\nfile"], ["--no\u{1B}[2J"], ["keygen", "no\u{1B}/x\r"]] {
            let refused = try tool.run(arguments)
            #expect(refused.status != 0 && !refused.errors.isEmpty)
            #expect(!refused.errors.contains("\u{1B}") && !refused.errors.contains("\r"))
        }
        // However long a name is, its comment stays a line that a list takes.
        let deep = (0..<15).map { _ in String(repeating: "\u{1}", count: 200) }.joined(separator: "/")
        try FileManager.default.createDirectory(atPath: tool.file(deep), withIntermediateDirectories: true)
        try tool.write("content", to: deep + "/x")
        let long = try tool.run("fingerprint", deep + "/x")
        #expect(long.status == 0 && long.output.split(separator: "\n").allSatisfy { $0.utf8.count < 4_096 })
    }

    @Test func fingerprintGoesOn() throws {
        let tool = try Tool()
        defer { tool.remove() }
        for name in ["a.txt", "b.txt"] { try tool.write(name, to: name) }
        try tool.write([0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 2, 3], to: "bad.jpg")
        let printed = try tool.run("fingerprint", "a.txt", "bad.jpg", "b.txt")
        #expect(printed.status == 65 && printed.output.split(separator: "\n").count == 4)
        #expect(printed.errors.contains("bad.jpg") && printed.errors.contains("1 of 3 files"))
        // The worst code, whatever the order.
        for files in [["missing", "bad.jpg", "b.txt"], ["bad.jpg", "b.txt", "missing"]] {
            let worst = try tool.run(["fingerprint"] + files)
            #expect(worst.status == 66 && worst.output.contains("b.txt") && worst.errors.contains("2 of 3 files"))
        }
        #expect(try tool.run("fingerprint", "missing").errors.contains("1 of 1 file;"))
        // The system's reason is said.
        #expect(try tool.run("set", "inspect", "missing").errors.contains("No such file or directory"))
    }

    @Test func listsAreReadAsPeopleSaveThem() throws {
        let tool = try Tool()
        defer { tool.remove() }
        func variants(_ text: [UInt8], _ more: String...) throws -> Tool.Result {
            try tool.write(text, to: "list.txt")
            return try tool.run(["list", "variants", "list.txt"] + more)
        }
        var random = SeededRandom(7)
        let hashes = (0..<12).map { _ in random.bytes(32).map { String(format: "%02x", $0) }.joined() }
        for end in ["\n", "\r", "\r\n"] {
            let read = try variants([0xEF, 0xBB, 0xBF] + Array(hashes.joined(separator: end).utf8))
            #expect(read.status == 0 && read.errors.contains("12 hashes with variants"), "\(read.errors)")
        }
        let joined = try variants(Array(hashes.joined(separator: ",").utf8))
        #expect(joined.status == 65 && joined.errors.contains("list.txt:1: a second hash"))
        let wide = try variants(Array(hashes.joined(separator: "\r\n").utf16.flatMap { [UInt8($0 & 0xFF), 0] }))
        #expect(wide.status == 65 && wide.errors.contains("UTF-16"))
        #expect(try variants([0x1F, 0x8B, 8, 0], "--skip-bad-lines").errors.contains("gzip"))
        let sums = try variants(Array("\(hashes[0])  name.jpg\n\(hashes[1]),7\n".utf8))
        #expect(sums.status == 0 && sums.errors.contains("list.txt:1: warning: 1 line like sha256sum's output"))
        #expect(sums.errors.contains("list.txt:2: warning: 1 line left out for low quality"))
        // A header of a table: named, and skipped where it is said.
        let table = Array("hash,quality,file\n\(hashes[0]),90,a.jpg\n".utf8)
        #expect(try variants(table).errors.contains("list.txt:1:"))
        let skipped = try variants(table, "--skip-bad-lines")
        #expect(skipped.status == 0 && skipped.errors.contains("list.txt:1: warning: 1 bad line skipped"))
    }
}
