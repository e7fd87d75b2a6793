package import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchLists
package import SealedMatchProtocol

/// Sends one request to the messenger until it is answered for good: the same document each time, which the messenger
/// acts on once. Times between are doubled, across restarts.
package struct MessengerFiling {
    /// How far it is.
    package enum Position: Equatable, Sendable {
        case empty
        /// Not sent yet, or sent so often, and not answered for good.
        case waiting(sent: Int, last: UInt64)
        case done(reference: String)
        case refused(String)
    }

    package let journal: FilingJournal

    package init(_ journal: FilingJournal) { self.journal = journal }

    /// Seconds between two sendings, at most.
    package static let maximumWait: UInt64 = 21_600

    package var position: Position {
        var position = Position.empty
        var sent = 0
        for entry in journal.entries {
            switch entry.kind {
            case "prepared": (position, sent) = (.waiting(sent: 0, last: entry.time), 0)
            case "request":
                sent += 1
                position = .waiting(sent: sent, last: entry.time)
            case "reply":
                switch entry.text("outcome") {
                case "done": position = .done(reference: entry.text("reference") ?? id)
                case "refused": position = .refused(entry.text("said") ?? "")
                default: break
                }
            default: break
            }
        }
        return position
    }

    private var plan: FilingJournal.Entry? { journal.entries.last { $0.kind == "prepared" } }
    private var id: String { plan?.text("id") ?? "" }
    /// The library has the event.
    package var isRecorded: Bool { journal.entries.contains { $0.kind == "recorded" } }

    /// Who the account is, if this asked for it and was answered.
    package var account: AccountAnswer? {
        guard case .done = position else { return nil }
        return journal.entries.last { $0.kind == "reply" }.flatMap { AccountAnswer($0.members["account"]) }
    }

    /// Puts a request into the journal. It is not sent.
    /// - Throws: `ReportFailure` where one is there that was not refused.
    package func prepare(
        _ kind: String, to address: ReportAddress, _ facts: ReportFacts, request: ResolutionRequest,
        by person: String, at time: UInt64
    ) throws(ReportFailure) {
        switch position {
        case .empty, .refused: break
        default: throw ReportFailure("such a request is there already: \(words)")
        }
        let id = try about("random bytes") { () throws(SealedMatchError) in
            try Sodium.start()
            var random = SystemRandom()
            return Array(try random.bytes32().bytes.prefix(16))
        }
        let body = MessengerRequest.document(kind, id: id, to: address, facts, request: request, at: time)
        try journal.append(
            "prepared", at: time,
            [
                "by": .text(person), "id": .text(Hexadecimal.text(id)), "kind": .text(kind), "to": .text(address.text),
            ], parts: [("request.json", body)])
        try journal.keep(by: person, at: time)
    }

    /// Seconds since 1970 before which it is not sent again.
    /// - Parameter first: seconds after the first sending.
    package func due(first: UInt64) -> UInt64 {
        guard case .waiting(let sent, let last) = position, sent > 0 else { return 0 }
        return last + min(Self.maximumWait, first << UInt64(min(sent - 1, 20)))
    }

    /// Sends it once.
    /// - Parameter person: who sends it: named in the library, once for each request.
    /// - Returns: whether it was answered for good.
    /// - Throws: `ReportFailure` where nothing is prepared.
    package func send(
        by sender: any HTTPSender, as person: String, key: borrowing SigningKey, now: () -> UInt64
    ) throws(ReportFailure) -> Bool {
        switch position {
        case .empty: throw ReportFailure("nothing is prepared: `sealedmatch report prepare` does it")
        case .done: return true
        case .refused(let said): throw ReportFailure("the messenger refused it: \(said). Prepare it again")
        case .waiting: break
        }
        guard let plan, let to = plan.text("to"), let kind = plan.text("kind") else {
            throw ReportFailure("\(journal.path): no request is there")
        }
        let body = try journal.part("request.json", of: plan)
        let time = now()
        let fields: [(name: String, value: String)]
        do throws(SealedMatchError) {
            fields = try MessengerRequest.fields(body, id: id, at: time, key: key)
        } catch { throw ReportFailure(error, "the signature") }
        let isFirst = if case .waiting(0, _) = position { true } else { false }
        try journal.append("request", at: time, ["to": .text(to)])
        // The same request sent again is done once: the library knows of the first sending.
        if isFirst { try journal.keep(by: person, at: time) }
        let outcome = sender.send(
            HTTPRequest("POST", try ReportAddress(to).text, contentType: "application/json", fields: fields, body: body)
        )
        let reply = MessengerReply(outcome, id: id, kind: kind)
        var said: [String: JSON] = [
            "outcome": .text(reply.outcome.rawValue), "status": .integer(Int128(reply.status)),
            "said": .text(reply.said),
        ]
        if let reference = reply.reference { said["reference"] = .text(reference) }
        if let account = reply.account { said["account"] = account.json }
        try journal.append("reply", at: now(), said)
        if case .refused = reply.outcome { throw ReportFailure("the messenger refused it: \(reply.said)") }
        return reply.outcome == .done
    }

    /// In words, for a person. Escape it where it is shown.
    package var words: String {
        switch position {
        case .empty: "nothing is prepared"
        case .waiting(0, _): "prepared, and not sent"
        case .waiting(let sent, let last):
            "sent \(sent) \(sent == 1 ? "time" : "times"), last at \(ReportTime.text(last)), and not answered for good: "
                + "\(journal.entries.last { $0.kind == "reply" }?.text("said") ?? "no reply is known")"
        case .done(let reference):
            "the messenger says that it is done: \(VisibleText.of(reference, limit: 200))"
                + (account?.isEmailLeftOut == true
                    ? "; its e-mail address of the account is none, and is left out" : "")
        case .refused(let said): "the messenger refused it: \(said)"
        }
    }
}
