import Foundation
import SealedMatchCases
import SealedMatchCrypto
import SealedMatchSQLite
import Testing

/// What a page asks of a store beside what commands do.
@Suite struct CaseReadingTests {
    @Test func stepsBehindWhatWasSeen() throws {
        let fixture = try Fixture()
        try fixture.take(caseFile())
        #expect(try fixture.store.read(1).events == 1)
        let seen = try fixture.step(.viewed(match: 1), by: "rita")
        #expect(seen.events == 2)
        #expect(try fixture.store.read(1).events == 2)
        let head = try fixture.store.head()
        #expect(try fixture.append(.viewed(match: 2), by: "rob", behind: 1) == nil)
        #expect(try fixture.append(.viewed(match: 2), by: "rob", behind: 3) == nil)
        #expect(try fixture.store.head() == head, "nothing was written")
        #expect(try fixture.append(.viewed(match: 2), by: "rob", behind: 2)?.events == 3)
        // Rules come first of what is not stale.
        #expect(code { _ = try fixture.append(.viewed(match: 2), by: "ada", behind: 3) } == .roleRefused)
        try fixture.step(.erased(early: true), by: "lena")
        #expect(try fixture.store.read(1).events == 0)
    }

    @Test func lastEventsFirst() throws {
        let fixture = try Fixture()
        try fixture.take(caseFile(), caseFile(account: 8))
        try fixture.step(.assigned(to: "rita"), by: "rita", of: 2)
        let all = try fixture.store.said(limit: 100)
        #expect(all.map(\.number) == (1...8).reversed())
        #expect(all.map(\.subject) == [2, 2, 1, 0, 0, 0, 0, 0])
        #expect(all.first?.event?.step == .assigned(to: "rita"))
        #expect(try fixture.store.said(before: 7, limit: 2).map(\.number) == [6, 5])
        #expect(try fixture.store.said(before: 7, after: 5, limit: 9).map(\.number) == [6])
        try fixture.step(.erased(early: true), by: "lena", of: 1)
        let erased = try #require(try fixture.store.said(limit: 100).first { $0.number == 6 })
        #expect(erased.subject == 1 && erased.event == nil)
    }

    /// A text that begins in one piece of a case file and ends in the next.
    @Test func casesThatHoldAText() throws {
        let fixture = try Fixture()
        let long = caseFile(account: 9, matches: 1...2_000, listed: 2_000)
        #expect(long.count > 1 << 19)
        try fixture.take(caseFile(), long, caseFile(account: 10, note: "other"))
        let store = fixture.store
        func numbers(_ bytes: [UInt8], after: UInt64 = 0, limit: Int = 9) throws -> [UInt64] {
            let (numbers, reached) = try store.numbers(holding: bytes, after: after, limit: limit, within: 1 << 30)
            #expect(reached == nil)
            return numbers
        }
        #expect(try numbers(Array("list.txt, line 2\"".utf8)) == [1, 2, 3])
        #expect(try numbers(Array("list.txt, line 2\"".utf8), after: 1, limit: 1) == [2])
        #expect(try numbers(Array("list.txt, line 1999".utf8)) == [2])
        #expect(try numbers(Array("list.txt, line 2001".utf8)) == [])
        // As long as a match: it has a number that no other case has.
        for shift in [1, 350, 699] {
            let across = Array(long[((1 << 19) - shift)..<((1 << 19) - shift + 700)])
            #expect(try numbers(across) == [2], "\(shift)")
        }
        #expect(try store.files(of: 2).map(\.matches.count) == [2_000])
    }
    /// A search that is cut off goes on where it ended, misses nothing, and ends.
    @Test(arguments: [1, 3_000, 20_000, 1_000_000])
    func aSearchIsBounded(_ budget: Int) throws {
        let fixture = try Fixture()
        for account in 1...60 {
            try fixture.take(caseFile(account: UInt8(account), note: account % 7 == 0 ? "wanted" : "other"))
        }
        try fixture.step(.erased(early: true), by: "lena", of: 14)
        let wanted = Array(Data("wanted".utf8).base64EncodedString().utf8)
        var (found, after, rounds): ([UInt64], UInt64, Int) = ([], 0, 0)
        while true {
            let (numbers, reached) = try fixture.store.numbers(holding: wanted, after: after, limit: 50, within: budget)
            rounds += 1
            #expect(numbers.allSatisfy { $0 > after && $0 <= reached ?? 60 })
            found += numbers
            guard let reached else { break }
            #expect(reached > after)
            after = reached
        }
        #expect(found == [7, 21, 28, 35, 42, 49, 56])
        #expect(budget > 100_000 ? rounds == 1 : rounds > 1)
    }
}
