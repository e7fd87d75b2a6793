import Foundation
import Testing

/// What `fingerprint --profile 3` prints beside the hash of a picture that is listed with a mark.
@Suite struct MarkedPictureTests {
    private struct Row: Decodable {
        let pdq: String
        let quality: Int
        let withoutMarksPDQ: String?
        let withoutMarksQuality: Int?
        let shortKey: String
    }

    private func lines(_ tool: Tool, _ name: String, _ more: String...) throws -> [String] {
        let printed = try tool.run(["fingerprint", Reference.pictures.appending(path: name).path] + more)
        #expect(printed.status == 0 && printed.errors.isEmpty)
        return printed.output.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    @Test func aLineMoreWhereTheHashAloneWouldNotDo() throws {
        let tool = try Tool()
        defer { tool.remove() }
        for name in ["marked-glass.png", "marked-frame.png", "marked-nothing.png", "card-letters.png", "flat.png"] {
            let plain = try lines(tool, name)
            #expect(plain.count == 1)
            #expect(try lines(tool, name, "--profile", "2") == plain)
            #expect(try lines(tool, name, "--profile", "3").first == plain.first)
            #expect(try lines(tool, name, "--profile", "3").count == (name == "marked-glass.png" ? 2 : 1), "\(name)")
        }
        // What is far enough depends on r: 8 and 6 bits.
        for (name, apart) in [("marked-glass.png", 8), ("marked-frame.png", 6)] {
            let one = try lines(tool, name, "--profile", "3", "--separation", "\(apart)")
            let two = try lines(tool, name, "--profile", "3", "--separation", "\(apart - 1)")
            #expect(one.count == 1 && two.count == 2 && two[1].hasSuffix(",100,without-marks"))
        }
        let printed = try lines(tool, "marked-glass.png", "--profile", "3")
        let json = try tool.run(
            "fingerprint", "--json", "--profile", "3", Reference.pictures.appending(path: "marked-glass.png").path)
        let row = try JSONDecoder().decode(Row.self, from: Data(json.output.utf8))
        #expect(printed[0] == "pdq \(row.pdq),\(row.quality)")
        #expect(
            try printed[1]
                == "pdq \(#require(row.withoutMarksPDQ)),\(#require(row.withoutMarksQuality)),without-marks")
        for wrong in [["--profile", "1"], ["--profile", "4"], ["--separation", "17"], ["--separation", "-1"]] {
            #expect(try tool.run(["fingerprint", "x"] + wrong).status == 64, "\(wrong)")
        }
    }

    /// Both lines are entries of a set of profile 3, of one of profile 2 as well; and variants have both.
    @Test func bothLinesAreEntries() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let glass = try lines(tool, "marked-glass.png", "--profile", "3")
        #expect(try tool.run("keygen", "a.key").status == 0)
        for (list, entries) in [(glass, 2), ([glass[0]], 1)] {
            try tool.write(list.joined(separator: "\n") + "\n", to: "a.txt")
            let built = try tool.run(
                "set", "build", "--profile", "3", "--source", "a.key.pub=a.txt", "--min-sources", "1", "-o",
                "\(entries).smset")
            #expect(built.status == 0, "\(built.errors)")
            #expect((built.output + built.errors).contains("\(entries) entr"), "\(built.output)")
        }
        try tool.write(glass.joined(separator: "\n") + "\n", to: "a.txt")
        #expect(try tool.run("list", "variants", "a.txt").output.split(separator: "\n").count == 3)
    }
}
