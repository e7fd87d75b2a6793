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
    try bytes.span.withUnsafeBytes { (raw) throws(HashList.Failure) in
        try unsafe HashList(raw, profile: .standard, skippingBadLines: skipping)
    }
}

private func expectBadLine(_ line: Int, _ text: String, source: SourceLocation = #_sourceLocation) {
    #expect(throws: HashList.Failure.badLine(line), sourceLocation: source) { _ = try parse(text) }
}

extension HashList.Failure {
    /// Equal to a bad line of this number, whatever its reason.
    static func badLine(_ line: Int) -> HashList.Failure { .badLine(HashList.BadLine(line: line, reason: "")) }
}

@Suite struct HashListTests {
    private let pdq = ListedHash.pdq(try! PDQHash(hexadecimal: digits))

    @Test(arguments: [
        digits, digits.uppercased(), "pdq \(digits)", "PDQ,\(digits)", "pdq:\(digits)", "  pdq\t\(digits)  ",
        "\(digits),100", "\(digits),50", "\(digits), 77 ,file.jpg",
        "pdq \(digits) 90", "\(digits)\r", "\u{FEFF}\(digits)", "pdq;\(digits);", "\(digits),not a number",
    ]) func pictureLines(line: String) throws {
        let list = try parse(line)
        #expect(list.hashes == [pdq] && list.poorLines.isEmpty && list.badLines.isEmpty)
        #expect(try parse(line + "\n" + line.drop { $0 == "\u{FEFF}" } + "\r\n\r\n").hashes == [pdq, pdq])
    }

    @Test func anMD5HasSixteenBytes() throws {
        #expect(try ListedHash.md5(MD5Digest(exactly: [UInt8](1...16))).key(.standard).kind == .md5)
        for count in [0, 3, 15, 17, 32] {
            #expect(throws: SealedMatchError(.wrongLength, "")) {
                _ = try MD5Digest(exactly: [UInt8](repeating: 1, count: count))
            }
        }
    }

    @Test func exactLines() throws {
        let list = try parse(
            "sha256 \(digits)\nSHA256:\(digits)\nmd5 \(digits.prefix(32))\nmd5,\(digits.prefix(32)),x\n")
        let digest = ListedHash.sha256(try Bytes32(exactly: hex(digits)))
        let md5 = ListedHash.md5(try MD5Digest(exactly: hex(String(digits.prefix(32)))))
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
            "-", "pdq pdq \(digits)", "\(digits)\0", "\(digits) \(digits)", "\(digits),90,\(digits.uppercased())",
            "pdq \(digits) \(digits.prefix(32))", "sha256 \(digits):\(digits)", "md5 \(digits.prefix(32)) \(digits)",
            "\(digits) # \(digits)", "\(digits)\u{2028}\(digits)", "\(digits)\u{0B}",
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

    /// Lines end as they do on any system, and are counted so.
    @Test func lineEnds() throws {
        for end in ["\n", "\r", "\r\n"] {
            let list = try parse(["# list", digits, "", digits, "\(digits),7", digits].joined(separator: end) + end)
            #expect(list.hashes.count == 3 && list.lines == [2, 4, 6] && list.poorLines == [5])
            expectBadLine(3, [digits, digits, "x", digits].joined(separator: end))
            #expect(try parse([digits, digits].joined(separator: end)).lines == [1, 2])
        }
        let mixed = try parse("\(digits)\r\(digits)\r\n\r\n\(digits)\n\r\(digits)\r\r\n\(digits)")
        #expect(mixed.lines == [1, 2, 4, 6, 8])
        // An old Macintosh's file of 39 lines, as of any number.
        #expect(try parse((0..<39).map { _ in digits }.joined(separator: "\r")).hashes.count == 39)
        // A comment ends there, too: a name in it cannot hide the lines after it.
        #expect(try parse("# name\r\(digits)\r# \(digits)").lines == [2])
    }

    @Test func furtherFieldsThatAreNoHash() throws {
        for field in [
            String(digits.dropLast()), digits + "0", digits + ".jpg", String(digits.prefix(31)),
            String(digits.prefix(40)),
            "x" + digits.dropFirst(2) + "x", "/path/\(digits)",
        ] { #expect(try parse("\(digits) \(field)").hashes == [pdq]) }
    }

    @Test(
        arguments: [
            ([0xFF, 0xFE, 0x31, 0x00], "UTF-16"), ([0xFE, 0xFF, 0x00, 0x31], "UTF-16"),
            ([0x66, 0x00, 0x38, 0x00], "UTF-16"),
            ([0x00, 0x66], "UTF-16"), ([0x1F, 0x8B, 8, 0], "gzip"), ([0x50, 0x4B, 3, 4], "ZIP"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"),
            ([0x42, 0x5A, 0x68, 0x39], "bzip2"),
        ] as [([UInt8], String)]) func whatIsNoTextIsNamed(first: [UInt8], name: String) throws
    {
        let file = first + Array("\n\(digits)\n".utf8)
        for skipping in [false, true] {
            do {
                _ = try parse(file, skipping: skipping)
                Issue.record("it was read")
            } catch HashList.Failure.notText(let what) {
                #expect("\(what)".contains(name))
            }
        }
        // Elsewhere such bytes are a bad line.
        #expect(try parse(Array("\(digits)\n".utf8) + file, skipping: true).hashes.count == 2)
    }

    @Test func warnings() throws {
        func kinds(_ text: String) throws -> [ListWarning.Kind] { try parse(text).warnings.map(\.kind) }
        let other = "1122334455667788112233445566778811223344556677881122334455667788"
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(try kinds("\(digits)\n\(digits),98,name.jpg\npdq \(other)\nsha256 \(other)\n").isEmpty)
        // As sha256sum prints, text and binary; a quality after two blanks is none of it.
        #expect(try kinds("\(other)  name.jpg\n") == [.checksums] && kinds("\(other) *name\n") == [.checksums])
        #expect(try kinds("\(digits)  98\n").isEmpty && kinds("sha256 \(other)  name\n").isEmpty)
        let sums = try parse("# sums\n\(other)  a\n\(digits) b\n\(other)  c d\n").warnings
        #expect(sums.map(\.line) == [2] && sums.map(\.count) == [2])
        // The same without names: other hashes than PDQ's seldom have 128 ones.
        #expect(try kinds(String(repeating: other + "\n", count: 8)) == [.unlikePDQ])
        #expect(try kinds(String(repeating: other + "\n", count: 7)).isEmpty)
        #expect(try kinds(String(repeating: "\(other)\n\(digits)\n", count: 8)).isEmpty)
        #expect(try kinds(String(repeating: "pdq \(other)\n", count: 8)).isEmpty)
        for line in ["sha256 \(empty)", empty, "md5 d41d8cd98f00b204e9800998ecf8427e"] {
            #expect(try kinds(line) == [.emptyFile])
        }
        let zero = String(repeating: "0", count: 64)
        #expect(try kinds("pdq \(zero)") == [.blankPicture] && kinds("video \(digits) \(zero)") == [.blankPicture])
        let poor = try parse("\(digits)\n\(digits),7\n\(digits),12\n").warnings
        #expect(poor.map(\.kind) == [.poor(quality: 7, minimum: 50)] && poor[0].line == 2 && poor[0].count == 2)
        #expect(poor[0].text.contains("7") && poor[0].text.contains("50") && poor[0].text.hasPrefix("2 lines"))
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
            // A first byte of zero makes it UTF-16, not lines.
            guard let lenient = try? parse(mutation, skipping: true) else {
                #expect(mutation.prefix(2).contains(0))
                continue
            }
            let lines = mutation.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }.count
            #expect(lenient.lines.count == lenient.hashes.count)
            #expect(lenient.hashes.count + lenient.poorLines.count + lenient.badLines.count <= lines)
            do {
                let strict = try parse(mutation)
                parsed += 1
                #expect(strict.hashes == lenient.hashes && lenient.badLines.isEmpty)
            } catch HashList.Failure.badLine(let bad) {
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
