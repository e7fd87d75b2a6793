import SealedMatchAuthority
import SealedMatchCollector
import Foundation
import GRDB
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

@Suite struct AuthorityStoreTests {
    let scratch = TemporaryDirectory()
    let alice = pseudonym(1)

    private func plain(_ openings: [KeptOpening]) -> [Opening] { openings.map(\.opening) }

    @Test func recordsOnceWhateverIsRepeated() throws {
        var random = SeededRandom(71)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let openings = plain(try owner.openings(matches: 6, decoys: 4, &random))
        do {
            let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
            #expect(try store.cursor(in: testSource) == nil)
            try store.record(openings)
            try store.record(openings)
            #expect(try store.cursor(in: testSource)?.position == 10)
            // A known opening with other words does not replace the first.
            try store.record(openings.map { $0.with(words: $0.words.reversed()) }, from: 1)
        }
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        #expect(try store.cursor(in: testSource)?.position == 10)
        #expect(
            try store.accounts().accounts == [
                AccountState(
                    name: AccountEpoch(pseudonym: alice, epoch: 7),
                    forms: [FormCount(form: OpeningForm(threshold: 5, polynomials: 8), openings: 10, tried: 0)],
                    quarantined: 0, commitment: nil, isRevealed: false)
            ])
        let revealed = try store.reveal(of: alice, epoch: 7, commitment: owner.commitment)
        #expect(revealed?.reveal.matches.count == 6)
    }

    @Test func nothingIsRevealedWithoutARegistration() throws {
        var random = SeededRandom(72)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        try store.record(plain(owner.openings(matches: 9, decoys: 0, &random)))
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

    /// Exactly then a try can end otherwise than the last one.
    @Test func aFormIsDueWhenAnOpeningCameIn() throws {
        let form = OpeningForm(threshold: 30, polynomials: 64)
        for (openings, tried, isDue) in [
            (29, 0, false), (30, 0, true), (30, 30, false), (121, 121, false), (122, 121, true), (31, 29, true),
        ] {
            #expect(FormCount(form: form, openings: openings, tried: tried).isDue == isDue)
        }
        var random = SeededRandom(73)
        let owner = try Owner(alice, threshold: 5, polynomials: 4, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        try store.record(plain(owner.openings(matches: 4, decoys: 16, &random)))
        #expect(code { _ = try store.reveal(of: alice, epoch: 7, commitment: owner.commitment) } == .notDecodable)
        #expect(try store.accounts().accounts[0].isDue == false)
        #expect(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment) == nil)
        #expect(
            code { _ = try store.reveal(of: alice, epoch: 7, commitment: owner.commitment, force: true) }
                == .notDecodable)
        // 4 · (9 − 5) = 16: at the bound
        try store.record(plain(owner.openings(matches: 5, decoys: 0, &random)), from: 21)
        #expect(try store.accounts().accounts[0].isDue)
        #expect(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment)?.reveal.matches.count == 9)
    }

    @Test func laterMatchesOpenUnderTheKnownKey() throws {
        var random = SeededRandom(74)
        let owner = try Owner(alice, threshold: 5, polynomials: 4, random: &random)
        do {
            let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
            try store.record(plain(owner.openings(matches: 5, decoys: 0, &random)))
            #expect(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment)?.reveal.matches.count == 5)
        }
        // Far past the bound, after a restart: no decoding could find them any more.
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        try store.record(plain(owner.openings(matches: 2, decoys: 300, &random)), from: 6)
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
        let owner = try Owner(alice, threshold: 5, polynomials: 4, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        // Five matches, decoys up to beyond the cap, then two matches more.
        var openings: [Opening] = plain(try owner.openings(matches: 5, decoys: 0, &random))
        for _ in 0..<(OpeningCaps.counted + 4) { openings.append(try owner.decoy(&random)) }
        try store.record(Array(openings[..<5]))
        #expect(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment)?.reveal.matches.count == 5)
        try store.record(Array(openings[5...]), from: 6)
        let late = plain(try owner.openings(matches: 2, decoys: 0, &random))
        try store.record(late, from: 30_000)
        let state = try store.accounts().accounts[0]
        #expect(state.openings == OpeningCaps.counted)
        #expect(state.quarantined == 9 + 2)
        let matches = try #require(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment)).reveal
            .matches
        #expect(matches.map(\.quarantined) == [false, false, false, false, false, true, true])
        // Beyond both caps openings are not kept.
        var rest: [Opening] = []
        for _ in 0..<4_200 { rest.append(try owner.decoy(&random)) }
        try store.record(rest, from: 40_000)
        #expect(try store.accounts().accounts[0].quarantined == OpeningCaps.quarantined)
        #expect(
            try store.file.pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM opening") }
                == OpeningCaps.counted + OpeningCaps.quarantined)
    }

    @Test func aVoucherWithTooManyOpeningsIsQuarantined() throws {
        var random = SeededRandom(76)
        let owner = try Owner(alice, threshold: 5, polynomials: 4, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        let header = try owner.header(&random)
        var openings: [Opening] = []
        for slot in 0..<22 {
            openings.append(
                Opening(
                    header: header, slot: slot, words: try owner.decoy(&random).words,
                    inner: random.bytes(header.innerCount)))
        }
        let voucher = OpenedVoucher(
            header: header, status: .opened, threshold: 5, openings: Array(openings[..<7]),
            excess: Array(openings[7...]))
        for _ in 0..<2 {
            _ = try store.record([PositionedVoucher(position: 1, voucher: voucher)], of: testSource, cursor: nil)
        }
        let state = try store.accounts().accounts[0]
        #expect(state.openings == 7)
        #expect(state.quarantined == 15)
    }

    @Test func formsAreDecodedApart() throws {
        var random = SeededRandom(77)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let other = try Owner(alice, threshold: 6, polynomials: 4, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        try store.record(plain(other.openings(matches: 9, decoys: 2, &random)), threshold: 6)
        try store.record(plain(owner.openings(matches: 7, decoys: 2, &random)), threshold: 5, from: 12)
        // The same polynomials, but said to be of another threshold: another form, of too few openings.
        try store.record(plain(owner.openings(matches: 3, decoys: 0, &random)), threshold: 4, from: 30)
        let revealed = try #require(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment))
        #expect(revealed.reveal.matches.count == 7)
        #expect(revealed.reveal.threshold == 5)
    }

    @Test func damagedRowsAreSkippedAndReported() throws {
        var random = SeededRandom(78)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        try store.record(plain(owner.openings(matches: 16, decoys: 0, &random)))
        try edit(
            scratch.authority,
            """
            PRAGMA ignore_check_constraints = ON;
            UPDATE opening SET words = x'00' WHERE id = 1;
            UPDATE opening SET inner = x'' WHERE id = 2;
            UPDATE opening SET header = zeroblob(96) WHERE id = 3;
            UPDATE opening SET header = zeroblob(9) WHERE id = 4;
            UPDATE opening SET slot = 9223372036854775807 WHERE id = 5;
            UPDATE opening SET slot = -1 WHERE id = 6;
            UPDATE opening SET voucherID = zeroblob(16) WHERE id = 7;
            UPDATE opening SET words = zeroblob(72) WHERE id = 8;
            """)
        let result = try #require(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment))
        #expect(result.damaged.map(\.row) == Array(1...7))
        #expect(result.reveal.matches.count == 8)
        #expect(try store.file.pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM opening") } == 16)
        // A basis that lost a row is made anew.
        try edit(
            scratch.authority,
            "UPDATE opening SET inner = x'' WHERE basis = 1 AND id = (SELECT MIN(id) FROM opening WHERE basis = 1)")
        let again = try #require(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment, force: true))
        #expect(again.reveal.matches.count == 7)
        // A basis that somebody moved to other rows, too.
        try edit(
            scratch.authority,
            "UPDATE opening SET words = zeroblob(72) WHERE basis = 1 AND id = (SELECT MAX(id) FROM opening WHERE basis = 1)"
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
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        try store.record(plain(owner.openings(matches: 9, decoys: 0, &random)))
        try edit(
            scratch.authority,
            """
            CREATE TABLE copy AS SELECT * FROM opening;
            DROP TABLE opening;
            ALTER TABLE copy RENAME TO opening;
            UPDATE opening SET words = 'text' WHERE rowid = 1;
            UPDATE opening SET header = NULL WHERE rowid = 2;
            UPDATE opening SET quarantined = 1.5 WHERE rowid = 3;
            CREATE TABLE copy AS SELECT * FROM account;
            DROP TABLE account;
            ALTER TABLE copy RENAME TO account;
            """)
        let result = try #require(try store.reveal(of: alice, epoch: 7, commitment: owner.commitment))
        #expect(result.damaged.map(\.row) == [1, 2, 3])
        #expect(result.reveal.matches.count == 6)
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
}
