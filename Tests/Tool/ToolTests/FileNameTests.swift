import Foundation
import Testing

/// Names are bytes: what is no UTF-8 names a file like any other.
@Suite struct FileNameTests {
    @Test func filesWithSuchNamesAreFound() throws {
        let tool = try Tool()
        defer { tool.remove() }
        // `Process` takes texts alone, so a shell makes the names.
        let script = """
            for name in 'bad\\351.txt' 'bad\\350.txt' 'good.txt' 'half\\303.txt' 'private\\364\\217\\272\\200.txt' \\
                'two\\nlines\\033[7m.txt' 'ümläut.txt'; do printf abc > "$(printf "$name")"; done
            exec "$0" fingerprint *.txt
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, try Tool.executable.path]
        process.currentDirectoryURL = URL(fileURLWithPath: tool.directory)
        let printed = try tool.finish(process)
        #expect(printed.status == 0, "\(printed.errors)")
        let lines = printed.output.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("sha256 ba7816bf") }.count == 7)
        #expect(lines.count == 14, "one line for each name")
        for name in ["bad\\xe9.txt", "bad\\xe8.txt", "half\\xc3.txt", "two\\x0alines\\x1b[7m.txt", "ümläut.txt"] {
            #expect(lines.contains { $0.contains(name) }, "\(name)")
        }
    }

    /// The limit of a picture's file is none of other files'.
    @Test func largeFilesHaveADigest() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write([], to: "large.bin")
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: tool.file("large.bin")))
        try handle.truncate(atOffset: 65 << 20)
        try handle.close()
        let printed = try tool.run("fingerprint", "large.bin")
        // SHA-256 of 65 MiB of zeros, by sha256sum.
        let digest = "25631f11bd18756ec0029380ec886af0c8824dc6b2706bbdb1d9451c7cf45f42"
        #expect(printed.status == 0 && printed.output.contains("sha256 \(digest)"), "\(printed.errors)")
    }
}
