import Foundation
import Testing

/// `sealedmatch case`: from a case file to a report, a notice and a tombstone.
@Suite(.serialized) struct CaseToolTests {
    private let policy = """
        {"format": "SealedMatch policy", "version": 1, "name": "n", "mode": "voluntary",
         "thresholds": {"listed": 1, "viewed": 1},
         "reviewers": {"confirmed": 2, "notConfirmed": 1, "cannotBeJudged": 1},
         "roles": ["reviewer", "second", "lead", "auditor"],
         "retention": {"new": 90, "inReview": 90, "confirmed": 365, "notConfirmed": 0, "cannotBeJudged": 30,
           "reported": 365, "closed": 30},
         "notices": {"notConfirmed": true, "afterDays": null}, "reports": ["cybertipline"]}
        """

    /// A note that would clear a terminal and turn its text.
    private let hostile = "<b>\u{1B}[2J\u{202E}evil\nsecond line" + String(repeating: "x", count: 900)

    private func caseFile(_ byte: String) -> String {
        let digits = String(repeating: byte, count: 32)
        return """
            {"format": "SealedMatch case file", "formatVersion": 3, "part": 1, "notice": "", "pseudonym": "\(digits)",
             "epoch": 690, "epochStart": 1788480000, "threshold": 1, "setRoots": ["\(digits)"], "matchCount": 1,
             "listedMatchCount": 1, "listedEntryCount": 1, "lists": [], "warnings": [], "matches": [
              {"voucherID": "\(String(repeating: byte, count: 16))", "slot": 1, "setRoot": "\(digits)",
               "fingerprintKind": "pdq", "fingerprint": "\(digits)", "quality": 80, "finding": "key",
               "key": "01\(String(repeating: byte, count: 8))", "keyDistance": 0, "distance": 2,
               "label": "a\\u202e.txt, line 1", "sources": ["SOURCE"],
               "note": "\(Data(hostile.utf8).base64EncodedString())", "warnings": []}]}
            """
    }

    @Test func wholePath() throws {
        let tool = try Tool()
        defer { tool.remove() }
        func run(_ line: String, _ more: String..., status: Int32 = 0) throws -> String {
            let result = try tool.run(line.split(separator: " ").map(String.init) + more)
            #expect(result.status == status, "\(line): \(result.output)\(result.errors)")
            return result.output + result.errors
        }
        func act(_ line: String, _ person: String, _ more: String..., status: Int32 = 0) throws -> String {
            let arguments = line.split(separator: " ").map(String.init) + more
            let result = try tool.run(["case"] + arguments + ["--library", "l", "--key", "k", "--as", person])
            #expect(result.status == status, "\(line): \(result.output)\(result.errors)")
            return result.output + result.errors
        }
        try tool.write(policy, to: "policy.json")
        try tool.write(policy.replacingOccurrences(of: "365", with: "-1"), to: "bad.json")
        _ = try run("keygen k")
        _ = try run("keygen source.key")
        #expect(try run("policy check policy.json").contains("voluntary"))
        let faults = try run("policy check bad.json", status: 65)
        #expect(faults.contains("retention.confirmed: is no whole number") && faults.contains("retention.reported"))
        #expect(try run("policy digest policy.json").utf8.count == 65)
        _ = try act("init --policy policy.json", "lena")
        _ = try act("init --policy policy.json", "lena", status: 66)
        for (name, role) in [("rita", "reviewer"), ("sam", "second"), ("ada", "auditor")] {
            _ = try act("person \(name) --role \(role)", "lena")
        }
        let source = try String(
            decoding: tool.bytes("source.key.pub").dropFirst("sealedmatch-source-1 ".utf8.count).prefix(64),
            as: UTF8.self)
        try FileManager.default.createDirectory(atPath: tool.file("cases"), withIntermediateDirectories: true)
        for byte in ["5a", "a5"] {
            let digits = String(repeating: byte, count: 32)
            try tool.write(
                caseFile(byte).replacingOccurrences(of: "SOURCE", with: source), to: "cases/\(digits)-690.json")
            let request = Array("SMQ1".utf8) + [0xB2, 2, 0, 0]
            try tool.write(
                request + [UInt8](repeating: UInt8(byte, radix: 16) ?? 0, count: 32) + [UInt8](repeating: 1, count: 32),
                to: "cases/\(digits)-690.request")
        }
        #expect(try act("import cases", "rita").contains("case 2: new, 1 match"))
        #expect(try act("import cases", "rita").contains("case 2: there already"))
        #expect(try act("import policy.json", "rita", status: 65).contains("[error 206]"))
        #expect(try act("import cases", "ada", status: 65).contains("[error 621]"))
        // A folder without one: it is said, and is no success.
        try FileManager.default.createDirectory(atPath: tool.file("nothing"), withIntermediateDirectories: false)
        try tool.write("{}", to: "nothing/case-690.json")
        let nothing = try act("import nothing", "rita", status: 1)
        #expect(nothing.contains("0 case files") && nothing.contains("PSEUDONYM-EPOCH.json"))

        // Case 1: confirmed by two, and reported.
        _ = try act("assign 1", "rita")
        #expect(try act("decide 1 --outcome confirmed --why", "rita", "seen", status: 65).contains("[error 623]"))
        for person in ["rita", "sam"] {
            _ = try act("view 1 --match 1", person)
            _ = try act("judge 1 --match 1 --class A1 --standing baseline", person)
            _ = try act("decide 1 --outcome confirmed --why", person, "it is \u{202E}what")
        }
        #expect(try act("reported 1 --report cybertipline --reference 77", "rita", status: 65).contains("[error 621]"))
        #expect(try act("reported 1 --report cybertipline --reference 77", "lena").contains("reported: confirmed"))
        // Case 2: not confirmed; the account is told, and the source.
        _ = try act("judge 2 --match 1 --class none --standing notIllegal", "rita")
        #expect(try act("decide 2 --outcome notConfirmed --why", "rita", "a flower").contains("decided: not confirmed"))
        let digits = String(repeating: "a5", count: 32)
        let other = String(repeating: "5a", count: 32)
        _ = try act(
            "notify 2 --kind notConfirmed --request cases/\(other)-690.request --orders o", "lena", status: 65)
        let notify = "notify 2 --kind notConfirmed --request cases/\(digits)-690.request --orders o"
        _ = try act(notify, "lena")
        // The same order once more makes the file again, and no event.
        _ = try act(notify, "lena")
        let order =
            try JSONSerialization.jsonObject(
                with: Data(tool.bytes("o/2-notConfirmed-\(digits).order"))) as? [String: String]
        #expect(order?["kind"] == "notConfirmed" && order?["set"] == digits && order?["request"]?.utf8.count == 144)
        #expect(try act("feedback 2 --source source.key.pub -o f.json", "lena").contains("1 entry"))
        #expect(try String(decoding: tool.bytes("f.json"), as: UTF8.self).contains("\"verdict\" : \"wrong\""))
        _ = try act("feedback 2 --source source.key.pub -o f.json", "lena", status: 66)

        // What is shown of hostile texts is harmless, and bounded.
        let shown = try run("case show 1 --events --library l")
        #expect(shown.contains("\\x1b[2J\\xe2\\x80\\xaeevil\\x0asecond line") && shown.contains("characters)"))
        #expect(!shown.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{1B}" })
        #expect(shown.split(separator: "\n").allSatisfy { $0.utf8.count < 1_000 })
        let json = try run("case show 1 --json --events --library l")
        #expect(json.split(separator: "\n").count == 1 && !json.unicodeScalars.contains("\u{202E}"))
        #expect(try JSONSerialization.jsonObject(with: Data(json.utf8)) is [String: Any])
        #expect(try run("case list --state reported --library l").hasPrefix("1  reported: confirmed"))
        #expect(try run("case list --json --pseudonym a5a5 --library l").contains("\"number\":2"))
        #expect(try run("case list --counts --library l").split(separator: "\n").count == 2)

        // The export, by this program and by the independent implementation.
        let kept = try run("case verify --library l --public-key k.pub").split(separator: "\n").last.map(String.init)
        let export = try tool.run("case", "export", "--library", "l").output
        try tool.write(export, to: "events.jsonl")
        let end = try #require(kept)
        #expect(try run("case verify --events events.jsonl --public-key k.pub --kept \(end)").contains(end))
        _ = try run("case verify --events events.jsonl --public-key source.key.pub", status: 1)
        try tool.write(export.replacingOccurrences(of: "a flower", with: "a fLower"), to: "changed.jsonl")
        #expect(try run("case verify --events changed.jsonl", status: 1).contains("[error 626]"))
        if Reference.python != nil {
            let said = try tool.reference("cases", "events.jsonl").output
            #expect(said.contains("case 1: reported confirmed 1 1 1\ncase 2: decided notConfirmed 1 1 0\n\(end)"))
            #expect(try tool.reference("cases", "changed.jsonl").status == 1)
        }

        // Erased when its date has come; what is left is checked against the end that was kept.
        #expect(try run("case list --erasable --library l").hasPrefix("2  "))
        _ = try act("erase --due", "sam", status: 65)
        _ = try act("erase --due", "lena")
        _ = try act("erase 1", "lena", status: 65)
        #expect(try run("case show 2 --events --library l").contains("erased it"))
        _ = try run("case verify --library l --kept \(end)")
        try tool.write(tool.run("case", "export", "--library", "l").output, to: "events.jsonl")
        #expect(try !String(decoding: tool.bytes("events.jsonl"), as: UTF8.self).contains("a flower"))
        _ = try run("case verify --events events.jsonl --kept \(end)")
        if Reference.python != nil {
            #expect(try tool.reference("cases", "events.jsonl").output.contains("case 2: erased - 0 0 0"))
        }
    }
}
