import Foundation
import SealedMatchLists
import Testing

/// `sealedmatch list import`: each format as its source gives it, what is refused, and what memory and kills do.
@Suite struct ListImportTests {
    private static let pdq = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
    private static let other = String(pdq.reversed())
    private static let md5 = "a1a2a3a4a5a6a7a8a9aaabacadaeafb0"

    struct Answer: Decodable {
        struct Left: Decodable {
            let reason: String
            let count: Int
            let first: [Place]
        }
        struct Place: Decodable, Equatable {
            let file: String
            let line: Int
        }
        let list: String?
        let read: Int
        let deletions: Int
        let taken: [String: Int]
        let notTaken: [Left]
        let unsupported: [String: Int]
        let warnings: [String]

        var left: [String: Int] { Dictionary(uniqueKeysWithValues: notTaken.map { ($0.reason, $0.count) }) }
        func lines(_ reason: String) -> [Int]? { notTaken.first { $0.reason == reason }?.first.map(\.line) }
    }

    private struct Imported {
        let status: Int32
        /// Nil where nothing was printed.
        let answer: Answer?
        let errors: String
        /// The list's lines behind the first; nil if there is no list.
        let lines: [String]?
    }

    /// Imports files of these contents, named 1, 2, …
    private func imported(_ format: String, _ contents: [[UInt8]], _ more: String...) throws -> Imported {
        try imported(format, contents, more: more)
    }

    private func imported(_ format: String, _ contents: [[UInt8]], more: [String]) throws -> Imported {
        let tool = try Tool()
        defer { tool.remove() }
        let names = (1...contents.count).map(String.init)
        for (name, content) in zip(names, contents) { try tool.write(content, to: name) }
        let result = try tool.run(["list", "import", "--from", format, "--json", "-o", "list"] + more + names)
        let answer = try result.output.isEmpty ? nil : JSONDecoder().decode(Answer.self, from: Data(result.output.utf8))
        // Every hash that was read was taken, or there is a reason.
        if let answer, answer.list != nil {
            let taken: Int = answer.taken.values.reduce(0, +)
            let left: Int = answer.notTaken.map(\.count).reduce(0, +)
            #expect(answer.read == taken + left)
        }
        var lines: [String]?
        if tool.exists("list") {
            let text = String(decoding: try tool.bytes("list"), as: UTF8.self)
            lines = text.split(separator: "\n").map(String.init)
            #expect(lines?.removeFirst() == "# sealedmatch list import: \(format)" && text.hasSuffix("\n"))
            // It is a list: every line is a good one.
            _ = try HashList.read(path: tool.file("list"), profile: .standard)
        }
        #expect(result.status == (lines == nil ? 65 : 0), "\(result)")
        let left = try FileManager.default.contentsOfDirectory(atPath: tool.directory)
        #expect(Set(left).subtracting(names + ["list"]).isEmpty, "\(left)")
        return Imported(status: result.status, answer: answer, errors: result.errors, lines: lines)
    }

    private func imported(_ format: String, _ contents: String, _ more: String...) throws -> Imported {
        try imported(format, [Array(contents.utf8)], more: more)
    }

    // MARK: NCMEC

    private func xml(_ images: String, videos: String = "", next: String = "") -> [UInt8] {
        Array(
            """
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2">
                <images count="2" maxTimestamp="2017-10-24T15:10:00Z">\(images)</images>
                <videos count="2" maxTimestamp="2017-10-24T15:20:00Z">\(videos)</videos>
                <paging>\(next)</paging>
            </queryResult>
            """.utf8)
    }

    private func entry(
        _ id: String, _ prints: String, kind: String = "image", time: String = "2017-10-24T15:00:00Z",
        member: String = "42", className: String = "A1"
    ) -> String {
        """

        <\(kind)><member id="\(member)">Example Member</member><timestamp>\(time)</timestamp><id>\(id)</id>
        <classification>\(className)</classification><fingerprints>\(prints)</fingerprints>
        <feedback lastUpdateTimestamp="2023-06-01T12:48:14Z"><affirmativeFeedback type="Md5"><members>
        <member id="7">Other</member></members></affirmativeFeedback></feedback></\(kind)>
        """
    }

    private func deletion(_ id: String, time: String, kind: String = "deletedImage", member: String = "42") -> String {
        "\n<\(kind)><member id=\"\(member)\">M</member><id>\(id)</id><timestamp>\(time)</timestamp></\(kind)>"
    }

    @Test func hashSharing() throws {
        let first = xml(
            entry("one", "<md5>\(Self.md5)</md5><sha1>\(Self.md5)00000000</sha1><pdq>\(Self.pdq.uppercased())</pdq>")
                + entry("gone", "<pdq>\(Self.other)</pdq>"),
            videos: entry(
                "film",
                "<md5>\n  \(Self.md5.reversed().map(String.init).joined())\n</md5><tmk-pdqf rel=\"self\" href=\"/x\"/>",
                kind: "video", className: "B2"), next: "<next>/v2/entries?from=1&amp;start=2</next>")
        let second = xml(
            deletion("gone", time: "2017-10-24T15:10:00.500Z")
                + entry("one", "<pdq>\(Self.pdq)</pdq>", member: "9", className: "A2"))
        // In any order, and again: the same list.
        for pages in [[first, second], [second, first], [second, first, first]] {
            let result = try imported("ncmec", pages)
            let answer = try #require(result.answer)
            let again = pages.count == 3
            #expect(
                result.lines == [
                    "pdq \(Self.pdq) class=A1", "md5 \(String(Self.md5.reversed())) class=B2",
                    "md5 \(Self.md5) class=A1",
                ])
            #expect(answer.taken == ["pdq": 1, "md5": 2] && answer.deletions == 1 && answer.warnings.isEmpty)
            #expect(answer.left["deleted"] == (again ? 2 : 1) && answer.left["duplicate"] == (again ? 4 : 1))
            #expect(answer.left["superseded"] == nil)
            #expect(answer.unsupported == ["sha1": again ? 2 : 1, "tmk-pdqf": again ? 2 : 1])
        }
        let one = try imported("ncmec", [first])
        #expect(one.answer?.warnings.count == 1 && one.lines?.count == 4)
        let some = try imported("ncmec", [first, second], "--class", "B2")
        #expect(some.lines == ["md5 \(String(Self.md5.reversed())) class=B2"] && some.answer?.left["otherClass"] == 4)
    }

    /// The newest version counts, wherever it stands; a deletion wins of equal times; what is deleted may come back.
    @Test func versions() throws {
        func lines(_ parts: String...) throws -> [String]? {
            let forward = try imported("ncmec", [xml(parts.joined())])
            let back = try imported("ncmec", parts.reversed().map { xml($0) })
            #expect(forward.lines == back.lines)
            return forward.lines
        }
        let (early, late) = ("2017-10-24T15:00:00Z", "2017-10-24T15:00:00.001Z")
        let old = entry("a", "<pdq>\(Self.pdq)</pdq>", time: early)
        let new = entry("a", "<pdq>\(Self.other)</pdq>", time: late)
        #expect(try lines(old, new) == ["pdq \(Self.other) class=A1"])
        #expect(
            try lines(old, deletion("a", time: late), entry("b", "<md5>\(Self.md5)</md5>")) == [
                "md5 \(Self.md5) class=A1"
            ])
        #expect(try lines(old, deletion("a", time: early)) == nil)
        #expect(try lines(deletion("a", time: early), new) == ["pdq \(Self.other) class=A1"])
        // Of one time, what they hold decides; a microsecond is a difference.
        let other = entry("a", "<pdq>\(Self.other)</pdq>", time: early)
        #expect(try lines(old, other)?.count == 1)
        #expect(try lines(old, old) == ["pdq \(Self.pdq) class=A1"])
        let later = entry("a", "<pdq>\(Self.other)</pdq>", time: "2017-10-24T15:00:00.000001Z")
        #expect(try lines(old, later) == ["pdq \(Self.other) class=A1"])
        let (leap, march) = ("2024-02-29T23:59:59.999999999Z", "2024-03-01T00:00:00Z")
        #expect(
            try lines(
                entry("a", "<pdq>\(Self.pdq)</pdq>", time: leap), entry("a", "<pdq>\(Self.other)</pdq>", time: march))
                == ["pdq \(Self.other) class=A1"])
        // Another member's entry of that name is another one; and a version without a hash for us takes the old one's.
        #expect(try lines(old, deletion("a", time: late, member: "43")) == ["pdq \(Self.pdq) class=A1"])
        #expect(try lines(old, entry("a", "<sha1>00</sha1>", time: late)) == nil)
    }

    @Test(arguments: [
        ("<!DOCTYPE queryResult [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>", "document type"),
        ("<!-- x --> <!DOCTYPE queryResult SYSTEM \"file:///etc/passwd\">", "document type"),
        ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>", "encoding"),
        ("<?xml version=\"1.0\" encoding=\"UTF-7\"?>", "encoding"),
        ("text", "no XML"), ("<other/>", "queryResult"), ("<queryResult xmlns=\"urn:x/v2\"/>", "queryResult"),
        ("", "empty"), ("<queryResult xmlns=\"https://a/hashsharing/v2\">", "broken"), ("\u{1F}\u{8B}", "no XML"),
        ("<!--", "near the beginning"), ("<queryResult xmlns=\"https://a/hashsharing/v2\">&a;</queryResult>", "broken"),
        (
            "<queryResult xmlns=\"https://a/hashsharing/v2\">" + String(repeating: "<a>", count: 50_000),
            "in each other"
        ),
        ("<queryResult xmlns=\"https://a/hashsharing/v2\"></queryResult><queryResult/>", "broken"),
    ]) func xmlThatIsRefused(text: String, reason: String) throws {
        let result = try imported("ncmec", [Array(text.utf8)])
        #expect(result.status == 65 && result.lines == nil && result.errors.contains(reason), "\(result.errors)")
    }

    /// Foundation's parser stops the process at some of these.
    @Test(
        arguments: [
            [0xD9], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x00], [0x1B],
            [0x7F],
        ] as [[UInt8]]) func bytesThatAreNoCharacters(bytes: [UInt8]) throws
    {
        let whole = xml(entry("a", "<md5>\(Self.md5)</md5>"))
        for place in ["<queryResult", "<image", "Example", "</id", "id=\"", "x\"1"] {
            guard let found = whole.firstRange(of: Array(place.utf8)) else { continue }
            var broken = whole
            broken.insert(contentsOf: bytes, at: found.upperBound)
            let result = try imported("ncmec", [broken])
            #expect(result.status == 65 && result.errors.contains("UTF-8, or a control character"), "\(result.errors)")
        }
    }

    /// Each of these breaks one entry, and no other.
    @Test func entriesThatAreNone() throws {
        let good = entry("good", "<md5>\(Self.md5)</md5>")
        let print = "<pdq>\(Self.pdq)</pdq>"
        for (bad, reason) in [
            (entry("", print), "malformed"), (entry("a", print, time: "yesterday"), "malformed"),
            (entry("a", print, time: "2017-10-24T15:00:00"), "malformed"),
            (entry("a", print, time: "2017-10-24 15:00:00Z"), "malformed"),
            (entry("a", print, time: "2017-10-24T15:00:00.Z"), "malformed"),
            (entry("a", print, time: "2023-02-29T15:00:00Z"), "malformed"),
            (entry("a", print, time: "2023-13-01T15:00:00Z"), "malformed"),
            (entry("a", print, time: "2023-04-31T15:00:00Z"), "malformed"),
            (entry("a", print, time: "2023-02-01T25:00:00Z"), "malformed"),
            (entry("a", print, time: "1969-12-31T15:00:00Z"), "malformed"),
            (entry("a", print, member: ""), "malformed"), (entry("a", print, kind: "sound"), "malformed"),
            (entry("a</id><id>b", print), "malformed"),
            (entry("a", "<pdq>\(Self.pdq.dropLast())</pdq>"), "wrongLength"),
            (entry("a", "<md5>\(Self.pdq)</md5>"), "wrongLength"),
            (entry("a", "<pdq>\(Self.pdq.dropLast())g</pdq>"), "malformed"),
            (entry("a", "<pdq>\(Self.pdq.dropLast(8)) \(Self.pdq.suffix(8))</pdq>"), "malformed"),
            (entry("a", "<pdq/>"), "malformed"),
            (entry("a", "<pdq>\(String(repeating: "0", count: 5000))</pdq>"), "malformed"),
            (entry("a", String(repeating: print, count: 65)), "malformed"),
        ] {
            let strict = try imported("ncmec", [xml(good + bad)])
            #expect(strict.status == 65 && strict.lines == nil && strict.answer?.list == nil, "\(bad)")
            let result = try imported("ncmec", [xml(good + bad)], "--skip-bad-lines")
            #expect(result.lines == ["md5 \(Self.md5) class=A1"], "\(bad)")
            #expect(result.answer?.notTaken.map(\.reason) == [reason], "\(bad.prefix(300))")
            #expect(result.answer?.lines(reason)?.first == 8)
        }
    }

    /// A class is a name from outside: in the list it is one field that shows.
    @Test func hostileClasses() throws {
        let hash = "<md5>\(Self.md5)</md5>"
        let result = try imported(
            "ncmec", [xml(entry("a", hash, className: "A1 \(Self.pdq)&#10;pdq,\u{202E}x:#\\"))])
        #expect(
            result.lines == [
                "md5 \(Self.md5) class=A1\\x20\(Self.pdq)\\x0apdq\\x2c\\xe2\\x80\\xaex\\x3a\\x23\\x5c"
            ])
        let table = "md5,class\n" + (0...300).map { "\(Self.md5),c\($0)\n" }.joined()
        #expect(try imported("csv", table).errors.contains("classes"))
    }

    // MARK: StopNCII

    private func record(_ value: String, _ more: String = "", type: String = "ImagePDQ", status: String = "Active")
        -> String
    {
        """
        {"lastModtimestamp": 1625167804, "hashValue": "\(value)", "hashStatus": "\(status)", "signalType": "\(type)",
         "caseNumbers": {"27664732-76e1-4a17-8099-455798e67022": "Received"}, "hashRegions": ["UK"]\(more)}
        """
    }

    private func page(_ records: String..., more: Bool = false) -> String {
        """
        {"count": \(records.count), "nextSetTimestamp": 1625175071, "nextPageToken": null, "hasMoreRecords": \(more),
         "hashRecords": [\(records.joined(separator: ",\n"))]}
        """
    }

    @Test func stopNCII() throws {
        let feedback =
            ", \"CSPFeedbacks\": [{\"source\": \"A]}\", \"feedbackValue\": \"Blocked\", \"tags\": [\"\\\"\"]}]"
        let first = page(
            record(Self.pdq.uppercased(), feedback), record(Self.md5, type: "VideoMD5"),
            record(Self.other, status: "Received"), record("https://a", type: "URL"), more: true)
        let second = page(
            record(Self.other, status: "Withdrawn"),
            record(String(Self.md5.reversed()), type: "VideoMD5", status: "New"))
        let expected = ["pdq \(Self.pdq)", "md5 \(Self.md5)"]
        for contents in [[first, second], [first + "\n" + second]] {
            let result = try imported("stopncii", contents.map { Array($0.utf8) })
            #expect(result.lines == expected)
            #expect(
                result.answer?.left == ["deleted": 2, "otherStatus": 1, "unsupported": 1]
                    && result.answer?.unsupported == ["URL": 1] && result.answer?.warnings == [])
        }
        #expect(try imported("stopncii", first).answer?.warnings.count == 1)
        let list = "\u{FEFF}[\(record(Self.pdq)), \(record(Self.pdq))]"
        #expect(try imported("stopncii", list).answer?.left == ["duplicate": 1])
    }

    @Test(arguments: [
        "", "  ", "x", "{}", "[", "{\"hashRecords\": {}}", "{\"hashRecords\": []", "{\"hashRecords\": [1,]}",
        "{\"hashRecords\": [], \"hashRecords\": []}", "{\"hashRecords\": [] \"a\": 1}", "{\"hashRecords\": [], }",
        "{\"hasMoreRecords\": 1, \"hashRecords\": []}", "[{\"a\": 1, \"a\": 2}]", "[\"\\ud800\"]", "[\"\\q\"]",
        "[" + String(repeating: "[", count: 100_000), "[\"" + String(repeating: "x", count: 2_000_000) + "\"]",
        "[tru]", "[01]",
    ]) func jsonThatIsRefused(text: String) throws {
        let result = try imported("stopncii", text)
        #expect(
            result.status == 65 && result.answer == nil && result.errors.contains("1:1: not stopncii"),
            "\(result.errors)")
    }

    @Test func recordsThatAreNone() throws {
        for bad in [
            "1", "{}", record(Self.pdq).replacing("hashValue", with: "value"),
            record(Self.pdq).replacing("1625167804", with: "-1"), record(Self.pdq).replacing("1625167804", with: "1.5"),
            record(Self.pdq).replacing("\"Active\"", with: "1"),
        ] {
            let text = page(bad, record(Self.md5, type: "VideoMD5"))
            #expect(try imported("stopncii", text).status == 65)
            let result = try imported("stopncii", text, "--skip-bad-lines")
            #expect(result.lines == ["md5 \(Self.md5)"] && result.answer?.left == ["malformed": 1], "\(bad)")
        }
        #expect(try imported("stopncii", page(record(Self.md5))).answer?.left == ["wrongLength": 1])
    }

    // MARK: tables

    @Test(arguments: [
        "hash,quality,time\n\(pdq),77,1.5\n\(other),49,2\n",
        "\u{FEFF}Hash;Quality\r\n\"\(pdq)\";\"77\"\r\n\(other);49\r\n",
        "time\tPDQ_Hash\tPDQ-Quality\n\"a\nb\"\t\(pdq)\t77\n\n2\t\(other)\t0",
        "quality, hash , type\n 77 , \(pdq) , PDQ\n0,\(other),pdq\n",
    ]) func tables(text: String) throws {
        let result = try imported("csv", text)
        #expect(result.lines == ["pdq \(Self.pdq) 77"] && result.answer?.left == ["lowQuality": 1], "\(result)")
        #expect(result.answer?.warnings == [])
    }

    @Test func columns() throws {
        let text =
            "id,fingerprint,alg,note\n1,\(Self.md5),MD5,\"a, \"\"b\"\"\"\n2,\(Self.pdq),sha-256,\n3,\(Self.pdq),sha1,\n"
        let result = try imported("csv", [Array(text.utf8)], "--hash-column", "Fingerprint", "--kind-column", "alg")
        #expect(result.lines == ["sha256 \(Self.pdq)", "md5 \(Self.md5)"] && result.answer?.unsupported == ["sha1": 1])
        #expect(result.answer?.warnings == ["columns that are not read: id, note"])
        #expect(try imported("csv", [Array("hash\n\(Self.md5)\n".utf8)], "--kind", "md5").lines == ["md5 \(Self.md5)"])
        // Of two columns that could be meant, the one that was asked for.
        let two = "hash,fingerprint,quality,score,class,label\n\(Self.other),\(Self.pdq),90,40,a,b\n"
        let asked = ["--hash-column", "fingerprint", "--quality-column", "score", "--class-column", "label"]
        #expect(try imported("csv", two).lines == ["pdq \(Self.other) 90 class=a"])
        #expect(try imported("csv", two, asked[0], asked[1]).lines == ["pdq \(Self.pdq) 90 class=a"])
        #expect(try imported("csv", [Array(two.utf8)], more: asked).answer?.left == ["lowQuality": 1])
        for (header, row) in [("a", "x"), ("sha1", "x"), ("hash,pdq", "x,y"), ("pdq,pdq_hash", "x,y"), ("", "")] {
            #expect(try imported("csv", header + "\n" + row).answer == nil, "\(header)")
        }
        #expect(try imported("csv", [Array("a,hash\n1,2\n".utf8)], "--hash-column", "b").errors.contains("no column"))
        #expect(try imported("csv", "hash\n\"\(Self.pdq)").errors.contains("not closed"))
    }

    @Test func rowsThatAreNone() throws {
        let good = "pdq,quality\n\(Self.pdq),\n"
        for (bad, reason) in [
            ("x,", "malformed"), ("\(Self.other)", "malformed"), ("\(Self.other),1,2", "malformed"),
            ("\(Self.other),101", "malformed"), ("\(Self.other),9x", "malformed"), ("\(Self.other),-1", "malformed"),
            ("\(Self.md5),90", "wrongLength"), (",90", "malformed"), ("a\"\(Self.other)\",90", "malformed"),
            ("\"\(Self.other)\"b,90", "malformed"),
            ("\(Self.other),\(String(repeating: ",", count: 70_000))", "malformed"),
            ("0x\(Self.other.dropFirst(2)),90", "malformed"), ("\(Self.other)\u{202E},90", "malformed"),
        ] {
            #expect(try imported("csv", good + bad + "\n").status == 65, "\(bad.prefix(100))")
            let result = try imported("csv", good + bad + "\n", "--skip-bad-lines")
            #expect(result.lines == ["pdq \(Self.pdq)"] && result.answer?.left == [reason: 1], "\(bad.prefix(100))")
            #expect(result.answer?.lines(reason) == [3])
        }
        let bytes = Array(good.utf8) + Array(Self.other.utf8) + [0x2C, 0xFF, 0x0A]
        #expect(try imported("csv", [bytes], "--skip-bad-lines").answer?.left == ["malformed": 1])
        let repeated = try imported("csv", "pdq,quality\n\(Self.pdq),60\n\(Self.pdq),70\n\(Self.pdq.uppercased()),\n")
        #expect(repeated.lines == ["pdq \(Self.pdq) 70"] && repeated.answer?.lines("duplicate") == [3, 4])
    }

    @Test func severalHashesInARow() throws {
        let text = "MD5,SHA1,PhotoDNA,PDQ,Category\n\(Self.md5),00,AA==,\(Self.pdq),1\n,00,,,2\n\(Self.md5),,,,2\n"
        let result = try imported("icse", text)
        #expect(result.lines == ["pdq \(Self.pdq) class=1", "md5 \(Self.md5) class=1"])
        #expect(result.answer?.unsupported == ["SHA1": 2, "PhotoDNA": 1] && result.answer?.left["duplicate"] == 1)
        #expect(try imported("icse", "hash\n\(Self.pdq)\n").errors.contains("names no column"))
    }

    // MARK: lines and videos

    @Test func signalLines() throws {
        let text = """
            pdq \(Self.pdq)
            video_md5 \(Self.md5) {'tags': []}

            photodna AAAA
            pdq \(Self.pdq.uppercased())\r
            """
        let result = try imported("threatexchange", text)
        #expect(result.lines == ["pdq \(Self.pdq)", "md5 \(Self.md5)"])
        #expect(result.answer?.left == ["duplicate": 1, "unsupported": 1] && result.answer?.lines("duplicate") == [5])
        #expect(try imported("threatexchange", "pdq\n", "--skip-bad-lines").answer?.left == ["malformed": 1])
        let table = """
            collab,signal_type,signal_str,category,tags
            x,pdq,\(Self.pdq),POSITIVE_CLASS,a b
            x,pdq,\(Self.other),NEGATIVE_CLASS,
            """
        let rows = try imported("threatexchange", table)
        #expect(rows.lines == ["pdq \(Self.pdq)"] && rows.answer?.left == ["otherStatus": 1])
    }

    private func frames(_ hashes: [String], quality: Int = 100, hashFirst: Bool = false) -> [UInt8] {
        Array(
            hashes.enumerated().map {
                hashFirst ? "\($0),\($1),\(quality),\($0).000\n" : "\($0),\(quality),\($1),\($0).000\n"
            }.joined().utf8)
    }

    @Test func videos() throws {
        let hashes = [String](repeating: Self.pdq, count: 10) + [String](repeating: Self.other, count: 10)
        let result = try imported("vpdq", [frames(hashes), frames(hashes, hashFirst: true), frames([Self.other])])
        #expect(result.answer?.taken == ["video": 2] && result.answer?.left == ["duplicate": 1])
        #expect(result.lines == ["video \(Self.pdq) \(Self.other)", "video \(Self.other)"])
        #expect(try imported("vpdq", [frames([Self.pdq], quality: 40)]).answer?.left == ["lowQuality": 1])
        let good = String(decoding: frames([Self.pdq]), as: UTF8.self)
        for (bad, reason) in [
            ("1,100,\(Self.md5),1", "wrongLength"), ("1,101,\(Self.pdq),1", "malformed"), ("x", "malformed"),
            ("1,100,\(Self.pdq),nan", "malformed"), ("0,100,\(Self.pdq),1", "malformed"),
            ("1,100,\(Self.pdq)", "malformed"), ("1,100,\(Self.pdq.dropLast())x,1", "malformed"),
        ] {
            let answer = try imported("vpdq", [Array((good + bad).utf8)], "--skip-bad-lines").answer
            #expect(answer?.left == [reason: 1] && answer?.lines(reason) == [2] && answer?.list == nil, "\(bad)")
        }
    }

    // MARK: the list's file

    @Test func listsAreReplacedOnlyIfAsked() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write("pdq \(Self.pdq)\n", to: "in")
        let arguments = ["list", "import", "--from", "threatexchange", "in", "-o", "list"]
        let text = try tool.run(arguments)
        #expect(text.status == 0 && text.output == "list: 1 hash, 1 pdq\nread: 1 hash and 0 deletions in 1 file\n")
        try tool.write("pdq \(Self.other)\npdq \(Self.pdq)\nx\n", to: "in")
        #expect(try tool.run(arguments + ["--skip-bad-lines"]).status == 66)
        let replaced = try tool.run(arguments + ["--force", "--skip-bad-lines"])
        #expect(replaced.status == 0 && replaced.output.contains("not taken: 1 malformed: in:3\n"), "\(replaced)")
        #expect(String(decoding: try tool.bytes("list"), as: UTF8.self).contains(Self.other))
        // Somebody's own list stays.
        try tool.write("# mine\n", to: "list")
        #expect(try tool.run(arguments + ["--force", "--skip-bad-lines"]).status == 66)
        #expect(String(decoding: try tool.bytes("list"), as: UTF8.self) == "# mine\n")
        #expect(try tool.run("list", "import", "--from", "csv", "missing", "-o", "other").status == 66)
        #expect(
            try tool.run("list", "import", "--from", "vpdq", "in", "-o", "other", "--hash-column", "a").status == 64)
        #expect(!tool.exists("other"))
    }

    /// Starts an import that reads what is written to the pipe.
    private func start(_ tool: Tool) throws -> (Process, FileHandle) {
        let process = try tool.start(["list", "import", "--from", "threatexchange", "/dev/stdin", "-o", "list"])
        let pipe = Pipe()
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return (process, pipe.fileHandleForWriting)
    }

    private static let endings = (0..<10_000).map { String($0 + 0x10000, radix: 16).dropFirst() }

    /// 10,000 lines for each part.
    private func write(_ parts: Range<Int>, to pipe: FileHandle) throws {
        for part in parts {
            let beginning = "md5 " + String(part + (1 << 48), radix: 16) + String(repeating: "7", count: 15)
            try pipe.write(contentsOf: Data(Self.endings.map { "\(beginning)\($0)\n" }.joined().utf8))
        }
    }

    @Test func memoryDoesNotGrowWithTheFile() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let (process, pipe) = try start(tool)
        func peak() throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
            return try #require(Int(line.split { $0 == " " || $0 == "\t" }[1]))
        }
        try write(0..<25, to: pipe)
        let before = try peak()
        try write(25..<125, to: pipe)
        let after = try peak()
        try pipe.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        // Read were 37 MB more; a million rows, which are sorted, take 96 MB.
        #expect(after - before < 20_000, "\(before) kB, then \(after) kB")
        #expect(
            try tool.bytes("list").count == 1_250_000 * 37 + "# sealedmatch list import: threatexchange\n".utf8.count)
    }

    @Test func killedAndInterrupted() throws {
        let tool = try Tool()
        defer { tool.remove() }
        for (signal, status) in [(SIGKILL, SIGKILL), (SIGINT, 130), (SIGTERM, 130)] {
            let (process, pipe) = try start(tool)
            try write(0..<25, to: pipe)
            kill(process.processIdentifier, signal)
            // The pipe stays open: whoever waits for bytes notices, too.
            process.waitUntilExit()
            try pipe.close()
            #expect(process.terminationStatus == status)
            #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory).isEmpty)
        }
        let (process, pipe) = try start(tool)
        try write(0..<1, to: pipe)
        try pipe.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && tool.exists("list"))
    }
}
