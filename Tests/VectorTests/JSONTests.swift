import Foundation
import SealedMatchJSON
import SealedMatchVectors
import Testing

/// The reader of foreign JSON, and what is equal.
@Suite struct JSONTests {
    private func parsed(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }

    @Test(arguments: [
        ("null", JSON.null), (" true\r\n", .boolean(true)), ("[false]", .list([.boolean(false)])), ("0", .integer(0)),
        ("-12", .integer(-12)), ("18446744073709551615", .integer(18_446_744_073_709_551_615)), ("\"\"", .text("")),
        ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"", .text("\"\\/\u{8}\u{C}\n\r\té😀")), ("[ ]", .list([])),
        ("{ }", .object([:])),
        (
            "{\"a\":[1,{\"b\":null}],\"c\":\"d\"}",
            .object(["a": .list([.integer(1), .object(["b": .null])]), "c": .text("d")])
        ),
    ])
    func reads(_ pair: (text: String, value: JSON)) throws {
        #expect(try parsed(pair.text) == pair.value)
        // Written and read again it is the same.
        #expect(try parsed(pair.value.line) == pair.value && !pair.value.line.contains("\n"))
    }

    /// Numbers that no vector holds are read, and equal nothing.
    @Test(arguments: ["1.0", "1e3", "-0", "1E-2", "2.50e+1", "1" + String(repeating: "0", count: 60)])
    func otherNumbers(_ text: String) throws {
        let value = try parsed(text)
        #expect(value != (try parsed(text)) && value != .integer(1) && value.line == text)
        #expect(value.differences(from: .integer(1), at: "x") == ["x is \(text), expected 1"])
    }

    @Test(arguments: [
        "", " ", "nul", "True", "+1", "01", "1.", ".5", "1e", "-", "'a'", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u12",
        "\"\u{1}\"",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "[", "[1", "[1,]", "[,1]", "[1 2]", "{", "{1:2}", "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}", "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "1 2", "[]]", "{}x", "\u{FEFF}1", "NaN",
        "Infinity", "// a\n1",
    ])
    func refuses(_ text: String) {
        #expect(throws: JSONError.self) { try parsed(text) }
    }

    @Test func bounds() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        _ = try parsed(nested(64))
        #expect(throws: JSONError.self) { try parsed(nested(65)) }
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xFF]] {
            #expect(throws: JSONError.self) { try JSON(parsing: bytes) }
        }
    }

    /// Swift takes texts for equal that have other code points; vectors do not.
    @Test func equalMeansTheSameCodePoints() throws {
        #expect("\u{E9}" == "e\u{301}" && JSON.text("\u{E9}") != .text("e\u{301}"))
        #expect("\u{212A}" == "K" && JSON.object(["K": .null]) != .object(["\u{212A}": .null]))
        let found = JSON.object(["\u{212A}": .null]).differences(from: .object(["K": .null]), at: "output")
        #expect(!found.isEmpty && found.allSatisfy { $0.contains("missing") || $0.contains("too many") })
    }

    @Test func differencesAreFewAndShort() throws {
        let long = JSON.list((0..<1_000).map { .integer($0) })
        let other = JSON.list((0..<1_000).map { .integer($0 + 1) })
        #expect(long.differences(from: other, at: "x") == (0..<3).map { "x[\($0)] is \($0), expected \($0 + 1)" })
        #expect(long.differences(from: long, at: "x").isEmpty)
        let (a, b) = (String(repeating: "ab", count: 50_000), String(repeating: "ab", count: 40_000) + "ff")
        #expect(
            JSON.text(a).differences(from: .text(b), at: "x") == [
                "x has from character 80000 on (in hexadecimal: byte 40000) “\(String(repeating: "ab", count: 24))…”, expected “ff”; it has 100000 characters, expected 80002"
            ])
        #expect(JSON.text(a).description.count < 200)
    }

    /// However the bytes come in, lines are the same; of a long one its length is told.
    @Test(arguments: [1, 2, 3, 7, 64])
    func linesAreCut(_ piece: Int) {
        let text = "one\n\n" + String(repeating: "x", count: 10) + "\n" + String(repeating: "y", count: 11) + "\nlast"
        var (buffer, found) = (LineBuffer(limit: 10), [String]())
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            buffer.append(Array(bytes[start..<min(start + piece, bytes.count)]))
            while let line = buffer.next() { found.append(shown(line)) }
            #expect(buffer.isEmpty)
        }
        #expect(found == ["one", "", "xxxxxxxxxx", "11 of 10"])
        #expect(buffer.rest.map(shown) == "last")
        buffer.append(Array(repeating: 0x7A, count: 20))
        #expect(buffer.rest.map(shown) == "24 of 10")
    }

    private func shown(_ reply: VectorRun.Reply) -> String {
        switch reply {
        case .line(let bytes): String(decoding: bytes, as: UTF8.self)
        case .tooLong(let bytes, let limit): "\(bytes) of \(limit)"
        }
    }
}
