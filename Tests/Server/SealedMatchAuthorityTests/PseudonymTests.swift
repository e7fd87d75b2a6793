import Foundation
import GRDB
import SealedMatchAuthority
import SealedMatchClient
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import Testing

/// What the authority knows of an account, and how it comes to a name: two accounts in two epochs, with real secrets.
@Suite struct PseudonymTests {
    let scratch = TemporaryDirectory()

    /// Alice sends ten matches in each of two epochs from two devices, Bob three; slots open by chance, too: about
    /// two a voucher.
    private func run(seed: UInt64) throws -> Run {
        var random = SeededRandom(seed)
        let set = try TinySet(in: scratch, level: 16, random: &random)
        let collector = try CollectorStore(path: scratch.collector, creation: .always)
        var names: [UInt8: [Pseudonym]] = [:]
        for (byte, matches) in [(0xA1, 10), (0xB2, 3)] as [(UInt8, Int)] {
            let account = AccountID(canonical: bytes(byte))
            var secret = try AccountSecret.create(epoch: 7, random: &random)
            for epoch in [7, 8] as [UInt32] {
                try secret.ratchet(to: epoch)
                var phone = try Sender(account, secret: secret, set, random: &random)
                var desktop = try Sender(account, secret: secret, set, random: &random)
                #expect(phone.registration == desktop.registration)
                #expect(try collector.register(phone.registration, authenticatedAs: account) == .stored)
                #expect(try collector.register(desktop.registration, authenticatedAs: account) == .alreadyStored)
                names[byte, default: []].append(phone.pseudonym)
                for index in 0..<12 {
                    let member = index < matches ? index : nil
                    let note = random.bytes(24)
                    let sent = Payload(
                        fingerprintKind: .pdq, fingerprint: try random.bytes32(), quality: 80, note: note)
                    let voucher =
                        index % 2 == 0
                        ? try phone.seal(set, member: member, payload: sent, random: &random)
                        : try desktop.seal(set, member: member, payload: sent, random: &random)
                    #expect(try collector.store(voucher.encoded, authenticatedAs: account) == .stored)
                }
            }
        }
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        let opening = OpeningService(source: collector, store: store, opener: VoucherOpener([set.matching]))
        let progress = try #require(try opening.openPending())
        #expect(progress.vouchers == 48 && (90...160).contains(progress.openings))
        let decisions = try RevealService(source: collector, store: store).revealReady(force: true).decisions
        return Run(collector: collector, store: store, decisions: decisions, names: names)
    }

    private struct Run {
        let collector: CollectorStore
        let store: AuthorityStore
        let decisions: [RevealDecision]
        let names: [UInt8: [Pseudonym]]

        var reveals: [Reveal] { decisions.compactMap { try? $0.result.get().reveal } }
    }

    /// Both devices' vouchers count under one pseudonym, each epoch's under one of its own; a name comes against the
    /// reveal's token.
    @Test func aNameIsReleasedAgainstItsToken() throws {
        let run = try run(seed: 141)
        let alices = try #require(run.names[0xA1])
        #expect(Set(run.names.values.joined()).count == 4)
        #expect(Set(run.reveals.map(\.pseudonym)) == Set(alices))
        #expect(run.reveals.allSatisfy { $0.matches.count == 10 })
        var random = SeededRandom(142)
        let key = try SigningKey.random(from: &random)
        for (number, reveal) in run.reveals.enumerated() {
            let release = try run.collector.resolve(reveal.request.encoded).signed(by: key)
            try release.verify(by: key.publicKey)
            #expect(release.registration.account.encoded == bytes(0xA1) && release.number == UInt64(number + 1))
        }
        // The other epoch's token, another account's pseudonym, and a made-up token
        let (one, other) = (run.reveals[0], run.reveals[1])
        for (pseudonym, epoch, token) in [
            (one.pseudonym, one.epoch, other.token), (other.pseudonym, other.epoch, one.token),
            (try #require(run.names[0xB2])[Int(one.epoch) - 7], one.epoch, one.token),
            (one.pseudonym, one.epoch, ResolutionToken(canonical: bytes(9))),
        ] {
            let request = ResolutionRequest(epoch: epoch, pseudonym: pseudonym, token: token)
            #expect(code { _ = try run.collector.resolve(request.encoded) } == .tokenMismatch)
        }
        let crossed = ResolutionRequest(epoch: other.epoch, pseudonym: one.pseudonym, token: one.token)
        #expect(code { _ = try run.collector.resolve(crossed.encoded) } == .notRegistered)
        // Vouchers that were forgotten do not matter; a registration that was, does.
        let request = one.request
        _ = try run.collector.acknowledge(Array(1...48))
        #expect(try run.collector.resolve(request.encoded).registration.account.encoded == bytes(0xA1))
        _ = try run.collector.expire(before: 9)
        #expect(code { _ = try run.collector.resolve(request.encoded) } == .epochInPast)
        #expect(
            try run.collector.resolutionCounts().map { [$0.releases, $0.repeats, $0.refusals] }.reduce([0, 0, 0]) {
                zip($0, $1).map(+)
            } == [2, 1, 6])
    }

    /// A second reveal, from what the store kept, has the same token.
    @Test func theTokenIsThereAgain() throws {
        let run = try run(seed: 143)
        let again = try RevealService(source: run.collector, store: run.store).revealReady().decisions
        let tokens = { (decisions: [RevealDecision]) in
            Dictionary(
                uniqueKeysWithValues: decisions.compactMap { try? $0.result.get().reveal }.map {
                    ($0.pseudonym, $0.token.encoded)
                })
        }
        #expect(tokens(again).count == 2 && tokens(again) == tokens(run.decisions))
    }

    /// Rows are numbered at random, and after compacting not even the places of their bytes in the file tell when they
    /// came. Of 48 vouchers that come one after another, some 24 of 47 neighbours lie in the order of arrival.
    @Test func theFileKeepsNoOrderOfArrival() throws {
        var random = SeededRandom(145)
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        var bodies: [[UInt8]] = []
        var ids: [VoucherID] = []
        let parameters = Parameters()
        for index in 0..<48 {
            let header = VoucherHeader(
                parameters: parameters, number: 0, epoch: 7, voucherID: try VoucherID.random(from: &random),
                pseudonym: pseudonym(UInt8(index % 5)), setRoot: SetRoot(canonical: bytes(0)))
            let body = random.bytes(header.bodyCount)
            let opening = try Opening(header: header, slot: 0, key: random.bytes32(), body: body)
            let opened = OpenedVoucher(header: header, status: .opened, threshold: 30, openings: [opening])
            _ = try store.record(
                [PositionedVoucher(position: Int64(index + 1), voucher: opened)], of: testSource, cursor: nil)
            bodies.append(body)
            ids.append(header.voucherID)
        }
        try store.compact()
        try store.close()
        func inOrder(_ places: [Int]) -> Int { zip(places, places.dropFirst()).count { $0 < $1 } }
        let file = try Data(contentsOf: URL(fileURLWithPath: scratch.authority))
        let places = try bodies.map { try #require(file.range(of: Data($0[0..<32]))?.lowerBound) }
        #expect((8...39).contains(inOrder(places)), "\(places)")
        let queue = try DatabaseQueue(path: scratch.authority)
        for table in ["voucher", "opening"] {
            let numbers = try queue.read { db in
                try ids.map { id in
                    let join = table == "voucher" ? "" : " JOIN opening ON opening.voucher = voucher.id"
                    return try #require(
                        try Int.fetchOne(
                            db, sql: "SELECT \(table).id FROM voucher\(join) WHERE voucherID = ?",
                            arguments: [Data(id.encoded)]))
                }
            }
            #expect((8...39).contains(inOrder(numbers)), "\(table): \(numbers)")
        }
    }

    /// All that the authority keeps of one account-epoch, but what is everybody's: the set's root and the sizes.
    private func kept(_ pseudonym: Pseudonym, _ queue: DatabaseQueue) throws -> [[UInt8]] {
        try queue.read { db in
            let account = try #require(
                try Row.fetchOne(
                    db, sql: "SELECT * FROM account WHERE pseudonym = ?",
                    arguments: [Data(pseudonym.encoded.bytes)]))
            var cells = ["pseudonym", "commitment", "epochKey"].compactMap { account[$0] as Data? }.map { [UInt8]($0) }
            let number: Int64 = account["id"]
            for row in try Row.fetchAll(db, sql: "SELECT * FROM voucher WHERE account = ?", arguments: [number]) {
                let header = [UInt8](row["header"] as Data)
                // voucherID and pseudonym
                cells.append(Array(header[16..<64]))
                cells += ["voucherID", "body"].map { [UInt8](row[$0] as Data) }
                let voucher: Int64 = row["id"]
                cells += try Data.fetchAll(
                    db, sql: "SELECT rkey FROM opening WHERE voucher = ?", arguments: [voucher]
                ).map { [UInt8]($0) }
            }
            return cells
        }
    }

    private func windows(_ cells: [[UInt8]]) -> Set<[UInt8]> {
        Set(cells.flatMap { cell in (0...(cell.count - 6)).map { Array(cell[$0..<($0 + 6)]) } })
    }

    /// The authority's whole file holds no account, and nothing of an account in one epoch is there in another.
    @Test func theAuthoritysFileNamesNobodyAndLinksNoEpochs() throws {
        let run = try run(seed: 144)
        try run.store.file.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        let whole = try Data(contentsOf: URL(fileURLWithPath: scratch.authority))
        for byte in run.names.keys {
            let account = Data(bytes(byte).bytes)
            // Eight of its bytes in a row are not there, nor their digits.
            #expect(whole.range(of: account.prefix(8)) == nil)
            for format in ["%02x", "%02X"] {
                #expect(
                    whole.range(of: Data(account.prefix(8).map { String(format: format, $0) }.joined().utf8)) == nil)
            }
            let registered = try Data(contentsOf: URL(fileURLWithPath: scratch.collector))
            #expect(registered.isEmpty == false)
        }
        let queue = try DatabaseQueue(path: scratch.authority)
        for names in run.names.values {
            for name in names { #expect(whole.range(of: Data(name.encoded.bytes)) != nil) }
            let (first, second) = (try kept(names[0], queue), try kept(names[1], queue))
            #expect(first.count > 40 && windows(first).count > 2_500)
            // The comparison sees what is equal: a row against itself.
            #expect(!windows(first).isDisjoint(with: windows(Array(first.prefix(1)))))
            #expect(windows(first).isDisjoint(with: windows(second)))
        }
    }
}

extension Sender {
    /// A device of an account, with the secret that its devices share.
    init(
        _ account: AccountID, secret: borrowing AccountSecret, _ set: TinySet, random: inout SeededRandom
    ) throws {
        let pseudonym = try secret.pseudonym(of: account)
        let parameters = set.blinded.header.parameters
        let sharing = try secret.sharing(pseudonym: pseudonym, parameters: parameters)
        let key = try sharing.epochKey(pseudonym: pseudonym, epoch: secret.epoch)
        let sealing = try VoucherSealing(random: &random)
        registration = Registration(
            account: account, epoch: secret.epoch, pseudonym: pseudonym,
            commitment: try key.commitment(pseudonym: pseudonym, epoch: secret.epoch))
        self.sealing = sealing
        self.name = account
        self.pseudonym = pseudonym
        self.epoch = secret.epoch
        self.sharing = sharing
        self.key = key
    }
}
