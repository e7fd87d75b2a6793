import SealedMatchCases
import SealedMatchCrypto
import SealedMatchReports
import Testing

/// The documents of a report: what is in them, and what is not.
@Suite struct CyberTiplineReportTests {
    private let picture = Self.picture(1, "5a")
    private let second = Self.picture(2, "a5")

    private static func picture(_ match: Int, _ digits: String) -> CyberTiplineReport.Picture {
        CyberTiplineReport.Picture(match: match, name: "file-\(digits)", sha256: String(repeating: digits, count: 32))
    }

    /// As the review page writes it.
    private static func shown(_ digits: String, asFile: Bool = false) throws -> CaseViewBasis {
        let digest = try Bytes32(exactly: [UInt8](repeating: UInt8(digits, radix: 16) ?? 0, count: 32))
        return asFile
            ? .file(type: "image/jpeg", bytes: 7, digest: digest) : .shown(type: "image/jpeg", bytes: 7, digest: digest)
    }

    /// Hostile notes and labels stay texts, the order is the schema's, and reading gives what was written.
    @Test func documents() throws {
        let one = try Fixture([hostile, hostile, hostile])
        let account = AccountAnswer(identifier: hostile, screenName: hostile, email: "a@b.c")
        let report = try one.report(pictures: [picture, second], account: account, urgent: hostile)
        var documents = [(report.report, "report")]
        for file in report.files {
            documents.append((try #require(report.details(of: file, report: "7", file: "f")), "fileDetails"))
        }
        for (document, root) in documents {
            let bytes = document.document
            let read = try XMLElement(parsing: bytes)
            #expect(CyberTiplineSchema.fault(read, root: root, now: one.now) == nil)
            #expect(String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy { $0.value >= 32 || $0 == "\n" })
            #expect(!String(decoding: bytes, as: UTF8.self).unicodeScalars.contains("\u{202E}"))
            // Nothing of a note became an element.
            #expect(!String(decoding: bytes, as: UTF8.self).contains("<script>"))
            let info = try #require(read.child("additionalInfo")?.text)
            #expect(info.contains(#"]]></additionalInfo><x>&amp; "'\u{00}\u{1b}[2J\u{202e}evil\u{fffe}\u{0a}<script>"#))
            #expect(info.contains(#"<script>alert(1)</script>\\"#))
        }
        // Two different texts never look the same.
        #expect(VisibleText.of("\u{1B}") != VisibleText.of("\\u{1b}"))
    }

    /// Of each file it is said whether a person viewed it: by the digest in the library's events, and nothing else.
    @Test func viewedIsTrueToFact() throws {
        let one = try Fixture()
        func details(_ picture: CyberTiplineReport.Picture) throws -> XMLElement {
            try #require(try one.report(pictures: [picture]).details(of: picture, report: "1", file: "f"))
        }
        func viewed(_ picture: CyberTiplineReport.Picture) throws -> String? {
            let found = try details(picture)
            #expect(CyberTiplineSchema.fault(found, root: "fileDetails", now: one.now) == nil)
            return found.child("fileViewedByEsp")?.text
        }
        // Two people said to have seen the match, and nobody knows which file; both judged the other.
        #expect(try viewed(picture) == "false" && viewed(second) == "false")
        #expect(try one.report(pictures: [picture]).remarks.first?.contains("does not have which") == true)
        #expect(try one.report(pictures: [second]).remarks.first?.contains("nobody has viewed") == true)
        #expect(
            try details(picture).child("additionalInfo")?.text.contains("Which file that was is not recorded") == true)
        let other = try details(second)
        #expect(other.child("exifViewedByEsp")?.text == "false" && other.child("publiclyAvailable") == nil)
        // They judged it differently: no class is said.
        #expect(other.child("industryClassification") == nil)
        #expect(try details(picture).child("industryClassification")?.text == "A1")
        #expect(try details(picture).child("originalFileHash")?.text == picture.sha256)
        // In another round somebody was shown this file, by the page; and another person another one, as a file.
        try one.step(.reopened, by: "lena")
        try one.step(.viewed(match: 2, basis: Self.shown("a5")), by: "rita", why: "in the browser")
        try one.step(.judged(match: 2, category: .b1, standing: .baseline), by: "rita")
        try one.step(.judged(match: 1, category: .b1, standing: .baseline), by: "rita")
        #expect(try viewed(second) == "true")
        #expect(try details(second).child("additionalInfo")?.text.contains("the one that was viewed") == true)
        // That file was shown of match 2: it makes no other match viewed.
        #expect(try viewed(Self.picture(1, "a5")) == "false")
        for digits in ["a4", "5a"] {
            let said = refusal { _ = try viewed(Self.picture(2, digits)) }
            #expect(said.contains("file-\(digits)") && said.contains(String(repeating: "a5", count: 32)), "\(said)")
            #expect(said.contains(String(repeating: digits, count: 32)))
        }
        try one.step(.viewed(match: 2, basis: Self.shown("77", asFile: true)), by: "sam")
        #expect(try viewed(Self.picture(2, "77")) == "true" && viewed(second) == "true")
        #expect(refusal { _ = try viewed(Self.picture(2, "78")) }.contains("another file"))
    }

    /// What a client wrote of a file decides only where nobody saw it.
    @Test func notesAndFingerprints() throws {
        let claim = #"{"sha256": "\#(String(repeating: "5A", count: 32))"}"#
        let one = try Fixture([claim, claim, "note"])
        #expect(try one.report(pictures: [picture]).remarks.count == 1)
        let said = refusal { _ = try one.report(pictures: [Self.picture(1, "5b")]) }
        #expect(said.contains("file-5b") && said.contains("the note of match 1 says \(picture.sha256)"), "\(said)")
        try one.step(.reopened, by: "lena")
        try one.step(.viewed(match: 1, basis: Self.shown("5b")), by: "rita")
        try one.step(.judged(match: 1, category: .b1, standing: .baseline), by: "rita")
        let seen = try one.report(pictures: [Self.picture(1, "5b")])
        #expect(seen.remarks.first?.contains("true: a person was shown this file; the note says another") == true)
        #expect(refusal { _ = try one.report(pictures: [picture]) }.contains("another file"))
        // One picture of a match, and each match once.
        #expect(
            refusal { _ = try one.report(pictures: [Self.picture(1, "5b"), Self.picture(1, "5b")]) }.contains("two"))
        #expect(refusal { _ = try one.facts(.numbers([1, 1])) }.contains("twice"))
    }

    /// When it happened is what a note says, or a person; nothing else.
    @Test func time() throws {
        let silent = try Fixture()
        #expect(refusal { _ = try silent.report(when: nil) }.contains("--when"))
        #expect(refusal { _ = try silent.report(when: silent.now) }.contains("not in the past"))
        let summary = try #require(try silent.report().report.child("incidentSummary"))
        #expect(summary.child("incidentDateTime")?.text == "2026-09-21T14:13:20Z")
        #expect(summary.child("incidentDateTimeDescription")?.text == "Given by lena of the provider.")
        let speaking = try Fixture([#"{"sent": 1790000007}"#, #"{"sent": "2026-09-21T14:13:21Z"}"#, #"{"sent": 5}"#])
        let said = try #require(try speaking.report(when: nil).report.child("incidentSummary"))
        #expect(said.child("incidentDateTime")?.text == "2026-09-21T14:13:21Z")
        #expect(said.child("incidentDateTimeDescription")?.text.contains("match 2") == true)
        let future = try Fixture([#"{"sent": 1990000000}"#, "", ""])
        #expect(refusal { _ = try future.report(when: nil) }.contains("not in the past"))
        let odd = try Fixture([#"{"sent": true}"#, #"{"sent": 1e9}"#, #"{"sent": "yesterday"}"#])
        #expect(refusal { _ = try odd.report(when: nil) }.contains("--when"))
    }

    @Test func whatIsNotKnownIsLeftOut() throws {
        let one = try Fixture()
        let report = try one.report().report
        #expect(report.child("personOrUserReported") == nil)
        #expect(report.child("incidentSummary")?.child("escalateToHighPriority") == nil)
        let known = try one.report(account: AccountAnswer(identifier: "u-1"), urgent: "now").report
        #expect(known.child("personOrUserReported")?.child("espIdentifier")?.text == "u-1")
        #expect(known.child("incidentSummary")?.child("escalateToHighPriority")?.text == "now")
    }

    @Test func whichMatches() throws {
        let one = try Fixture()
        #expect(try one.facts().matches.map(\.number) == [1, 2])
        #expect(try one.facts(.numbers([3])).matches.map(\.number) == [3])
        #expect(refusal { _ = try one.facts(.numbers([4])) }.contains("no match 4"))
        try one.step(.reopened, by: "lena")
        #expect(refusal { _ = try one.facts() }.contains("no match is left"))
        #expect(try one.facts(.allListed).matches.map(\.number) == [1, 2])
        try one.step(.judged(match: 1, category: .unclassified, standing: .notIllegal), by: "rita")
        #expect(try one.facts(.allListed).matches.map(\.number) == [2])
        #expect(refusal { _ = try one.facts(.numbers([1])) }.contains("not to be illegal"))
    }

    @Test func settings() throws {
        func fault(_ old: String, _ new: String) -> String {
            refusal { _ = try ReportSettings(Array(settingsText.replacing(old, with: new).utf8)) }
        }
        #expect(fault("Child Porn", "Other Porn").contains("cybertipline.incidentType: is none of"))
        #expect(fault(#""version": 1"#, #""version": 2"#).contains("version 1"))
        #expect(fault(#""provider""#, #""providers""#).contains("provider: is missing"))
        #expect(fault(#""establishment""#, #""other""#).contains("provider.other: is not known"))
        #expect(fault(#""lena@example.org""#, "7").contains("cybertipline.email: is no text"))
        #expect(fault("lena@example.org", "lena at example.org").contains("cybertipline.email: is no e-mail"))
        #expect(fault("reports@example.org", "reports@example.org>").contains("provider.email: is no e-mail"))
        #expect(fault("messenger.example.org/", "{a,b}.example.org/").contains("messenger: https://{a,b}"))
        for address in [
            "http://example.org/", "ftp://example.org", "https://a:b@example.org/", "https://example.org/?a", "x",
            "https:///path", "http://127.0.0.1.example.org/", "https://a b/", "https://{a,b}.example.org/",
            "https://example.org/[1-3]", "https://example[1-2].org/", "https://example.org/{x}",
            "https://a@example.org",
            "https://example.org\u{0}/", "https://example.org/\n", "https://example.org:/", "https://example.org:0/",
            "https://[::1", "https://[1-3]/", "https://[::1]x/", "https://[::1]/[1-2]", "https://example.org:99999",
            "https://exa\u{301}mple.org/", "https://example.org\\@evil.org/", "http://[::1]@example.org/",
        ] {
            #expect(throws: ReportFailure.self, "\(address)") { try ReportAddress(address) }
        }
        #expect(try ReportAddress("http://127.0.0.1:80/").isPlain && ReportAddress("http://[::1]:80").isLoopback)
        #expect(try ReportAddress("https://example.org/ispws/").text == "https://example.org/ispws")
    }

    /// One place in two ways of writing is one; another port, host or path is another.
    @Test func sameAddress() throws {
        let own = try ReportAddress("https://Example.org/ispws")
        for same in ["HTTPS://example.org/ispws", "https://example.org:443/ispws/"] {
            #expect(try ReportAddress(same) == own, "\(same)")
        }
        for other in [
            "https://example.org/Ispws", "https://example.org:444/ispws", "https://example.org",
            "https://example.com/ispws",
        ] {
            #expect(try ReportAddress(other) != own, "\(other)")
        }
    }

    @Test func readerIsStrict() throws {
        for text in [
            "", "a", "<a>", "<a></b>", "<a/><b/>", "<a>&x;</a>", "<a>&#0;</a>", "<a>&#x1b;</a>", "<a b=c/>",
            "<a b='1' b='2'/>", "<a>text<b/></a>", "<!DOCTYPE a><a/>", "<a><![CDATA[x]]></a>", "<a>\u{1}</a>",
            String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40), "<a b='<'/>",
        ] {
            #expect(throws: ReportFailure.self, "\(text)") { try XMLElement(parsing: Array(text.utf8)) }
        }
        let read = try XMLElement(
            parsing: Array("<?xml version='1.0'?> <!-- x --><a b='&#65;'>\n<c>&lt;é</c></a>\n".utf8))
        #expect(read.attributes.first?.value == "A" && read.child("c")?.text == "<é")
    }

    /// The stand-in asks for the schema's order: each two neighbours exchanged are refused.
    @Test func orderIsLookedAt() throws {
        let one = try Fixture()
        let report = try one.report(pictures: [picture], account: AccountAnswer(identifier: "u", screenName: "s"))
        let details = try #require(report.details(of: picture, report: "1", file: "f"))
        for (document, root) in [(report.report, "report"), (details, "fileDetails")] {
            for place in document.children.indices.dropFirst() {
                var other = document
                other.children.swapAt(place - 1, place)
                guard other.children != document.children, other.children[place - 1].name != other.children[place].name
                else { continue }
                #expect(CyberTiplineSchema.fault(other, root: root, now: one.now) != nil, "\(root) \(place)")
            }
            #expect(CyberTiplineSchema.fault(document, root: root, now: 1) != nil || root == "fileDetails")
        }
    }

    /// Only a lead, only what the policy has, only what was confirmed.
    @Test func permit() throws {
        func code(_ one: Fixture, _ kind: CaseReport, by person: String) throws -> SealedMatchError.Code? {
            do throws(SealedMatchError) {
                try ReportPermit.check(kind, of: one.store.read(1), by: person, at: one.now, one.store.library())
                return nil
            } catch { return error.code }
        }
        let one = try Fixture()
        #expect(try code(one, .cybertipline, by: "lena") == nil && code(one, .removal, by: "lena") == nil)
        for person in ["rita", "sam", "ada", "nobody"] {
            #expect(try code(one, .cybertipline, by: person) == .roleRefused)
            #expect(throws: SealedMatchError.self) {
                try ReportPermit.checkLookUp(of: one.found, by: person, one.store.library())
            }
        }
        #expect(try code(one, .blocking, by: "lena") == .policyRefused)
        try ReportPermit.checkLookUp(of: one.found, by: "lena", one.store.library())
        try one.step(.reported(.cybertipline, reference: "1"), by: "lena")
        #expect(try code(one, .cybertipline, by: "lena") == .stepRefused && code(one, .nca, by: "lena") == nil)
        try one.step(.reopened, by: "lena")
        #expect(try code(one, .nca, by: "lena") == .stepRefused)
        #expect(throws: SealedMatchError.self) {
            try ReportPermit.checkLookUp(of: one.found, by: "lena", one.store.library())
        }
        // Confirmed by one, under a policy that has no removal: another policy does not make it two.
        let alone = try Fixture(policy: policy(#""cybertipline""#, confirmed: 1), people: ["rita"])
        #expect(try code(alone, .removal, by: "lena") == .policyRefused)
        try alone.library(.governed(policy: String(decoding: policy(), as: UTF8.self)))
        #expect(try code(alone, .removal, by: "lena") == .policyRefused && code(alone, .nca, by: "lena") == nil)
    }
}
