import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

@Suite struct ComplaintTests {
    /// A run in which party 2 seals something else to party 3.
    private struct Cheated {
        let parties: Parties
        let first: [[UInt8]]
        var second: [[UInt8]]

        init(_ seal: (Parties, [[UInt8]]) throws -> [UInt8]) throws {
            parties = try Parties(2, of: 3)
            first = try parties.first()
            second = try parties.second(first)
            // transcript_1 stays; the sealed share for party 3 is the second one.
            var body = Array(second[1].dropLast(64))
            body.replaceSubrange(186..<300, with: try seal(parties, first))
            body += try parties.key(1).sign(Array("SealedMatch/1 custodian message\u{0}".utf8) + body).encoded
            second[1] = body
        }
    }

    private static func seal(
        _ parties: Parties, _ first: [[UInt8]], run: Bytes32? = nil, from: UInt8 = 2, to: UInt8 = 3,
        share: [UInt8], key: Int = 2
    ) throws -> [UInt8] {
        var random = SeededRandom(4)
        let plain = try (run ?? parties.plan.name()).bytes + [from, to] + share
        return try SealingKey.seal(
            SecretBytes.copying(plain), to: Bytes32(exactly: Array(first[key][40..<72])), random: &random)
    }

    @Test func wrongSharesNameTheirSender() throws {
        var random = SeededRandom(2)
        let scalar = try Scalar.random(from: &random).withEncoded { Array($0) }
        let other = try Bytes32(exactly: random.bytes(32))
        let cheats: [(String, (Parties, [[UInt8]]) throws -> [UInt8])] = [
            ("another share", { try Self.seal($0, $1, share: scalar) }),
            ("zero", { try Self.seal($0, $1, share: Array(repeating: 0, count: 32)) }),
            ("no scalar", { try Self.seal($0, $1, share: Array(repeating: 255, count: 32)) }),
            ("of another run", { try Self.seal($0, $1, run: other, share: scalar) }),
            ("from another", { try Self.seal($0, $1, from: 1, share: scalar) }),
            ("to another", { try Self.seal($0, $1, to: 1, share: scalar) }),
            ("sealed to another", { try Self.seal($0, $1, share: scalar, key: 0) }),
            ("noise", { _, _ in Array(repeating: 7, count: 114) }),
        ]
        for (what, cheat) in cheats {
            let run = try Cheated(cheat)
            let table = run.parties.table
            // Party 1's own share is right: it confirms.
            _ = try run.parties.party(0).confirm(table, run.second)
            expectFault(.shareRejected, party(2), Comment(rawValue: what)) {
                _ = try run.parties.party(2).confirm(table, run.second)
            }
            let complaint = try run.parties.party(2).complain(table, of: party(2), run.second[1])
            // Somebody who has only the plan sees who is wrong.
            #expect(try Complaint.judge(complaint, run.parties.plan) == party(2), Comment(rawValue: what))
            // Who complained never confirms, and says the same complaint again.
            expectFault(.sessionConflict, nil) { _ = try run.parties.party(2).confirm(table, run.second) }
            #expect(try run.parties.party(2).complain(table, of: party(2), run.second[1]) == complaint)
        }
    }

    /// What a party keeps that saw a complaint: that alone, of what it had.
    @Test func whoSeesAComplaintForgetsTheRun() throws {
        var random = SeededRandom(3)
        let share = try Scalar.random(from: &random).withEncoded { Array($0) }
        let run = try Cheated { try Self.seal($0, $1, share: share) }
        let table = run.parties.table
        let complaint = try run.parties.party(2).complain(table, of: party(2), run.second[1])
        // Which names another one now, and does not hold.
        var bad = complaint
        bad[5] = 1
        let before = run.parties.stores[0].content(table)
        expectFault(.invalidSignature, nil) { try run.parties.party(0).see(table, bad) }
        #expect(run.parties.stores[0].content(table) == before)
        #expect(try run.parties.party(0).see(table, complaint) == complaint)
        // `SMCD ‖ tableID`, no share, the run, neither session nor erasure, no run that was given up.
        let state = try #require(run.parties.stores[0].content(table))
        #expect(state.count == 20 + 5 * 4 + 1 + run.parties.plan.encoded.count + complaint.count)
        #expect(Array(state.dropLast(12)).suffix(complaint.count).elementsEqual(complaint))
        expectFault(.sessionConflict, nil) { _ = try run.parties.party(0).confirm(table, run.second) }
        #expect(try run.parties.party(0).lastMessage(table) == complaint)
    }

    @Test func aFalseComplaintNamesTheAccuser() throws {
        let parties = try Parties(2, of: 3)
        let first = try parties.first()
        let second = try parties.second(first)
        expectFault(.proofRejected, nil) {
            _ = try parties.party(2).complain(parties.table, of: party(2), second[1])
        }
        // By a party that does what it likes: its own secret, from its disk, and another one.
        let state = parties.stores[2].content(parties.table)!
        let plan = parties.plan.encoded
        let start = 20 + 4 + 4 + 1 + plan.count + 1
        let x = Array(state[start..<start + 32])
        let own = try SealingKey(secret: SecretBytes.copying(x))
        #expect(own.publicKey.bytes == Array(first[2][40..<72]))
        func complaint(_ x: [UInt8], accused: UInt8 = 2, by place: Int = 2) throws -> [UInt8] {
            var bytes = Array("SMP5".utf8) + [3, accused, 0, 0]
            bytes += try parties.plan.name().bytes
            bytes += x + first[2]
            bytes += first[Int(accused) - 1] + second[Int(accused) - 1]
            return bytes
                + (try parties.key(place).sign(Array("SealedMatch/1 custodian message\u{0}".utf8) + bytes)).encoded
        }
        #expect(try Complaint.judge(complaint(x), parties.plan) == party(3))
        #expect(try Complaint.judge(complaint(Array(repeating: 5, count: 32)), parties.plan) == party(3))
        expectCode(.invalidSignature) { _ = try Complaint.judge(complaint(x, by: 1), parties.plan) }
        expectCode(.parameterOutOfRange) { _ = try Complaint.judge(complaint(x, accused: 3), parties.plan) }
        let good = try complaint(x)
        expectExactLength(good) { _ = try Complaint.judge($0, parties.plan) }
        for offset in good.indices {
            var changed = good
            changed[offset] ^= 1
            #expect(throws: SealedMatchError.self, "byte \(offset)") {
                _ = try Complaint.judge(changed, parties.plan)
            }
        }
    }
}
