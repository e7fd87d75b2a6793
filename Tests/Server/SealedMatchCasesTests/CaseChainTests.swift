import GRDB
import SealedMatchCases
import SealedMatchCrypto
import SealedMatchSQLite
import SealedMatchTestSupport
import Testing

/// A change of anything in a library, or in an export of it, is found.
@Suite struct CaseChainTests {
    private func fixture() throws -> Fixture {
        let one = try Fixture()
        try one.take(caseFile(), caseFile(account: 8, note: "\u{202E}\u{1B}[2J é"))
        try one.confirm(by: "rita")
        try one.step(.decided(.notConfirmed), by: "rob", of: 2)
        one.now += 31 * 86_400
        try one.step(.erased(early: false), by: "lena", of: 2)
        return one
    }

    private func lines(_ one: Fixture) throws -> [String] {
        var lines: [String] = []
        try one.store.export { lines.append($0) }
        return lines
    }

    private func check(_ lines: [[UInt8]], key: Bytes32?) throws -> ChainHead {
        var chain = CaseChain(key: key)
        for line in lines { try chain.take(CaseRecord(line: line)) }
        try chain.finish()
        return chain.head
    }

    @Test func exports() throws {
        let one = try fixture()
        let lines = try lines(one).map { Array($0.utf8) }
        #expect(lines.allSatisfy { $0.allSatisfy { (0x20...0x7E).contains($0) } })
        #expect(try check(lines, key: one.publicKey) == one.store.head())
        #expect(code { _ = try check(lines, key: Bytes32()) } == .brokenChain)
        for place in lines.indices {
            var left = lines
            left.remove(at: place)
            // Only the end can be taken away, and a head that was kept shows that.
            if place != lines.indices.last {
                #expect(code { _ = try check(left, key: nil) } == .brokenChain, "\(place)")
            }
            if place > 0 {
                var swapped = lines
                swapped.swapAt(place, place - 1)
                #expect(code { _ = try check(swapped, key: nil) } == .brokenChain, "\(place)")
            }
        }
        #expect(code { _ = try check([], key: nil) } == .brokenChain)
        #expect(code { _ = try check(lines + [lines[lines.count - 1]], key: nil) } == .brokenChain)
    }

    @Test func aChangedByteOfAnExport() throws {
        let one = try fixture()
        let lines = try lines(one).map { Array($0.utf8) }
        var random = SeededRandom(616)
        for round in 0..<400 {
            var changed = lines
            let line = round % lines.count
            let place = Int.random(in: 0..<changed[line].count, using: &random)
            let byte = changed[line][place]
            // A digit of either case is the same digit.
            changed[line][place] = byte ^ (1 << UInt8.random(in: 0...4, using: &random))
            guard changed[line] != lines[line] else { continue }
            if let record = try? CaseRecord(line: changed[line]), record == (try? CaseRecord(line: lines[line])) {
                continue
            }
            #expect(code { _ = try check(changed, key: one.publicKey) } == .brokenChain, "\(line), \(place)")
        }
    }

    @Test(arguments: [
        "UPDATE event SET content = CAST(replace(CAST(content AS TEXT), 'rita', 'rosa') AS BLOB) WHERE number = 8",
        "UPDATE event SET salt = zeroblob(32) WHERE number = 8",
        "UPDATE event SET content = CAST(replace(CAST(content AS TEXT), 'because', 'becausf') AS BLOB) WHERE number = 8",
        "UPDATE event SET salt = zeroblob(32) WHERE number = 7",
        "UPDATE event SET digest = zeroblob(32) WHERE number = 7",
        "UPDATE event SET hash = zeroblob(32) WHERE number = 7",
        "UPDATE event SET signature = zeroblob(64) WHERE number = 7",
        "UPDATE event SET subject = 2 WHERE number = 8",
        "UPDATE event SET content = NULL, salt = NULL WHERE number = 8",
        "UPDATE event SET content = NULL, salt = NULL WHERE number = 3",
        "DELETE FROM event WHERE number = 8",
        "DELETE FROM event WHERE number = 2",
        "DELETE FROM document WHERE event = 6",
        "UPDATE document SET bytes = CAST(replace(CAST(bytes AS TEXT), 'note', 'nope') AS BLOB)",
        "INSERT INTO document VALUES (8, 0, x'00')",
        "UPDATE review SET state = 3 WHERE number = 1",
        "UPDATE review SET viewed = 2 WHERE number = 1",
        "UPDATE review SET changed = changed + 1 WHERE number = 1",
        "UPDATE review SET pseudonym = zeroblob(32) WHERE number = 1",
        "DELETE FROM review WHERE number = 2",
        "INSERT INTO review VALUES (3, NULL, NULL, 5, NULL, 0, 0, 0, NULL, 0, 0)",
    ]) func aChangedCell(_ sql: String) throws {
        let one = try fixture()
        _ = try one.store.verify(key: one.publicKey)
        let database = try DatabaseQueue(path: one.path)
        try database.write { try $0.execute(sql: sql) }
        try database.close()
        let found = code { _ = try one.store.verify(key: one.publicKey) }
        #expect([.brokenChain, .damagedStore].contains(found), "\(String(describing: found))")
    }

    @Test func anEndThatIsGone() throws {
        let one = try Fixture()
        try one.take(caseFile())
        let kept = try one.store.head()
        try one.step(.viewed(match: 1), by: "rita")
        #expect(try one.store.verify(kept: kept) != kept)
        #expect(
            code { _ = try one.store.verify(kept: ChainHead(number: kept.number, hash: Bytes32())) } == .brokenChain)
        #expect(code { _ = try one.store.verify(key: Bytes32()) } == .brokenChain)
    }

    /// What a reader takes is exactly what a writer writes.
    @Test func contents() throws {
        let key = try Bytes32(exactly: [UInt8](0..<32))
        for step in [
            CaseStep.founded(key: key, policy: "\u{7}\u{2028}\"\\"), .appointed(person: "a", role: nil),
            .appointed(person: "a@b-c_d.E9", role: .auditor), .governed(policy: ""),
            .imported(bytes: 5, digest: key), .assigned(to: "b"), .viewed(match: 1),
            .viewed(match: 2, basis: .shown(type: "image/webp", bytes: 1, digest: key)),
            .viewed(match: 3, basis: .stated(.notHeld)), .viewed(match: 3, basis: .stated(.notShown)),
            .viewed(match: 3, basis: .stated(.noEvidence)),
            .judged(match: 2, category: .unclassified, standing: .unsaid), .decided(.cannotBeJudged),
            .reported(.article13, reference: "é"), .closed, .reopened,
            .filed(CaseFiling(kind: .account, round: 3, entries: 0, digest: key)),
            .notified(CaseNotice(kind: .revealed, root: key)), .fedBack(source: key, digest: key),
            .erased(early: true),
        ] {
            let event = try CaseEvent(by: "x", time: 17, why: "\u{202E}why", step)
            #expect(try CaseEvent(decoding: event.encoded) == event)
            try expectCanonical(event.encoded, mutations: 60, seed: 3) { try CaseEvent(decoding: $0).encoded }
        }
        for bad in ["", "a b", "é", String(repeating: "x", count: 65), "a\n"] {
            #expect(code { _ = try CaseEvent(by: bad, time: 1, .closed) } == .parameterOutOfRange)
        }
        let long = String(repeating: "x", count: 4_097)
        #expect(code { _ = try CaseEvent(by: "x", time: 1, why: long, .closed) } == .parameterOutOfRange)
        #expect(code { _ = try CaseEvent(by: "x", time: 1 << 53, .closed) } == .parameterOutOfRange)
        for (type, bytes) in [("image/svg+xml", 5), ("image/png", 0), ("", 5), ("image/png", 1 << 31)] {
            let step = CaseStep.viewed(match: 1, basis: .shown(type: type, bytes: bytes, digest: key))
            #expect(code { _ = try CaseEvent(by: "x", time: 1, step) } == .parameterOutOfRange, "\(type) \(bytes)")
        }
    }
}
