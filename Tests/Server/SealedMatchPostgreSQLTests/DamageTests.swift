import SealedMatchPostgreSQL
import SealedMatchTesting
import Testing

/// Rows that were edited behind the store's back: they are reported, and hide no others.
@Suite struct DamageTests {
    private func filled(_ names: [AccountEpoch] = [alice, bob]) throws -> (Database, PostgreSQLOpenings) {
        let database = try Database()
        let store = try database.make()
        var synthetic = SyntheticVouchers(seed: 61)
        // Six vouchers each, on average: enough to be due.
        _ = try store.record(synthetic.page(max(12, 6 * names.count), of: names), of: source, cursor: nil)
        return (database, store)
    }

    @Test func openingsThatWereExchangedAreDamaged() throws {
        let (database, store) = try filled()
        let before = try store.kept(of: alice).count
        try database.sql(
            """
            WITH two AS (SELECT *, lead(rkey) OVER w AS next, lag(rkey) OVER w AS last
                FROM sealedmatch.opening WHERE epoch = 7 AND pseudonym = decode(repeat('01', 32), 'hex')
                WINDOW w AS (ORDER BY voucher_id, slot) LIMIT 2)
            UPDATE sealedmatch.opening SET rkey = coalesce(two.next, two.last) FROM two
            WHERE opening.pseudonym = two.pseudonym AND opening.voucher_id = two.voucher_id AND opening.slot = two.slot
            """)
        let kept = try store.openings(of: alice, form)
        #expect(kept.damaged.map(\.table) == [.opening, .opening] && kept.openings.count == before - 2)
        #expect(kept.damaged.allSatisfy { $0.error.code == .damagedStore })
        #expect(kept.counted == before)
    }

    @Test(arguments: [
        "content = content || 'x'", "content = substring(content FROM 1 FOR 3)", "content = ''",
        "content = overlay(content PLACING '\\x00' FROM 100)", "content = decode(repeat('00', 300000), 'hex')",
    ])
    func aDamagedVoucherTakesItsOpeningsWithIt(_ change: String) throws {
        let (database, store) = try filled([alice])
        try database.sql("UPDATE sealedmatch.voucher SET \(change) WHERE place = 1")
        let kept = try store.openings(of: alice, form)
        #expect(kept.damaged.map(\.table) == [.voucher] && kept.openings.count == 24 - 2)
        // It is like nothing that could be sent again.
        var synthetic = SyntheticVouchers(seed: 61)
        #expect(try store.record(synthetic.page(12, of: [alice]), of: source, cursor: nil) == [2])
    }

    @Test(arguments: ["threshold = 0", "kept = -1", "polynomials = 99999"])
    func aDamagedAccountHidesNoOther(_ change: String) throws {
        let (database, store) = try filled()
        try database.sql(
            "UPDATE sealedmatch.form SET \(change) WHERE pseudonym = decode(repeat('01', 32), 'hex')")
        let list = try store.accounts()
        #expect(list.accounts.map(\.name) == [bob] && list.damaged.map(\.table) == [.account])
        #expect(code { _ = try store.account(alice) } == .damagedStore)
        let lease = try store.lease(9, for: .seconds(60))
        #expect(lease.accounts.map(\.name) == [bob] && lease.damaged.map(\.table) == [.account])
        #expect(try store.lease(9, for: .seconds(60)).damaged.isEmpty)
    }

    /// A revealer's round comes to its end, decides the others, and reports the damage; and so does the next.
    @Test func damageEndsNoRound() throws {
        let names = (1...5).map { AccountEpoch(UInt8($0), 7) }
        let (database, store) = try filled(names)
        try database.sql(
            "UPDATE sealedmatch.account SET quarantined = -1 WHERE pseudonym <= decode(repeat('03', 32), 'hex')")
        let service = RevealService(source: try MemoryCollector(), store: store)
        var decided: [AccountEpoch] = []
        let first = try service.revealDue(batch: 2) { decided.append($0.name) }
        #expect(Set(decided) == Set(names[3...]) && decided.count == 2)
        #expect(first.damaged.count == 3 && Set(first.damaged.map(\.table)) == [.account])
        let second = try service.revealDue(batch: 2) { decided.append($0.name) }
        #expect(decided.count == 2 && Set(second.damaged.map(\.row)) == Set(first.damaged.map(\.row)))
    }

    @Test func anotherAccountsKeyIsNone() throws {
        let (database, store) = try filled()
        try store.keepReveal(of: alice, epochKey: SecretBytes.copying([UInt8](repeating: 5, count: 32)), basis: [])
        try database.sql(
            "UPDATE sealedmatch.account SET epoch_key = (SELECT epoch_key FROM sealedmatch.account WHERE epoch_key IS NOT NULL)"
        )
        #expect(code { _ = try store.epochKey(of: bob) } == .damagedStore)
        #expect(try store.epochKey(of: alice) != nil)
    }

    @Test func tablesThatWentAreAnError() throws {
        let (database, store) = try filled()
        try database.sql("DROP TABLE sealedmatch.opening")
        #expect(code { _ = try store.openings(of: alice, form) } == .damagedStore)
        #expect(code { try store.erase([alice]) } == .damagedStore)
        #expect(try store.account(alice) != nil)
    }
}
