import Foundation
import SealedMatchCases
import SealedMatchCrypto
import SealedMatchSQLite
import SealedMatchTestSupport
import Testing

/// A case file as `reveal` writes it, of any number of matches of which the first ones are listed.
func caseFile(
    account: UInt8 = 7, epoch: UInt32 = 690, part: Int = 1, matches: ClosedRange<Int> = 1...3, listed: Int = 2,
    root: UInt8 = 0xAB, note: String = "note"
) -> [UInt8] {
    func hex(_ byte: UInt8, _ count: Int) -> String {
        String(repeating: String(format: "%02x", byte), count: count)
    }
    let note = Data(note.utf8).base64EncodedString()
    let lines = matches.map { number in
        let found = """
            "finding": "key", "key": "01\(hex(UInt8(truncatingIfNeeded: number), 8))", "keyDistance": 1,
            "distance": 4, "label": "list.txt, line \(number)", "sources": ["\(hex(0x51, 32))"]
            """
        return """
            {"voucherID": "\(String(format: "%032x", number))", "slot": 3, "setRoot": "\(hex(root, 32))",
             "fingerprintKind": "pdq", "fingerprint": "\(hex(UInt8(truncatingIfNeeded: number), 32))", "quality": 90,
             \(number - matches.lowerBound < listed ? found : #""finding": "notListed", "sources": []"#),
             "note": "\(note)", "warnings": []}
            """
    }
    return Array(
        """
        {"format": "SealedMatch case file", "formatVersion": 3, "part": \(part), "notice": "look",
         "pseudonym": "\(hex(account, 32))", "epoch": \(epoch), "epochStart": \(UInt64(epoch) * 2_592_000),
         "threshold": 3, "setRoots": ["\(hex(root, 32))"], "matchCount": \(matches.upperBound),
         "listedMatchCount": \(listed), "listedEntryCount": \(listed), "lists": [],
         "matches": [\(lines.joined(separator: ",\n"))], "warnings": []}

        """.utf8)
}

/// A policy, with changes to its text.
func policy(_ changes: [(String, String)] = []) -> [UInt8] {
    var text = """
        {
          "format": "SealedMatch policy",
          "version": 1,
          "name": "Example",
          "mode": "voluntary",
          "thresholds": {"listed": 1, "viewed": 1},
          "reviewers": {"confirmed": 2, "notConfirmed": 1, "cannotBeJudged": 1},
          "roles": ["reviewer", "second", "lead", "auditor"],
          "retention": {"new": 90, "inReview": 90, "confirmed": 365, "notConfirmed": 30, "cannotBeJudged": 30,
            "reported": 365, "closed": 30},
          "notices": {"notConfirmed": true, "afterDays": 100},
          "reports": ["cybertipline", "article13"]
        }

        """
    for (old, new) in changes {
        precondition(text.contains(old))
        text = text.replacingOccurrences(of: old, with: new)
    }
    return Array(text.utf8)
}

/// A library in a file, with somebody of each role, and a clock.
final class Fixture {
    let scratch = TemporaryDirectory()
    let store: CaseStore
    private let key: SigningKey
    var publicKey: Bytes32 { key.publicKey }
    var now: UInt64 = 1_800_000_000
    var path: String { scratch.file("cases.sqlite") }

    init(policy: [UInt8] = policy()) throws {
        key = try SigningKey(seed: SecretBytes.copying([UInt8](repeating: 9, count: 32)))
        try CaseStore.found(scratch.file("cases.sqlite"), policy: policy, lead: "lena", key: key, at: now)
        store = try CaseStore(path: scratch.file("cases.sqlite"))
        for (name, role) in [("rita", CaseRole.reviewer), ("rob", .reviewer), ("sam", .second), ("ada", .auditor)] {
            try library(.appointed(person: name, role: role))
        }
    }

    func library(_ step: CaseStep, by person: String = "lena", why: String = "") throws {
        now += 1
        try store.append(CaseEvent(by: person, time: now, why: why, step), key: key)
    }

    @discardableResult
    func take(_ documents: [UInt8]..., by person: String = "lena", why: String = "") throws -> [CaseAddition] {
        now += 1
        return try store.takeIn(documents, by: person, at: now, why: why, key: key)
    }

    @discardableResult
    func step(_ step: CaseStep, by person: String, of number: UInt64 = 1, why: String = "because") throws
        -> ReviewedCase
    {
        now += 1
        return try store.append(CaseEvent(by: person, time: now, why: why, step), to: number, key: key)
    }

    /// A step of somebody who saw a number of events.
    func append(_ step: CaseStep, by person: String, behind seen: Int) throws -> ReviewedCase? {
        now += 1
        return try store.append(
            CaseEvent(by: person, time: now, why: "because", step), to: 1, behind: seen, key: key)
    }

    /// Looks, judges and gives an opinion.
    @discardableResult
    func confirm(by person: String, of number: UInt64 = 1) throws -> ReviewedCase {
        try step(.viewed(match: 1), by: person, of: number)
        try step(.judged(match: 1, category: .a1, standing: .baseline), by: person, of: number)
        return try step(.decided(.confirmed), by: person, of: number)
    }
}

func code(_ body: () throws -> Void) -> SealedMatchError.Code? {
    do { try body() } catch let error as SealedMatchError { return error.code } catch {
        Issue.record("untyped error \(error)")
    }
    return nil
}
