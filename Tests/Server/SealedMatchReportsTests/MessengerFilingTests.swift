import SealedMatchCases
import SealedMatchCrypto
import SealedMatchJSON
import SealedMatchProtocol
import SealedMatchReports
import Testing

/// Answers as they are given.
private final class Answers: HTTPSender {
    var outcomes: [HTTPOutcome]
    private(set) var requests: [HTTPRequest] = []
    init(_ outcomes: [HTTPOutcome]) { self.outcomes = outcomes }
    func send(_ request: HTTPRequest) -> HTTPOutcome {
        requests.append(request)
        return outcomes.removeFirst()
    }
}

@Suite final class MessengerFilingTests {
    private let fixture: Fixture
    private let key: SigningKey
    private let path: String

    init() throws {
        fixture = try Fixture()
        key = try SigningKey(seed: SecretBytes.copying([UInt8](repeating: 9, count: 32)))
        path = fixture.scratch.file("request")
    }

    private func journal(isRead: Bool = false) throws -> FilingJournal {
        let name = FilingFolder.Name(1, round: 1, "removal")
        return isRead
            ? try FilingJournal.read(path: path, name, fixture.keeper)
            : try FilingJournal(path: path, name, fixture.keeper)
    }

    private func prepare(_ kind: String = "removal") throws {
        let bytes =
            Array("SMQ1".utf8) + [0xB2, 2, 0, 0] + [UInt8](repeating: 7, count: 32) + [UInt8](repeating: 1, count: 32)
        try MessengerFiling(journal()).prepare(
            kind, to: ReportAddress("https://messenger.example.org/x"), fixture.facts(),
            request: ResolutionRequest(canonical: bytes), by: "lena", at: 1_000)
    }

    private func send(_ answers: Answers, at time: UInt64 = 2_000) throws -> Bool {
        try MessengerFiling(journal()).send(by: answers, as: "lena", key: key, now: { time })
    }

    private func id() throws -> String {
        try journal(isRead: true).entries.last { $0.kind == "prepared" }?.text("id") ?? ""
    }

    private func answer(_ status: Int, _ members: [String: JSON]) throws -> HTTPOutcome {
        var members = members
        if members["id"] == nil { members["id"] = .text(try id()) }
        return .reply(status: status, body: Array(JSON.object(members).line.utf8))
    }

    /// The document is the same each time; time and signature are new.
    @Test func signed() throws {
        try prepare()
        let answers = Answers([.unknown("x"), .unsent("y"), try answer(200, ["status": .text("done")])])
        for (turn, done) in [false, false, true].enumerated() {
            #expect(try send(answers, at: 2_000 + UInt64(turn)) == done)
        }
        #expect(Set(answers.requests.map(\.body)).count == 1)
        let id = try id()
        for (turn, request) in answers.requests.enumerated() {
            let fields = Dictionary(uniqueKeysWithValues: request.fields.map { ($0.name, $0.value) })
            #expect(fields["SealedMatch-Time"] == "\(2_000 + turn)" && fields["Idempotency-Key"] == id)
            let digits = Array((fields["SealedMatch-Signature"] ?? "").utf8)
            let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
            }
            let message = Array("SealedMatch request\0\(2_000 + turn)\0".utf8) + request.body
            #expect(try Signature(canonical: bytes).verifies(message, publicKey: key.publicKey))
        }
        // Done: nothing is sent again, and nothing is prepared again.
        #expect(try send(answers) && answers.requests.count == 3)
        #expect(refusal { try prepare() }.contains("there already"))
    }

    @Test func answersThatAreNone() throws {
        try prepare()
        let outcomes: [HTTPOutcome] = [
            .reply(status: 500, body: []), .reply(status: 429, body: []), .reply(status: 200, body: []),
            try answer(200, ["status": .text("done"), "id": .text("00")]), try answer(200, ["status": .text("odd")]),
            try answer(202, ["status": .text("accepted")]),
        ]
        for outcome in outcomes { #expect(try !send(Answers([outcome]))) }
        for (status, members) in [
            (400, [:]), (404, [:]), (302, [:]), (200, ["status": JSON.text("refused"), "said": .text(hostile)]),
        ] {
            #expect(refusal { _ = try send(Answers([answer(status, members)])) }.contains("refused"))
            #expect(refusal { _ = try send(Answers([])) }.contains("Prepare it again"))
            try prepare()
        }
    }

    /// Times between are doubled, by what the journal says.
    @Test func waits() throws {
        try prepare()
        var expected: [UInt64] = []
        var found: [UInt64] = []
        #expect(MessengerFiling(try journal()).due(first: 60) == 0)
        for turn in 0..<12 {
            let time = 10_000 * UInt64(turn + 1)
            _ = try send(Answers([.unsent("x")]), at: time)
            found.append(MessengerFiling(try journal()).due(first: 60) - time)
            expected.append(min(21_600, 60 << UInt64(turn)))
        }
        #expect(found == expected && found.last == 21_600)
    }

    @Test func account() throws {
        try prepare("account")
        #expect(try !send(Answers([answer(200, ["status": .text("done")])])))
        let named = JSON.object(["identifier": .text(hostile), "email": .text("a@b.c"), "screenName": .integer(1)])
        #expect(try send(Answers([answer(200, ["status": .text("done"), "account": named])])))
        let found = MessengerFiling(try journal(isRead: true)).account
        #expect(found == AccountAnswer(identifier: hostile, email: "a@b.c"))
    }

    /// An address that is none is left out, and the report says so.
    @Test(arguments: [
        "a", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a@b\u{0}", "<a@b.c>", "a@b.c\n", "a@-b.c", "a..b@c", "é@b.c",
        "a@b.c,d@e.f",
        "\(String(repeating: "a", count: 65))@b.c", "a@\(String(repeating: "b.", count: 130))c", "",
        String(repeating: "x", count: 300),
    ])
    func emails(text: String) throws {
        try prepare("account")
        let named = JSON.object(["identifier": .text("u"), "email": .text(text)])
        #expect(try send(Answers([answer(200, ["status": .text("done"), "account": named])])))
        let filing = MessengerFiling(try journal(isRead: true))
        #expect(filing.account == AccountAnswer(identifier: "u", isEmailLeftOut: true))
        #expect(filing.words.contains("is left out"))
        let person = try #require(try fixture.report(account: filing.account).report.child("personOrUserReported"))
        #expect(person.child("personOrUserReportedPerson") == nil)
        #expect(person.child("additionalInfo")?.text.contains("is none") == true)
    }
}
