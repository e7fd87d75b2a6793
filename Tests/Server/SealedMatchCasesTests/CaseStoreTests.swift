import Foundation
import GRDB
import SealedMatchCases
import SealedMatchCrypto
import SealedMatchSQLite
import SealedMatchTestSupport
import Testing

/// A case from a file to a report, and what stands in the library then.
@Suite struct CaseStoreTests {
    @Test func wholePath() throws {
        let one = try Fixture()
        #expect(try one.take(caseFile()) == [CaseAddition(number: 1, outcome: .new, matches: 3)])
        #expect(try one.take(caseFile()).first?.outcome == .alreadyThere)
        var found = try one.store.read(1)
        #expect(found.state == .new && found.listed == 2 && found.viewed == 0)
        try one.step(.assigned(to: "rita"), by: "rita")
        found = try one.confirm(by: "rita")
        #expect(found.state == .inReview && found.outcome == nil && found.assignee == "rita")
        found = try one.confirm(by: "sam")
        #expect(found.state == .decided && found.outcome == .confirmed)
        // Only what somebody said that he saw is viewed.
        #expect(found.matches.map(\.isViewed) == [true, false, false])
        #expect(found.matches[0].viewedBy.keys.sorted() == ["rita", "sam"])
        found = try one.step(.reported(.cybertipline, reference: "42"), by: "lena")
        #expect(found.state == .reported)
        #expect(code { try one.step(.reported(.cybertipline, reference: "43"), by: "lena") } == .stepRefused)
        found = try one.step(.closed, by: "lena")
        #expect(found.state == .closed)
        // A later part makes people look again. What was seen stays seen.
        #expect(
            try one.take(caseFile(part: 2, matches: 4...5, listed: 1))
                == [CaseAddition(number: 1, outcome: .reopened, matches: 2)])
        found = try one.store.read(1)
        #expect(found.state == .inReview && found.round == 2 && found.opinions.isEmpty && found.outcome == nil)
        #expect(found.matches.count == 5 && found.listed == 3 && found.viewed == 1)
        #expect(try one.store.list() == [CaseRow(found)])
        #expect(try one.store.verify(key: one.publicKey) == one.store.head())
        #expect(try one.store.events(of: 1).map(\.by).first == "lena")
    }

    @Test func filesThatDoNotFit() throws {
        let one = try Fixture()
        try one.take(caseFile())
        #expect(code { try one.take(Array("{}".utf8)) } == .invalidMagic)
        #expect(code { try one.take(caseFile() + [0xFF]) } == .invalidMagic)
        #expect(code { try one.take(caseFile(note: "another")) } == .stepRefused)
        #expect(code { try one.take(caseFile(part: 2, matches: 3...4)) } == .stepRefused)
        #expect(code { try one.take(caseFile(account: 8), by: "ada") } == .roleRefused)
        // All of a call, or nothing.
        #expect(code { try one.take(caseFile(account: 8), Array("{}".utf8)) } == .invalidMagic)
        #expect(try one.store.list().count == 1)
        #expect(try one.take(caseFile(account: 8), caseFile(account: 9)).map(\.number) == [2, 3])
    }

    @Test func listing() throws {
        let one = try Fixture()
        for account in UInt8(1)...20 { try one.take(caseFile(account: account, epoch: 690 + UInt32(account % 2))) }
        try one.step(.assigned(to: "rob"), by: "lena", of: 4)
        func numbers(_ change: (inout CaseFilter) -> Void) throws -> [UInt64] {
            var filter = CaseFilter()
            change(&filter)
            return try one.store.list(filter).map(\.number)
        }
        #expect(try numbers { $0.state = .inReview } == [4])
        #expect(try numbers { $0.assignee = "rob" } == [4])
        #expect(try numbers { $0.assignee = "' OR 1=1 --" } == [])
        #expect(try numbers { $0.epoch = 691 } == [1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
        #expect(try numbers { $0.pseudonym = [5, 5] } == [5])
        #expect(try numbers { $0.pseudonym = [5, 6] } == [])
        #expect(try one.store.list(after: 17, limit: 2).map(\.number) == [18, 19])
        #expect(try one.store.counts().map(\.count) == [19, 1])
        #expect(try numbers { $0.erasable = one.now } == [])
        #expect(try numbers { $0.erasable = one.now + 91 * 86_400 }.count == 20)
        // A search uses an index, whatever the filter is.
        try one.store.close()
        let database = try DatabaseQueue(path: one.path)
        for term in ["state = 1", "outcome = 1", "assignee = x'00'", "epoch = 1", "pseudonym BETWEEN x'00' AND x'01'"] {
            let plan = try database.read { db in
                try Row.fetchAll(
                    db,
                    sql: "EXPLAIN QUERY PLAN SELECT * FROM review WHERE number > 0 AND \(term) ORDER BY number LIMIT 9"
                ).map { $0["detail"] as String? ?? "" }
            }
            #expect(plan.contains { $0.contains("USING INDEX") || $0.contains("PRIMARY KEY") }, "\(term): \(plan)")
        }
    }

    @Test func erasure() throws {
        let one = try Fixture()
        let marks = ["Zebra-note", "Zebra-reason"]
        try one.take(caseFile(note: marks[0]), caseFile(account: 8))
        try one.step(.assigned(to: "rita"), by: "rita", why: marks[1])
        try one.step(.decided(.notConfirmed), by: "rita", why: marks[1])
        let before = try one.store.head()
        #expect(code { try one.step(.erased(early: false), by: "lena") } == .policyRefused)
        #expect(code { try one.step(.erased(early: true), by: "rita") } == .roleRefused)
        one.now += 31 * 86_400
        #expect(code { try one.step(.erased(early: true), by: "lena") } == .stepRefused)
        let found = try one.step(.erased(early: false), by: "lena")
        #expect(found.state == .erased && found.pseudonym == nil && found.matches.isEmpty && found.outcome == nil)
        #expect(try one.store.read(1) == found)
        #expect(code { try one.step(.reopened, by: "lena") } == .stepRefused)
        // The chain is whole, and is the one that was kept.
        #expect(try one.store.verify(key: one.publicKey, kept: before).number == before.number + 1)
        #expect(try one.store.events(of: 1).count == 1)
        // The same account and epoch again is another case.
        #expect(try one.take(caseFile()).first?.number == 3)
        // No byte of it is left in the files.
        for name in try FileManager.default.contentsOfDirectory(atPath: one.scratch.path) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: one.scratch.file(name)))
            for mark in marks + [Data(marks[0].utf8).base64EncodedString()] {
                #expect(bytes.range(of: Data(mark.utf8)) == nil, "\(name)")
            }
        }
    }

    @Test func twoWriters() throws {
        let one = try Fixture()
        try one.take(caseFile())
        let other = try CaseStore(path: one.path)
        let key = try SigningKey(seed: SecretBytes.copying([UInt8](repeating: 9, count: 32)))
        _ = try other.append(CaseEvent(by: "rob", time: 5, .assigned(to: "rob")), to: 1, key: key)
        #expect(try one.step(.viewed(match: 2), by: "rita").assignee == "rob")
        let stranger = try SigningKey.random()
        #expect(
            code { _ = try other.append(CaseEvent(by: "rob", time: 5, .viewed(match: 1)), to: 1, key: stranger) }
                == .authenticationFailed)
        #expect(try other.verify().number == one.store.head().number)
    }

    @Test func anotherFile() throws {
        let scratch = TemporaryDirectory()
        #expect(code { _ = try CaseStore(path: scratch.file("none")) } == .fileFailed)
        _ = try CollectorStore(path: scratch.file("collector"), creation: .always)
        #expect(code { _ = try CaseStore(path: scratch.file("collector")) } == .invalidMagic)
        let one = try Fixture()
        let key = try SigningKey.random()
        #expect(
            code { try CaseStore.found(one.path, policy: policy(), lead: "x", key: key, at: 1) } == .fileFailed)
        #expect(
            code { try CaseStore.found(one.path + "2", policy: [], lead: "x", key: key, at: 1) } == .policyRefused)
        #expect(try FileManager.default.attributesOfItem(atPath: one.path)[.posixPermissions] as? Int == 0o600)
    }
}
