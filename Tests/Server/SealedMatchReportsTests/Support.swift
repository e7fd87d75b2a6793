import Foundation
import SealedMatchCases
import SealedMatchCrypto
import SealedMatchReports
import SealedMatchSQLite
import SealedMatchTestSupport
import Testing

/// A note that breaks what does not escape it.
let hostile = "]]></additionalInfo><x>&amp; \"'\u{0}\u{1B}[2J\u{202E}evil\u{FFFE}\n<script>alert(1)</script>\\"

/// A case file of three matches, the first two listed, with these notes.
func caseFile(_ notes: [String], account: UInt8 = 7) -> [UInt8] {
    func hex(_ byte: Int, _ count: Int) -> String { String(repeating: String(format: "%02x", byte), count: count) }
    let lines = notes.enumerated().map { place, note in
        let found =
            #""finding": "key", "key": "01\#(hex(place, 8))", "keyDistance": 1, "distance": 4, "#
            + #""label": "a\u202e<b>.txt, line \#(place)", "sources": ["\#(hex(0x51, 32))"]"#
        return """
            {"voucherID": "\(String(format: "%032x", place))", "slot": 3, "setRoot": "\(hex(0xAB, 32))",
             "fingerprintKind": "pdq", "fingerprint": "\(hex(place, 32))", "quality": 90,
             \(place < 2 ? found : #""finding": "notListed", "sources": []"#),
             "note": "\(Data(note.utf8).base64EncodedString())", "warnings": []}
            """
    }
    return Array(
        """
        {"format": "SealedMatch case file", "formatVersion": 3, "part": 1, "notice": "look",
         "pseudonym": "\(hex(Int(account), 32))", "epoch": 690, "epochStart": 1788480000, "threshold": 3,
         "setRoots": ["\(hex(0xAB, 32))"], "matchCount": \(notes.count), "listedMatchCount": 2, "listedEntryCount": 2,
         "lists": [], "matches": [\(lines.joined(separator: ",\n"))], "warnings": []}
        """.utf8)
}

func policy(_ reports: String = #""cybertipline", "article13", "nca", "removal""#, confirmed: Int = 2) -> [UInt8] {
    Array(
        """
        {"format": "SealedMatch policy", "version": 1, "name": "Example", "mode": "voluntary",
         "thresholds": {"listed": 1, "viewed": 1},
         "reviewers": {"confirmed": \(confirmed), "notConfirmed": 1, "cannotBeJudged": 1},
         "roles": ["reviewer", "second", "lead", "auditor"],
         "retention": {"new": 90, "inReview": 90, "confirmed": 365, "notConfirmed": 30, "cannotBeJudged": 30,
           "reported": 365, "closed": 30},
         "notices": {"notConfirmed": true, "afterDays": null}, "reports": [\(reports)]}
        """.utf8)
}

let settingsText = """
    {"format": "SealedMatch report settings", "version": 1,
     "provider": {"name": "Example <Messenger>", "email": "reports@example.org", "establishment": "Ireland"},
     "note": {"time": "sent", "name": "file", "sha256": "sha256"},
     "cybertipline": {"incidentType": "Child Pornography (possession, manufacture, and distribution)",
       "firstName": "Lena", "email": "lena@example.org", "service": "Example", "credentials": "netrc"},
     "messenger": "https://messenger.example.org/sealedmatch"}
    """

/// A case, confirmed by two people: match 1 was viewed by both, match 2 was judged without being viewed.
final class Fixture {
    let scratch = TemporaryDirectory()
    let store: CaseStore
    private let key: SigningKey
    var now: UInt64 = 1_800_000_000

    init(_ notes: [String] = ["note", "note", "note"], policy: [UInt8] = policy(), people: [String] = ["rita", "sam"])
        throws
    {
        key = try SigningKey(seed: SecretBytes.copying([UInt8](repeating: 9, count: 32)))
        try CaseStore.found(scratch.file("cases.sqlite"), policy: policy, lead: "lena", key: key, at: now)
        store = try CaseStore(path: scratch.file("cases.sqlite"))
        for (name, role) in [("rita", CaseRole.reviewer), ("sam", .second), ("ada", .auditor)] {
            try library(.appointed(person: name, role: role))
        }
        _ = try store.takeIn([caseFile(notes)], by: "lena", at: now, key: key)
        for person in people {
            try step(.viewed(match: 1), by: person)
            try step(.judged(match: 1, category: .a1, standing: .baseline), by: person)
            try step(
                .judged(match: 2, category: person == "rita" ? .b1 : .b2, standing: .baseline), by: person)
            try step(.decided(.confirmed), by: person)
        }
    }

    func library(_ step: CaseStep) throws {
        now += 1
        try store.append(CaseEvent(by: "lena", time: now, step), key: key)
    }

    @discardableResult
    func step(_ step: CaseStep, by person: String, why: String = "because") throws -> ReviewedCase {
        now += 1
        return try store.append(CaseEvent(by: person, time: now, why: why, step), to: 1, key: key)
    }

    var found: ReviewedCase { get throws { try store.read(1) } }

    /// What journals have of this library.
    var keeper: FilingKeeper {
        get throws {
            try FilingKeeper(
                library: store.identity(), key: key.publicKey,
                sign: { (message) throws(SealedMatchError) in try self.key.sign(message) },
                known: { (number) throws(SealedMatchError) in try self.store.read(number).filings },
                keep: { (filing, number, person, why, time) throws(SealedMatchError) in
                    _ = try self.store.append(
                        CaseEvent(by: person, time: time, why: why, .filed(filing)), to: number, key: self.key)
                })
        }
    }

    var folder: FilingFolder { get throws { FilingFolder(library: scratch.file("cases.sqlite"), try keeper) } }

    func facts(_ choice: ReportFacts.Choice = .judged, account: AccountAnswer? = nil) throws -> ReportFacts {
        let settings = try ReportSettings(Array(settingsText.utf8))
        return try ReportFacts(
            found, try store.library().policy, choice, note: settings.note, account: account)
    }

    func report(
        when: UInt64? = 1_790_000_000, pictures: [CyberTiplineReport.Picture] = [], account: AccountAnswer? = nil,
        urgent: String? = nil
    ) throws -> CyberTiplineReport {
        try CyberTiplineReport(
            facts(account: account), ReportSettings(Array(settingsText.utf8)), given: when.map { ($0, "lena") },
            escalation: urgent, pictures: pictures, now: now)
    }
}

/// What journals have of a library, and no library: one takes long to make. It keeps the one rule of them.
final class Ledger {
    static let name = FilingFolder.Name(1, round: 1, "cybertipline")
    var filings: [CaseFiling] = []
    /// Called before and after the ledger has it; throws where the process dies.
    var keeping: (_ isThere: Bool) throws(SealedMatchError) -> Void = { (_) throws(SealedMatchError) in }
    private let key: SigningKey

    init() throws { key = try SigningKey(seed: SecretBytes.copying([UInt8](repeating: 9, count: 32))) }

    var keeper: FilingKeeper {
        FilingKeeper(
            library: Bytes32(), key: key.publicKey,
            sign: { (message) throws(SealedMatchError) in try self.key.sign(message) },
            known: { (_) throws(SealedMatchError) in self.filings },
            keep: { (filing, _, _, _, _) throws(SealedMatchError) in
                try self.keeping(false)
                guard filing.entries > self.filings.last?.entries ?? 0 else {
                    throw SealedMatchError(.stepRefused, "less than there was")
                }
                self.filings = [filing]
                try self.keeping(true)
            })
    }
}

/// A picture of that many bytes, by its first ones.
func jpeg(_ byte: UInt8, count: Int = 10_000) -> [UInt8] {
    [0xFF, 0xD8, 0xFF] + [UInt8](repeating: byte, count: count - 3)
}

func sha256(_ bytes: [UInt8]) throws -> String {
    try FilingJournal.sha256(bytes).bytes.map { String(format: "%02x", $0) }.joined()
}

/// Whether something fails that may work later.
func isPassing(_ body: () throws -> Void) -> Bool {
    do { try body() } catch let failure as ReportFailure { return failure.isPassing } catch {}
    return false
}

func refusal(_ body: () throws -> Void) -> String {
    do { try body() } catch let failure as ReportFailure { return failure.description } catch { return "\(error)" }
    return ""
}
