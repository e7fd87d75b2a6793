import SealedMatchReview
import Testing

/// Text that somebody else wrote stays text, and in its place.
@Suite struct ShownTextTests {
    @Test func markupEscapesWhatIsPutIn() {
        let name = "\"><script>alert('1')</script>&"
        let piece: Markup = "<b title=\"\(name)\">\(name)</b>"
        let escaped = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;"
        #expect(piece.text == "<b title=\"\(escaped)\">\(escaped)</b>")
        #expect(("<p>\(piece)</p>" as Markup).text == "<p>\(piece.text)</p>", "a piece is not escaped again")
        #expect(("<p>\([piece, piece])\(7)</p>" as Markup).text == "<p>\(piece.text)\(piece.text)7</p>")
    }

    @Test(arguments: [
        ("a\u{202E}b", "a<span class=\"escape\">U+202E</span>b"),
        ("\u{2066}\u{200F}", "<span class=\"escape\">U+2066</span><span class=\"escape\">U+200F</span>"),
        (
            "\u{0}\u{1B}[2J\n",
            "<span class=\"escape\">U+0000</span><span class=\"escape\">U+001B</span>[2J"
                + "<span class=\"escape\">U+000A</span>"
        ),
        ("\u{E0041}\u{FEFF}", "<span class=\"escape\">U+E0041</span><span class=\"escape\">U+FEFF</span>"),
        ("\u{202A}\u{202A}a\u{202A}", "<span class=\"escape\">U+202A ×2</span>a<span class=\"escape\">U+202A</span>"),
        ("\u{3000}\u{2028}", "<span class=\"escape\">U+3000</span><span class=\"escape\">U+2028</span>"),
        ("<i>شكرا é</i>", "&lt;i&gt;شكرا é&lt;/i&gt;"),
    ])
    func whatIsNotSeenIsWrittenOut(_ text: String, _ shown: String) {
        #expect(Told.text(text).text == "<bdi class=\"told\">\(shown)</bdi>")
    }

    @Test func marksDoNotPileUp() {
        let piled = "e" + String(repeating: "\u{0301}", count: 200)
        let shown = Told.text(piled).text
        #expect(shown.unicodeScalars.count(where: { $0 == "\u{0301}" }) == 4)
        #expect(shown.contains("<span class=\"escape\">U+0301 ×196</span>"))
        // Each letter has its own.
        #expect(!Told.text(String(repeating: "e\u{0301}\u{0302}", count: 20)).text.contains("U+"))
    }

    @Test func longTextsAreCut() {
        #expect(Told.text("abcdef", limit: 6).text == "<bdi class=\"told\">abcdef</bdi>")
        let shown = Told.text(String(repeating: "<", count: 1_000_000), limit: 3).text
        #expect(shown == "<bdi class=\"told\">&lt;&lt;&lt;<span class=\"cut\">… cut; 1000000 characters</span></bdi>")
    }

    @Test func bytesThatAreNoText() {
        #expect(Told.bytes([0xFF, 0xFE]).text.contains("<bdi class=\"told\">fffe</bdi>"))
        #expect(Told.bytes(Array("<x>".utf8)).text == "<p><bdi class=\"told\">&lt;x&gt;</bdi></p>")
    }
}
