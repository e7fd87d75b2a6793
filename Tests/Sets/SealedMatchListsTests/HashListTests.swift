import SealedMatchFingerprint
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchLists
import SealedMatchFiles
import SealedMatchTestSupport
import Testing

private let digits = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"

private func parse(_ text: String, skipping: Bool = false) throws -> HashList {
    try parse(Array(text.utf8), skipping: skipping)
}
private func parse(_ bytes: [UInt8], skipping: Bool = false) throws -> HashList {
    try bytes.withUnsafeBytes { (raw) throws(HashList.BadLine) in
        try unsafe HashList(raw, profile: .standard, skippingBadLines: skipping)
    }
}

private func expectBadLine(_ line: Int, _ text: String, source: SourceLocation = #_sourceLocation) {
    #expect(throws: HashList.BadLine.self, sourceLocation: source) { _ = try parse(text) }
    do { _ = try parse(text) } catch let bad as HashList.BadLine {
        #expect(bad.line == line, sourceLocation: source)
    } catch {}
}

@Suite struct HashListTests {
    private let pdq = ListedHash.pdq(try! PDQHash(hexadecimal: digits))

    @Test(arguments: [
        digits, digits.uppercased(), "pdq \(digits)", "PDQ,\(digits)", "pdq:\(digits)", "  pdq\t\(digits)  ",
        "\(digits),100", "\(digits),50", "\(digits), 77 ,file.jpg",
        "pdq \(digits) 90", "\(digits)\r", "pdq;\(digits);", "\(digits),not a number",
    ]) func pictureLines(line: String) throws {
        let list = try parse(line)
        #expect(list.hashes == [pdq] && list.poorLines.isEmpty && list.badLines.isEmpty)
        #expect(try parse(line + "\n" + line + "\r\n\r\n").hashes == [pdq, pdq])
    }

    @Test func exactLines() throws {
        let list = try parse(
            "sha256 \(digits)\nSHA256:\(digits)\nmd5 \(digits.prefix(32))\nmd5,\(digits.prefix(32)),x\n")
        let digest = ListedHash.sha256(try Bytes32(exactly: hex(digits)))
        let md5 = ListedHash.md5(hex(String(digits.prefix(32))))
        #expect(list.hashes == [digest, digest, md5, md5])
        // A bare line of 64 digits is PDQ, never SHA-256.
        #expect(try parse(digits).hashes == [pdq] && pdq != digest)
        #expect(try digest.key(.standard) == EntryKey(sha256: Bytes32(exactly: hex(digits))))
        #expect(try md5.key(.standard) == EntryKey(kind: .md5, bytes: hex(String(digits.prefix(32)))))
        #expect(
            pdq.key(.standard).shortKey == FingerprintProfile.standard.shortKey(of: try PDQHash(hexadecimal: digits)))
    }

    @Test func commentsAndEmptyLines() throws {
        let list = try parse("# a comment \(digits)\n\n   \n\t\r\n  # another\n,;:\n\(digits)")
        #expect(list.hashes == [pdq])
        #expect(try parse("").hashes.isEmpty && parse("\n\n").hashes.isEmpty)
    }

    @Test func badLinesAreNumbered() throws {
        for bad in [
            "x", String(digits.dropLast()), digits + "0", "pdq", "sha256", "sha256 \(digits.dropLast(2))",
            "md5 \(digits)", "sha1 \(digits)", "g" + digits.dropFirst(), "0x" + digits,
            "-", "\u{FEFF}\(digits)", "pdq pdq \(digits)", "\0",
        ] {
            expectBadLine(1, bad)
            expectBadLine(4, "# first\n\(digits)\n\n\(bad)\n\(digits)\n\(bad)")
            let list = try parse("# first\n\(digits)\r\n\n\(bad)\n\(digits)\n\(bad)", skipping: true)
            #expect(list.badLines == [4, 6] && list.hashes == [pdq, pdq])
        }
    }

    @Test func poorPicturesAreLeftOutAndNumbered() throws {
        let list = try parse(
            "\(digits),49\n\(digits),50\npdq \(digits) 0\n\(digits),-1\nsha256 \(digits) 3\n\(digits),049\n\(digits),0049\n"
        )
        #expect(list.poorLines == [1, 3, 6])
        #expect(list.hashes.count == 4 && list.badLines.isEmpty)
    }

    @Test func hugeLines() throws {
        // A line of 4,096 bytes is still a line; one more is a bad one, reported as such, and the rest is read.
        let fill = String(repeating: "x", count: 4096 - digits.count - 4)
        #expect(try parse("\(digits),60,\(fill)").hashes.count == 1)
        expectBadLine(2, "\(digits)\n\(digits),60,x\(fill)")
        let megabytes = [UInt8](repeating: 0x61, count: 8 << 20)
        let list = try parse(Array("\(digits)\n".utf8) + megabytes + Array("\n\(digits)\n".utf8), skipping: true)
        #expect(list.hashes.count == 2 && list.badLines == [2])
        #expect(try parse([UInt8](repeating: 0x20, count: 1 << 20), skipping: true).badLines == [1])
    }

    @Test func mutationsAreHashesOrNumberedLines() throws {
        let text = Array(
            "# list\n\(digits)\r\npdq \(digits),80\nsha256:\(digits)\nmd5 \(digits.prefix(32))\n\(digits),10\n".utf8)
        var strictFailures = 0
        var parsed = 0
        for mutation in mutations(of: text, count: 6000, seed: 1) {
            let lenient = try parse(mutation, skipping: true)
            let lines = mutation.split(separator: 0x0A, omittingEmptySubsequences: false).count
            #expect(lenient.hashes.count + lenient.poorLines.count + lenient.badLines.count <= lines)
            do {
                let strict = try parse(mutation)
                parsed += 1
                #expect(strict.hashes == lenient.hashes && lenient.badLines.isEmpty)
            } catch let bad as HashList.BadLine {
                strictFailures += 1
                #expect(bad.line == lenient.badLines.first)
            }
        }
        #expect(strictFailures > 1000 && parsed > 20)
    }

    @Test func files() throws {
        let directory = TemporaryDirectory()
        try DurableFile.write(Array("\(digits)\nbad\n".utf8), to: directory.file("list"), secret: false)
        #expect(throws: HashList.Failure.self) {
            _ = try HashList.read(path: directory.file("list"), profile: .standard)
        }
        do { _ = try HashList.read(path: directory.file("list"), profile: .standard) } catch {
            guard case .badLine(let bad) = error else { Issue.record("not a bad line"); return }
            #expect(bad.line == 2)
        }
        #expect(
            try HashList.read(path: directory.file("list"), profile: .standard, skippingBadLines: true).hashes.count
                == 1)
        for missing in [directory.file("none"), directory.path, "/dev/null"] {
            do {
                _ = try HashList.read(path: missing, profile: .standard)
                Issue.record("read \(missing)")
            } catch {
                guard case .file(let failure) = error else { Issue.record("not a file error"); return }
                #expect(failure.code == .fileFailed)
            }
        }
    }
}
