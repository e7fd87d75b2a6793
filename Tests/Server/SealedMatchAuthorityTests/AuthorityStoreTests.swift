import SealedMatchAuthority
import SealedMatchCollector
import Foundation
import GRDB
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchCrypto
import SealedMatchTestSupport
import SealedMatchTesting
import Testing

@Suite struct AuthorityStoreTests {
    let scratch = TemporaryDirectory()
    let alice = pseudonym(1)

    private func plain(_ openings: [KeptOpening]) -> [Opening] { openings.map(\.opening) }

    @Test func recordsOnceWhateverIsRepeated() throws {
        var random = SeededRandom(71)
        let owner = try Owner(alice, threshold: 5, polynomials: 16, random: &random)
        let openings = plain(try owner.openings(matches: 6, byChance: 4, &random))
        do {
            let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
            #expect(try store.cursor(in: testSource) == nil)
            try store.record(openings)
            try store.record(openings)
            #expect(try store.cursor(in: testSource)?.position == 10)
            // Another voucher of a known ID does not replace the first.
            try store.record(openings.map { try $0.with(words: $0.words.reversed()) }, from: 1)
        }
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        #expect(try store.cursor(in: testSource)?.position == 10)
        #expect(
            try store.accounts().accounts == [
                AccountState(
                    name: AccountEpoch(pseudonym: alice, epoch: 7),
                    forms: [
                        FormCount(
                            form: OpeningForm(threshold: 5, polynomials: 16), vouchers: 10, openings: 10, tried: 0)
                    ],
                    quarantined: 0, commitment: nil, isRevealed: false)
            ])
        let revealed = try store.reveal(of: alice, epoch: 7, commitment: owner.commitment)
        #expect(revealed?.reveal.matches.count == 6)
    }

    @Test func nothingIsRevealedWithoutARegistration() throws {
        var random = SeededRandom(72)
        let owner = try Owner(alice, threshold: 5, polynomials: 16, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        try store.record(plain(owner.openings(matches: 9, byChance: 0, &random)))
        #expect(code { _ = try store.reveal(of: alice, epoch: 7, commitment: nil, force: true) } == .notRegistered)
        #expect(
            code { _ = try store.reveal(of: pseudonym(2), epoch: 7, commitment: commitment(9), force: true) }
                == .belowThreshold)
        // The first commitment that was tried is the account's, whatever the collector says later.
        #expect(
            code { _ = try store.reveal(of: alice, epoch: 7, commitment: commitment(9)) } == .commitmentMismatch)
        #expect(
            code { _ = try store.reveal(of: alice, epoch: 7, commitment: owner.commitment, force: true) }
                == .commitmentConflict)
        #expect(try store.accounts().accounts[0].isRevealed == false)
    }

    /// Exactly then a try can end otherwise than the last one: matches come from t vouchers.
    @Test func aFormIsDueFromTVouchersOnWhenAnOpeningCameIn() throws {
        let form = OpeningForm(threshold: 30, polynomials: 312)
        for (vouchers, openings, tried, isDue) in [
            (29, 29, 0, false), (30, 30, 0, true), (30, 30, 30, false), (29, 928, 0, false), (30, 148, 0, true),
            (30, 148, 148, false), (30, 149, 148, true), (31, 31, 29, true), (300, 1_478, 1_478, false),
        ] {
            #expect(
                FormCount(form: form, vouchers: vouchers, openings: openings, tried: tried).isDue == isDue)
        }
        var random = SeededRandom(73)
        let owner = try Owner(alice, threshold: 5, polynomials: 16, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        // Four vouchers, however many of their slots opened, are not due.
        let few = try plain(owner.openings(matches: 0, byChance: 4, &random))
        let vouchers = try few.enumerated().map { index, opening in
            let openings = try (0..<16).map {
                try Opening(header: opening.header, slot: $0, key: random.bytes32(), body: opening.body)
            }
            return PositionedVoucher(
                position: 50 + Int64(index),
                voucher: OpenedVoucher(header: opening.header, status: .opened, threshold: 5, openings: openings))
        }
        _ = try store.record(vouchers, of: testSource, cursor: nil)
        #expect(try store.accounts().accounts[0].isDue == false)
        #expect(try store.accounts().accounts[0].openings == 64 && store.accounts().accounts[0].vouchers == 4)
        #expect(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment) == nil)
        try store.record(plain(owner.openings(matches: 4, byChance: 0, &random)))
        #expect(code { _ = try store.reveal(of: alice, epoch: 7, commitment: owner.commitment) } == .notDecodable)
        #expect(try store.accounts().accounts[0].isDue == false)
        #expect(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment) == nil)
        #expect(
            code { _ = try store.reveal(of: alice, epoch: 7, commitment: owner.commitment, force: true) }
                == .notDecodable)
        // 16 · (9 − 5) = 64: at the bound
        try store.record(plain(owner.openings(matches: 5, byChance: 0, &random)), from: 21)
        #expect(try store.accounts().accounts[0].isDue)
        #expect(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment)?.reveal.matches.count == 9)
    }

    @Test func laterMatchesOpenUnderTheKnownKey() throws {
        var random = SeededRandom(74)
        let owner = try Owner(alice, threshold: 5, polynomials: 16, random: &random)
        do {
            let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
            try store.record(plain(owner.openings(matches: 5, byChance: 0, &random)))
            #expect(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment)?.reveal.matches.count == 5)
        }
        // Far past the bound, after a restart: no decoding could find them any more.
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        try store.record(plain(owner.openings(matches: 2, byChance: 300, &random)), from: 6)
        let state = try store.accounts().accounts[0]
        #expect(state.isRevealed && state.isDue && state.openings == 307)
        #expect(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment)?.reveal.matches.count == 7)
        // A stored K_e that was edited is not believed: decoded anew, and beyond the bound now.
        try edit(scratch.authority, "UPDATE account SET epochKey = zeroblob(32)")
        #expect(
            code { _ = try store.reveal(of: alice, epoch: 7, commitment: owner.commitment, force: true) }
                == .notDecodable)
    }

    @Test func capsAndQuarantine() throws {
        var random = SeededRandom(75)
        let owner = try Owner(alice, threshold: 5, polynomials: 16, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        // Five matches, chance openings up to beyond the cap, then two matches more.
        var openings: [Opening] = plain(try owner.openings(matches: 5, byChance: 0, &random))
        for _ in 0..<(OpeningCaps.counted + 4) { openings.append(try owner.chance(&random)) }
        try store.record(Array(openings[..<5]))
        #expect(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment)?.reveal.matches.count == 5)
        try store.record(Array(openings[5...]), from: 6)
        let late = plain(try owner.openings(matches: 2, byChance: 0, &random))
        try store.record(late, from: 40_000)
        let state = try store.accounts().accounts[0]
        #expect(state.openings == OpeningCaps.counted)
        #expect(state.quarantined == 9 + 2)
        #expect(state.vouchers == OpeningCaps.counted)
        let matches = try #require(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment)).reveal
            .matches
        #expect(matches.map(\.quarantined) == [false, false, false, false, false, true, true])
        // Beyond both caps openings are not kept.
        var rest: [Opening] = []
        for _ in 0..<4_200 { rest.append(try owner.chance(&random)) }
        try store.record(rest, from: 50_000)
        #expect(try store.accounts().accounts[0].quarantined == OpeningCaps.quarantined)
        #expect(
            try store.file.pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM opening") }
                == OpeningCaps.counted + OpeningCaps.quarantined)
    }

    /// An account beyond the cap is still revealed, by its first openings.
    @Test func anAccountBeyondTheCapIsRevealedByItsFirstOpenings() throws {
        var random = SeededRandom(76)
        let owner = try Owner(alice, threshold: 5, polynomials: 256, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        try store.record(plain(owner.openings(matches: 8, byChance: 600, &random)))
        // Vouchers of another form fill the cap, and go beyond it; they are fewer than its t, so it is not tried.
        let filler = try Owner(alice, threshold: 900, polynomials: 16, random: &random)
        var left = OpeningCaps.counted - 608 + 20
        var page: [PositionedVoucher] = []
        while left > 0 {
            let header = try filler.header(&random)
            let body = random.bytes(header.bodyCount)
            let openings = try (0..<min(left, 32)).map {
                try Opening(header: header, slot: $0, key: random.bytes32(), body: body)
            }
            left -= openings.count
            page.append(
                PositionedVoucher(
                    position: 2_000 + Int64(page.count),
                    voucher: OpenedVoucher(header: header, status: .opened, threshold: 900, openings: openings)))
        }
        _ = try store.record(page, of: testSource, cursor: nil)
        try store.record(plain(owner.openings(matches: 1, byChance: 30, &random)), from: 9_000)
        let state = try store.accounts().accounts[0]
        #expect(state.openings == OpeningCaps.counted && state.quarantined == 20 + 31)
        #expect(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment) != nil)
        let revealed = try #require(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment)).reveal
        #expect(revealed.matches.map(\.quarantined).count { $0 } == 1 && revealed.matches.count == 9)
    }

    /// A voucher's header and body are kept once, whatever number of its slots opened.
    @Test func aBodyIsKeptOnce() throws {
        var random = SeededRandom(80)
        let owner = try Owner(alice, threshold: 5, polynomials: 16, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        var vouchers: [PositionedVoucher] = []
        for position in 1...40 {
            let openings = try owner.voucher(matches: position <= 6, level: 3, &random)
            let header = try owner.header(&random)
            vouchers.append(
                PositionedVoucher(
                    position: Int64(position),
                    voucher: OpenedVoucher(
                        header: openings.first?.header ?? header, status: .opened, threshold: 5, openings: openings)))
        }
        for _ in 0..<2 { _ = try store.record(vouchers, of: testSource, cursor: nil) }
        try store.file.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        let file = try Data(contentsOf: URL(fileURLWithPath: scratch.authority))
        for opened in vouchers.map(\.voucher) where !opened.openings.isEmpty {
            let start = Data(opened.openings[0].body.prefix(32))
            let first = try #require(file.range(of: start))
            #expect(file[first.upperBound...].range(of: start) == nil)
            // And its keys once each.
            for opening in opened.openings {
                let key = Data(opening.key.bytes)
                let place = try #require(file.range(of: key))
                #expect(file[place.upperBound...].range(of: key) == nil)
            }
        }
        let state = try store.accounts().accounts[0]
        #expect(state.openings == vouchers.reduce(0) { $0 + $1.voucher.openings.count } && state.openings > 300)
        #expect(state.vouchers == vouchers.count { !$0.voucher.openings.isEmpty })
        let kept = try store.openings(of: state.name, state.forms[0].form).openings
        #expect(kept.map(\.opening) == vouchers.flatMap(\.voucher.openings))
    }

    @Test func formsAreDecodedApart() throws {
        var random = SeededRandom(77)
        let owner = try Owner(alice, threshold: 5, polynomials: 16, random: &random)
        let other = try Owner(alice, threshold: 6, polynomials: 16, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        try store.record(plain(other.openings(matches: 9, byChance: 2, &random)), threshold: 6)
        try store.record(plain(owner.openings(matches: 7, byChance: 2, &random)), threshold: 5, from: 12)
        // The same polynomials, but said to be of another threshold: another form, of too few openings.
        try store.record(plain(owner.openings(matches: 3, byChance: 0, &random)), threshold: 4, from: 30)
        let revealed = try #require(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment))
        #expect(revealed.reveal.matches.count == 7)
        #expect(revealed.reveal.threshold == 5)
    }

    @Test func damagedRowsAreSkippedAndReported() throws {
        var random = SeededRandom(78)
        let owner = try Owner(alice, threshold: 5, polynomials: 16, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        // One opening a voucher: their numbers are the same.
        try store.record(plain(owner.openings(matches: 16, byChance: 0, &random)))
        try renumber(scratch.authority)
        try edit(
            scratch.authority,
            """
            PRAGMA ignore_check_constraints = ON;
            UPDATE voucher SET body = x'00' WHERE id = 1;
            UPDATE opening SET rkey = x'' WHERE id = 2;
            UPDATE voucher SET header = zeroblob(96) WHERE id = 3;
            UPDATE voucher SET header = zeroblob(9) WHERE id = 4;
            UPDATE opening SET slot = 9223372036854775807 WHERE id = 5;
            UPDATE opening SET slot = -1 WHERE id = 6;
            UPDATE voucher SET voucherID = zeroblob(16) WHERE id = 7;
            UPDATE opening SET rkey = zeroblob(32) WHERE id = 8;
            """)
        let result = try #require(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment))
        #expect(result.damaged.map(\.row) == Array(1...7))
        #expect(
            result.damaged.map(\.table) == [.voucher, .opening, .voucher, .voucher, .opening, .opening, .voucher])
        #expect(result.reveal.matches.count == 8)
        #expect(try store.file.pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM opening") } == 16)
        // A basis that lost a row is made anew.
        try edit(
            scratch.authority,
            """
            PRAGMA ignore_check_constraints = ON;
            UPDATE opening SET rkey = x'' WHERE id = (SELECT MIN(id) FROM opening WHERE basis = 1)
            """)
        let again = try #require(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment, force: true))
        #expect(again.reveal.matches.count == 7)
        // A basis that somebody moved to other rows, too.
        try edit(
            scratch.authority,
            "UPDATE opening SET rkey = zeroblob(32) WHERE id = (SELECT MAX(id) FROM opening WHERE basis = 1)"
        )
        #expect(
            try store.reveal(of: alice, epoch: 7, commitment: owner.commitment, force: true)?.reveal.matches.count
                == 6)
        // Accounts
        try edit(
            scratch.authority, "PRAGMA ignore_check_constraints = ON; UPDATE account SET pseudonym = x'01', kept = -1")
        #expect(try store.accounts().damaged.map(\.table) == [.account])
        try edit(
            scratch.authority, "PRAGMA ignore_check_constraints = ON; UPDATE source SET position = 1, mark = x'01'")
        #expect(code { _ = try store.cursor(in: testSource) } == .damagedStore)
    }

    @Test func rowsOfOtherTypesAreReported() throws {
        var random = SeededRandom(79)
        let owner = try Owner(alice, threshold: 5, polynomials: 16, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        try store.record(plain(owner.openings(matches: 9, byChance: 0, &random)))
        try renumber(scratch.authority)
        try edit(
            scratch.authority,
            """
            CREATE TABLE copy AS SELECT * FROM opening;
            DROP TABLE opening;
            ALTER TABLE copy RENAME TO opening;
            UPDATE opening SET rkey = 'text' WHERE rowid = 1;
            UPDATE opening SET quarantined = 1.5 WHERE rowid = 3;
            CREATE TABLE copy AS SELECT * FROM voucher;
            DROP TABLE voucher;
            ALTER TABLE copy RENAME TO voucher;
            UPDATE voucher SET header = NULL WHERE rowid = 2;
            UPDATE voucher SET body = 7 WHERE rowid = 4;
            CREATE TABLE copy AS SELECT * FROM account;
            DROP TABLE account;
            ALTER TABLE copy RENAME TO account;
            """)
        let result = try #require(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment))
        #expect(result.damaged.map(\.row) == [1, 2, 3, 4])
        #expect(result.damaged.map(\.table) == [.opening, .voucher, .opening, .voucher])
        #expect(result.reveal.matches.count == 5)
        try edit(scratch.authority, "UPDATE account SET quarantined = 'many', epochKey = 'text'")
        #expect(try store.accounts().damaged.map(\.table) == [.account])
        #expect(code { _ = try store.reveal(of: alice, epoch: 7, commitment: owner.commitment) } == .damagedStore)
        // Opened anew, a file with other tables than ours is none of ours.
        #expect(code { _ = try AuthorityStore(path: scratch.authority) } == .damagedStore)
    }

    @Test func filesOfOtherRolesAreRefused() throws {
        do { _ = try CollectorStore(path: scratch.collector, creation: .ifMissing) }
        do { _ = try AuthorityStore(path: scratch.authority, creation: .ifMissing) }
        #expect(code { _ = try AuthorityStore(path: scratch.collector, creation: .ifMissing) } == .invalidMagic)
        #expect(code { _ = try CollectorStore(path: scratch.authority, creation: .ifMissing) } == .invalidMagic)
        let mode = try FileManager.default.attributesOfItem(atPath: scratch.authority)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    /// A file of version 5 gets the table that it lacks; what is in it stays.
    @Test func aFileOfVersionFiveIsBroughtUp() throws {
        var synthetic = SyntheticVouchers(seed: 3)
        let page = try synthetic.page(4, of: [AccountEpoch(1, 7)])
        do {
            _ = try AuthorityStore(path: scratch.authority, creation: .always).record(page, of: testSource, cursor: nil)
        }
        try edit(scratch.authority, "DROP TABLE opened; DELETE FROM grdb_migrations WHERE identifier = '6'")
        let store = try AuthorityStore(path: scratch.authority)
        #expect(try store.accounts().accounts.map(\.openings) == [page.reduce(0) { $0 + $1.voucher.openings.count }])
        _ = try store.record(page, of: testSource, cursor: nil, commitments: [:], during: 5)
        #expect(try AuthorityStore(path: scratch.authority).opened().map(\.vouchers) == [4])
    }

    /// Version 3 kept the words of each opening: such a file is refused as what it is, and left as it is.
    @Test func aFileOfAnOlderVersionIsRefused() throws {
        do { _ = try AuthorityStore(path: scratch.authority, creation: .always) }
        try edit(
            scratch.authority,
            """
            DROP TABLE opening; DROP TABLE voucher;
            CREATE TABLE opening (id INTEGER PRIMARY KEY, account INTEGER, words BLOB, inner BLOB);
            DELETE FROM grdb_migrations; INSERT INTO grdb_migrations VALUES ('3');
            """)
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch.authority))
        for creation in [StoreCreation.never, .ifMissing] {
            do {
                _ = try AuthorityStore(path: scratch.authority, creation: creation)
                Issue.record("an older version was opened")
            } catch {
                #expect(error.code == .invalidMagic && "\(error.reason)".contains("older version"))
            }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.authority)) == before)
        // A newer one is something else.
        try edit(scratch.authority, "UPDATE grdb_migrations SET identifier = '6'")
        #expect(code { _ = try AuthorityStore(path: scratch.authority) } == .damagedStore)
    }
}
