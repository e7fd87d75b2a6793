import SealedMatchCases
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

/// Who may do what, when, and under which policy.
@Suite struct CaseRuleTests {
    /// The one table, written out.
    @Test func roles() {
        let table: [CaseRole: Set<CaseAction>] = [
            .reviewer: [.takeIn, .takeOn, .view, .judge, .decide],
            .second: [.takeIn, .takeOn, .view, .judge, .decide, .decideSecond],
            .lead: Set(CaseAction.allCases),
            .auditor: [],
        ]
        for role in CaseRole.allCases {
            #expect(Set(CaseAction.allCases.filter { role.may($0) }) == table[role])
        }
    }

    @Test func everyStepIsRefusedToAnAuditorAndAStranger() throws {
        let one = try Fixture()
        try one.take(caseFile())
        let before = try one.store.head()
        let root = try Bytes32(exactly: [UInt8](repeating: 0xAB, count: 32))
        for person in ["ada", "nobody"] {
            for step in [
                CaseStep.assigned(to: "rita"), .viewed(match: 1),
                .judged(match: 1, category: .b2, standing: .notIllegal), .decided(.notConfirmed),
                .reported(.cybertipline, reference: "1"), .closed, .reopened,
                .filed(CaseFiling(kind: .nca, round: 1, entries: 1, digest: root)),
                .notified(CaseNotice(kind: .revealed, root: root)), .fedBack(source: root, digest: root),
                .erased(early: true),
            ] {
                #expect(code { try one.step(step, by: person) } == .roleRefused, "\(step)")
            }
            #expect(code { try one.library(.appointed(person: "x", role: .lead), by: person) } == .roleRefused)
        }
        #expect(code { try one.step(.closed, by: "rita") } == .roleRefused)
        #expect(code { try one.step(.assigned(to: "sam"), by: "rita") } == .roleRefused)
        #expect(code { try one.step(.assigned(to: "ada"), by: "lena") } == .roleRefused)
        // A refusal leaves nothing.
        #expect(try one.store.head() == before)
    }

    /// Of a filing's journal the library knows that it grows.
    @Test func filings() throws {
        let one = try Fixture()
        try one.take(caseFile())
        let digest = try Bytes32(exactly: [UInt8](repeating: 0xCD, count: 32))
        func filed(_ kind: CaseFiling.Kind, _ round: Int, _ entries: Int, why: String = "why") -> SealedMatchError.Code?
        {
            let filing = CaseFiling(kind: kind, round: round, entries: entries, digest: digest)
            return code { try one.step(.filed(filing), by: "lena", why: why) }
        }
        #expect(filed(.cybertipline, 1, 2) == nil && filed(.cybertipline, 1, 3) == nil)
        for entries in [1, 2, 3] { #expect(filed(.cybertipline, 1, entries) == .stepRefused) }
        #expect(filed(.removal, 1, 1) == nil && filed(.removal, 2, 1) == .stepRefused)
        #expect(filed(.removal, 0, 1) == .parameterOutOfRange && filed(.removal, 1, -1) == .parameterOutOfRange)
        #expect(filed(.cybertipline, 1, 0, why: "") == .stepRefused && filed(.cybertipline, 1, 0) == nil)
        for entries in [0, 9] { #expect(filed(.cybertipline, 1, entries) == .stepRefused) }
        #expect(try one.store.read(1).filings.map(\.entries) == [0, 1])
        // It is no step of the case.
        #expect(try one.store.read(1).state == .new)
    }

    /// Nobody's words pose as what a page says of itself; old events that have them stay readable (vectors).
    @Test func reasonsThatPose() throws {
        let one = try Fixture()
        try one.take(caseFile())
        let before = try one.store.head()
        for why in [
            "[shown on the page: image/png, 5 bytes, SHA-256 00]", "[stated; the evidence is not held] there",
            "[SHOWN ON THE PAGE", "  \n\t[Stated", "[ shown  on\u{A0}the page", "[shownonthepage", "(stated",
            "{stated}",
            "\u{FF3B}shown on the page", "\u{3010}stated", "\u{27E6}stated", "\u{2045}shown on the page",
            "\u{202E}[stated", "[\u{200B}sta\u{200D}ted", "\u{FEFF}[\u{2066}stated", "\u{E000}[stated",
            "[\u{FF33}\u{FF34}\u{FF21}\u{FF34}\u{FF25}\u{FF24}", "[\u{1D600}hown on the page", "[[[stated", "*[stated",
            "[\u{455}tated", "[st\u{430}t\u{435}d", "[sh\u{3BF}wn on the page", "[sh0wn on the page",
        ] {
            for step in [CaseStep.viewed(match: 1), .assigned(to: "rita"), .decided(.notConfirmed)] {
                #expect(code { try one.step(step, by: "rita", why: why) } == .stepRefused, "\(why)")
            }
            #expect(code { try one.library(.appointed(person: "x", role: .lead), why: why) } == .stepRefused, "\(why)")
            #expect(code { try one.take(caseFile(account: 3), why: why) } == .stepRefused, "\(why)")
        }
        #expect(try one.store.head() == before)
        for why in [
            "stated by the sender", "shown on the page 4 of the report", "[see the note] stated", "[state of the file]",
            "[show me", "[", "", "\u{202E}", "(unstated)", "[stat",
        ] {
            try one.step(.viewed(match: 1), by: "rita", why: why)
        }
        try one.step(
            .viewed(match: 2, basis: .shown(type: "image/gif", bytes: 7, digest: Bytes32())), by: "rita", why: "")
        #expect(
            try one.store.events(of: 1).last?.step
                == .viewed(
                    match: 2, basis: .shown(type: "image/gif", bytes: 7, digest: Bytes32())))
    }

    @Test func opinions() throws {
        let one = try Fixture()
        try one.take(caseFile())
        #expect(code { try one.step(.decided(.confirmed), by: "rita") } == .policyRefused)
        try one.step(.viewed(match: 3), by: "rita")
        #expect(code { try one.step(.decided(.confirmed), by: "rita") } == .stepRefused)
        #expect(code { try one.step(.viewed(match: 0), by: "rita") } == .stepRefused)
        #expect(code { try one.step(.viewed(match: 4), by: "rita") } == .stepRefused)
        #expect(code { try one.step(.decided(.notConfirmed), by: "rita", why: "") } == .stepRefused)
        try one.confirm(by: "rita")
        #expect(code { try one.step(.decided(.confirmed), by: "rita") } == .alreadyReviewed)
        #expect(
            code { try one.step(.judged(match: 1, category: .a2, standing: .baseline), by: "rita") } == .alreadyReviewed
        )
        // A second opinion is a second reviewer's.
        #expect(code { try one.confirm(by: "rob") } == .roleRefused)
        // They differ: a lead settles it.
        #expect(try one.step(.decided(.notConfirmed), by: "sam").state == .inReview)
        try one.library(.appointed(person: "tess", role: .second))
        #expect(code { try one.step(.decided(.notConfirmed), by: "tess") } == .roleRefused)
        let found = try one.step(.decided(.notConfirmed), by: "lena")
        #expect(found.state == .decided && found.outcome == .notConfirmed && found.opinions.count == 3)
        #expect(code { try one.step(.decided(.confirmed), by: "tess") } == .stepRefused)
        #expect(code { try one.step(.reported(.cybertipline, reference: "1"), by: "lena") } == .stepRefused)
        // Another round begins without opinions.
        #expect(code { try one.step(.reopened, by: "lena", why: "") } == .stepRefused)
        #expect(try one.step(.reopened, by: "lena").round == 2)
        try one.confirm(by: "rita")
        #expect(try one.confirm(by: "lena").outcome == .confirmed)
        #expect(code { try one.step(.reported(.nca, reference: "1"), by: "lena") } == .policyRefused)
    }

    @Test func oneReviewer() throws {
        let one = try Fixture(policy: policy([(#""confirmed": 2"#, #""confirmed": 1"#)]))
        try one.take(caseFile())
        #expect(try one.confirm(by: "rita").outcome == .confirmed)
    }

    @Test func people() throws {
        let one = try Fixture(policy: policy([(#", "auditor"]"#, #", "auditor"]"#)]))
        #expect(code { try one.library(.appointed(person: "lena", role: .reviewer)) } == .stepRefused)
        #expect(code { try one.library(.appointed(person: "a b", role: .reviewer)) } == .parameterOutOfRange)
        try one.library(.appointed(person: "rita", role: nil))
        try one.take(caseFile())
        #expect(code { try one.step(.viewed(match: 1), by: "rita") } == .roleRefused)
        try one.library(
            .governed(policy: String(decoding: policy([(#""second", "#, "")]), as: UTF8.self)))
        #expect(code { try one.library(.appointed(person: "x", role: .second)) } == .policyRefused)
        #expect(code { try one.library(.governed(policy: "{}")) } == .policyRefused)
        #expect(try one.store.verify().number == one.store.head().number)
    }

    @Test func modes() throws {
        // voluntary: nothing is confirmed of which nothing is listed
        let voluntary = try Fixture()
        try voluntary.take(caseFile(listed: 0))
        #expect(code { try voluntary.confirm(by: "rita") } == .policyRefused)
        // ordered: the order's time, and its sets
        let epoch = UInt64(690) * 2_592_000
        func ordered(_ from: UInt64, _ until: UInt64, _ sets: String = "") throws -> Fixture {
            try Fixture(
                policy: policy([
                    (
                        #""mode": "voluntary","#,
                        """
                        "mode": "ordered",
                        "order": {"authority": "a", "reference": "r", "from": \(from), "until": \(until), "sets": [\(sets)]},
                        """
                    )
                ]))
        }
        #expect(code { try ordered(epoch - 9, epoch).take(caseFile()) } == .policyRefused)
        #expect(code { try ordered(epoch + 2_592_000, epoch + 2_592_009).take(caseFile()) } == .policyRefused)
        #expect(try ordered(epoch - 9, epoch + 1).take(caseFile()).count == 1)
        let root = "\"\(String(repeating: "ab", count: 32))\""
        #expect(try ordered(epoch, epoch + 1, root).take(caseFile()).count == 1)
        #expect(code { try ordered(epoch, epoch + 1, root).take(caseFile(root: 0xAC)) } == .policyRefused)
        // riskBased: the assessment has not run out
        func riskBased(_ until: UInt64) throws -> Fixture {
            try Fixture(
                policy: policy([
                    (
                        #""mode": "voluntary","#,
                        #""mode": "riskBased", "assessment": {"reference": "r", "until": \#(until)},"#
                    )
                ]))
        }
        #expect(try riskBased(1_900_000_000).take(caseFile()).count == 1)
        #expect(code { try riskBased(1_800_000_000).take(caseFile()) } == .policyRefused)
    }

    @Test func notices() throws {
        let one = try Fixture()
        try one.take(caseFile())
        let root = try Bytes32(exactly: [UInt8](repeating: 0xAB, count: 32))
        let wrong = CaseStep.notified(CaseNotice(kind: .notConfirmed, root: root))
        let revealed = CaseStep.notified(CaseNotice(kind: .revealed, root: root))
        #expect(code { try one.step(wrong, by: "lena") } == .stepRefused)
        #expect(code { try one.step(revealed, by: "lena") } == .policyRefused)
        try one.step(.decided(.notConfirmed), by: "rob")
        #expect(
            code { try one.step(.notified(CaseNotice(kind: .notConfirmed, root: Bytes32())), by: "lena") }
                == .stepRefused
        )
        #expect(try one.step(wrong, by: "lena").notices.count == 1)
        #expect(code { try one.step(wrong, by: "lena") } == .stepRefused)
        one.now += 100 * 86_400
        #expect(try one.step(revealed, by: "lena").notices.count == 2)
        let silent = try Fixture(
            policy: policy([(#""notConfirmed": true, "afterDays": 100"#, #""notConfirmed": false, "afterDays": null"#)])
        )
        try silent.take(caseFile())
        try silent.step(.decided(.notConfirmed), by: "rob")
        silent.now += 100 * 86_400
        #expect(code { try silent.step(wrong, by: "lena") } == .policyRefused)
        #expect(code { try silent.step(revealed, by: "lena") } == .policyRefused)
    }

    @Test func feedback() throws {
        let one = try Fixture()
        try one.take(caseFile())
        let source = try Bytes32(exactly: [UInt8](repeating: 0x51, count: 32))
        try one.step(.judged(match: 1, category: .b1, standing: .nationallyIllegal), by: "rita")
        try one.step(.judged(match: 2, category: .unclassified, standing: .notIllegal), by: "rita")
        var entries = CaseFeedback(try one.store.read(1), for: source).entries
        #expect(entries.map(\.verdict) == ["confirmed", "wrong"] && entries[0].category == "B1")
        try one.step(.judged(match: 2, category: .a1, standing: .baseline), by: "sam")
        entries = CaseFeedback(try one.store.read(1), for: source).entries
        #expect(entries.map(\.label) == ["list.txt, line 1"])
        #expect(CaseFeedback(try one.store.read(1), for: Bytes32()).entries.isEmpty)
    }
}
