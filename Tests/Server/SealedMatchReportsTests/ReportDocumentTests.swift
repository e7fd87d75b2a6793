import SealedMatchCases
import SealedMatchCrypto
import SealedMatchJSON
import SealedMatchReports
import Testing

/// Documents that are handed over: the same fields as JSON and as a page.
@Suite struct ReportDocumentTests {
    private func documents(_ one: Fixture, account: AccountAnswer? = nil, urgent: String? = nil) throws
        -> [ReportDocument]
    {
        let settings = try ReportSettings(Array(settingsText.utf8))
        let facts = try one.facts(account: account)
        return [
            .article13(facts, settings, urgent: urgent, at: one.now),
            .nca(facts, settings, urgent: urgent, at: one.now),
        ]
    }

    private func member(_ json: JSON, _ path: String...) -> JSON? {
        path.reduce(json) { json, name in
            if case .object(let members)? = json { members[name] } else { nil }
        }
    }

    @Test func whatIsNotKnownIsSaidToBeUnknown() throws {
        let one = try Fixture()
        let unknown = try documents(one).map { member($0.json, "unknown") }
        #expect(
            unknown[0]
                == .list(["content", "location", "identity", "removed", "urgent"].map { .text($0) }))
        #expect(unknown[1] == .list([.text("identity"), .text("urgent")]))
        try one.step(.reported(.cybertipline, reference: hostile), by: "lena")
        try one.step(.reported(.removal, reference: "r"), by: "lena")
        let known = try documents(one, account: AccountAnswer(identifier: hostile), urgent: hostile)
        #expect(member(known[0].json, "unknown") == .list([.text("content"), .text("location")]))
        #expect(member(known[0].json, "identity", "identifier") == .text(hostile))
        for (document, count) in zip(known, [1, 1]) {
            guard case .list(let reports)? = member(document.json, "elsewhere") else { throw ReportFailure("none") }
            #expect(reports.count == count)
        }
    }

    /// A page is one file without scripts, whatever texts hold.
    @Test func hostileTextsStayTexts() throws {
        let one = try Fixture([hostile, hostile, hostile])
        for document in try documents(one, account: AccountAnswer(identifier: hostile), urgent: hostile) {
            let page = String(decoding: document.page, as: UTF8.self)
            #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
            for text in ["<script", "</additionalInfo", "\u{1B}", "\u{202E}", "http:", "src=", "href=", "onerror="] {
                #expect(!page.contains(text), "\(document.kind): \(text)")
            }
            #expect(page.contains("default-src 'none'"))
        }
    }

    @Test func signature() throws {
        let one = try Fixture()
        let key = try SigningKey(seed: SecretBytes.copying([UInt8](repeating: 1, count: 32)))
        let other = try SigningKey(seed: SecretBytes.copying([UInt8](repeating: 2, count: 32)))
        let document = try documents(one)[0].json
        let bytes = try SignedReport.encoded(document, key: key)
        #expect(try SignedReport.open(bytes, key: key.publicKey) == document)
        #expect(throws: ReportFailure.self) { try SignedReport.open(bytes, key: other.publicKey) }
        let changed = String(decoding: bytes, as: UTF8.self).replacing("known", with: "knows")
        #expect(throws: ReportFailure.self) { try SignedReport.open(Array(changed.utf8), key: key.publicKey) }
    }

    /// SHA-256 only if the client said it.
    @Test func hashes() throws {
        let digits = String(repeating: "AB", count: 32)
        let one = try Fixture([#"{"sha256": "\#(digits)"}"#, #"{"sha256": "abc"}"#, ""])
        func hashes(of one: Fixture) throws -> [JSON] {
            guard case .list(let hashes)? = member(try documents(one)[1].json, "hashes") else {
                throw ReportFailure("none")
            }
            return hashes
        }
        let first = try hashes(of: one)
        #expect(first.map { member($0, "sha256") } == [.text(digits.lowercased()), .null])
        // People said to have viewed the first; that it was the file with the note's hash nobody knows.
        #expect(first.map { member($0, "viewed") } == [.boolean(false), .boolean(false)])
        try one.step(.reopened, by: "lena")
        for (byte, isOne) in [(UInt8(0x11), false), (0xAB, true)] {
            let digest = try Bytes32(exactly: [UInt8](repeating: byte, count: 32))
            let shown = CaseViewBasis.shown(type: "image/png", bytes: 1, digest: digest)
            try one.step(.viewed(match: 1, basis: shown), by: "rita")
            if !isOne { try one.step(.judged(match: 1, category: .b1, standing: .baseline), by: "rita") }
            let again = try #require(try hashes(of: one).first)
            #expect(member(again, "viewed") == .boolean(isOne), "\(byte)")
        }
    }
}
