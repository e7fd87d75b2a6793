import SealedMatchFingerprint
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchTestSupport
import Testing

/// The traps of sealing: what the authority and an observer see of one voucher.
@Suite struct VoucherTrapTests {
    private let unknown = try! Bytes32(exactly: [UInt8](repeating: 0xEE, count: 32))

    @Test func aMatchOpensOneSlotAndDecoysTheirOwn() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var random = SeededRandom(1)
        for decoys in 0...6 {
            for (probes, matches) in [
                ([EntryKey(sha256: fixture.known[3])], 1), ([EntryKey(sha256: unknown)], 0), ([], 0),
            ] {
                let voucher = try fixture.seal(probes, decoys: decoys, set: set, random: &random)
                let opened = try fixture.opened(voucher)
                #expect(opened.count == decoys + matches)
                #expect(try opened.count { try fixture.isReal($0.opening) } == matches)
                // Every wrapped key is its own.
                #expect(Set(opened.map(\.rkey)).count == opened.count)
                // The decoys' bodies are no shares, and no payload opens but the match's.
                let secret = try Fixture.secret()
                let pseudonym = try secret.pseudonym(of: Fixture.account)
                let key = try secret.sharing(pseudonym: pseudonym, parameters: fixture.parameters).epochKey(
                    pseudonym: pseudonym, epoch: 694)
                var payloads = 0
                for one in opened where (try? one.opening.payload(under: key)) != nil { payloads += 1 }
                #expect(payloads == matches)
            }
        }
    }

    /// Sixteen probes, of which one is an entry: whichever place it has, one slot opens, with the one share of the
    /// item.
    @Test func whicheverProbeMatches() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var random = SeededRandom(2)
        for place in 0..<16 {
            let probes = try (0..<16).map {
                $0 == place ? EntryKey(sha256: fixture.known[7]) : EntryKey(sha256: try random.bytes32())
            }
            let opened = try fixture.opened(fixture.seal(probes, decoys: 0, set: set, random: &random))
            #expect(opened.count == 1)
            #expect(try opened.allSatisfy { try fixture.isReal($0.opening) })
        }
    }

    /// Length, header form and the randomness drawn are the same for a match, a non-match, a repeat and an unreadable
    /// item. (The shuffle's rejections have probability 2^-59.)
    @Test func everyItemCostsTheSame() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var lengths: Set<Int> = []
        var draws: Set<[Int]> = []
        var sealerDraws: Set<[Int]> = []
        for (index, item) in [MediaItem.file(sha256: fixture.known[0]), .file(sha256: unknown), .unreadable]
            .enumerated()
        {
            for decoys in [0, 3, 6] {
                var random = CountingRandom(UInt64(10 + index))
                let keys: [EntryKey] =
                    switch index {
                    case 0: [EntryKey(sha256: fixture.known[0])];
                    case 1: [EntryKey(sha256: unknown)];
                    default: []
                    }
                let voucher = try fixture.seal(keys, decoys: decoys, set: set, random: &random)
                lengths.insert(voucher.encoded.count)
                draws.insert(random.draws)
            }
            // Through the sealer, with store and schedule: a first send, and a repeat.
            var sealer = try fixture.sealer(set)
            for _ in 0..<2 {
                var random = CountingRandom(77)
                let voucher = try sealer.seal(item, note: [1, 2, 3], random: &random)
                lengths.insert(voucher.encoded.count)
                sealerDraws.insert(random.draws)
                #expect(
                    voucher.header.fits(fixture.parameters) && voucher.header.setRoot == set.root
                        && voucher.header.pseudonym == sealer.registration.pseudonym)
            }
        }
        // Sixteen distinct keys cost what none cost.
        var many = CountingRandom(3)
        let probes = try (0..<16).map { _ in EntryKey(sha256: try many.bytes32()) }
        var random = CountingRandom(4)
        _ = try fixture.seal(probes, decoys: 2, set: set, random: &random)
        draws.insert(random.draws)
        #expect(lengths.count == 1)
        #expect(draws.count == 1)
        #expect(sealerDraws.count == 1)
    }

    /// A note of any length gives a voucher of one size.
    @Test func notesDoNotShow() throws {
        let fixture = try Fixture()
        var sealer = try fixture.sealer()
        var lengths: Set<Int> = []
        for count in [0, 1, 220] {
            lengths.insert(try sealer.seal(.unreadable, note: [UInt8](repeating: 1, count: count)).encoded.count)
        }
        #expect(lengths.count == 1)
        do { _ = try sealer.seal(.unreadable, note: [UInt8](repeating: 1, count: 221)); Issue.record("sealed") } catch {
            #expect(error.code == .payloadTooLong)
        }
    }

    @Test func tamperingClosesEverySlot() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var random = SeededRandom(5)
        let voucher = try fixture.seal([EntryKey(sha256: fixture.known[3])], decoys: 6, set: set, random: &random)
        #expect(try fixture.opened(voucher).count == 7)
        let bytes = voucher.encoded
        // Each field of the header, then the body: nothing opens.
        for offset in [12, 16, 31, 32, 63, 64, 95, 96, 104, 96 + voucher.header.bodyCount - 1] {
            let changed = try SealedVoucher(canonical: bytes.replacing([bytes[offset] ^ 1], at: offset))
            #expect(try fixture.opened(changed).isEmpty)
        }
        // A slot's check or mask changed: that slot alone is lost.
        let first = try #require(try fixture.opened(voucher).first)
        let start = 96 + voucher.header.bodyCount + 72 * first.slot
        #expect(
            try fixture.opened(SealedVoucher(canonical: bytes.replacing([bytes[start + 64] ^ 1], at: start + 64))).count
                == 6)
        // An element replaced by another slot's.
        let other = try #require(try fixture.opened(voucher).last)
        let otherStart = 96 + voucher.header.bodyCount + 72 * other.slot
        #expect(
            try fixture.opened(
                SealedVoucher(canonical: bytes.replacing(Array(bytes[otherStart..<(otherStart + 32)]), at: start))
            ).count == 6)
        // The slots of one voucher under the header and body of another open nothing.
        let second = try fixture.seal([EntryKey(sha256: fixture.known[3])], decoys: 6, set: set, random: &random)
        #expect(
            try fixture.opened(SealedVoucher(header: second.header, body: second.body, slots: voucher.slots)).isEmpty)
    }

    @Test func invalidCellsAreNonMatchesNotErrors() throws {
        let fixture = try Fixture()
        let key = EntryKey(sha256: fixture.known[3])
        let positions = try TablePositions(
            of: key, seed: fixture.forge.header.positionSeed, cells: fixture.forge.header.cells)
        var random = SeededRandom(6)
        let sound = try fixture.seal([key], decoys: 2, set: fixture.open(), random: &random).encoded.count
        let honest = fixture.forge
        let others = try Point(canonical: honest.cell(positions.second)).adding(
            Point(canonical: honest.cell(positions.third)))
        for cell in [
            try Bytes32(exactly: [UInt8](repeating: 0xFF, count: 32)),
            try Bytes32(exactly: [1] + [UInt8](repeating: 0, count: 31)),
            // The three sum to the identity.
            try Point.identity.subtracting(others).encoded,
        ] {
            fixture.forge = honest
            fixture.forge.setCell(positions.first, cell)
            try fixture.forge.fixDigest()
            let set = try fixture.open()
            for decoys in [0, 2] {
                var counting = CountingRandom(9)
                let voucher = try fixture.seal([key], decoys: decoys, set: set, random: &counting)
                #expect(voucher.encoded.count == sound)
                #expect(try fixture.opened(voucher).count == decoys)
            }
            // Entries elsewhere still match.
            let neighbour = try #require(
                fixture.known.map { EntryKey(sha256: $0) }.first { other in
                    let place = try! TablePositions(
                        of: other, seed: fixture.forge.header.positionSeed, cells: fixture.forge.header.cells)
                    return other != key && place.first != positions.first
                })
            #expect(try fixture.opened(fixture.seal([neighbour], decoys: 0, set: set, random: &random)).count == 1)
        }
    }

    @Test func oneItemSealedTwiceDiffersEverywhere() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var random = SystemRandom()
        let a = try fixture.seal([EntryKey(sha256: fixture.known[3])], decoys: 2, set: set, random: &random)
        let b = try fixture.seal([EntryKey(sha256: fixture.known[3])], decoys: 2, set: set, random: &random)
        #expect(a.header.voucherID != b.header.voucherID && a.body != b.body)
        #expect(Set(a.slots.map(\.element)).isDisjoint(with: b.slots.map(\.element)))
        #expect(Set(a.slots.map(\.wrappedKey)).isDisjoint(with: b.slots.map(\.wrappedKey)))
        #expect(Set(a.slots.map(\.check)).isDisjoint(with: b.slots.map(\.check)))
        // Equal items, different openings: x, shares and nonce are fresh.
        let first = try #require(try fixture.opened(a).first { try fixture.isReal($0.opening) })
        let second = try #require(try fixture.opened(b).first { try fixture.isReal($0.opening) })
        #expect(
            first.opening.words[0] != second.opening.words[0]
                && first.opening.inner.prefix(24) != second.opening.inner.prefix(24))
        #expect(Set(first.opening.words).isDisjoint(with: second.opening.words))
        // The body has not one run of eight bytes in common.
        let runs = Set(stride(from: 0, to: a.body.count - 8, by: 1).map { Array(a.body[$0..<($0 + 8)]) })
        #expect(
            stride(from: 0, to: b.body.count - 8, by: 1).allSatisfy { !runs.contains(Array(b.body[$0..<($0 + 8)])) })
    }

    /// β and γ are fresh for every slot: all Q differ, within vouchers and between them.
    @Test func noElementIsUsedTwice() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var random = SeededRandom(8)
        var seen: Set<Bytes32> = []
        for _ in 0..<20 {
            for slot in try fixture.seal([EntryKey(sha256: fixture.known[0])], decoys: 3, set: set, random: &random)
                .slots
            {
                #expect(seen.insert(slot.element).inserted)
                _ = try Point(canonical: slot.element)
            }
        }
        #expect(seen.count == 20 * fixture.parameters.slots)
    }

    /// Where the match lies among the slots, over many vouchers: uniform.
    @Test func slotsAreShuffledUniformly() throws {
        let fixture = try Fixture {
            $0.coverSlots = 4; $0.profile = try Self.oneProbe()
        }
        let set = try fixture.open()
        var random = SeededRandom(9)
        // M = 1, c = 4: five places for the match, and for the decoy.
        var match = [Int](repeating: 0, count: 5)
        var decoy = [Int](repeating: 0, count: 5)
        let rounds = 1500
        for _ in 0..<rounds {
            let opened = try fixture.opened(
                fixture.seal([EntryKey(sha256: fixture.known[0])], decoys: 1, set: set, random: &random))
            #expect(opened.count == 2)
            for one in opened {
                if try fixture.isReal(one.opening) { match[one.slot] += 1 } else { decoy[one.slot] += 1 }
            }
        }
        for counts in [match, decoy] {
            let expected = Double(rounds) / 5
            let chi = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
            // 4 degrees of freedom: 25 has probability 5e-5.
            #expect(counts.reduce(0, +) == rounds && chi < 25)
        }
    }

    private static func oneProbe() throws -> FingerprintProfile {
        try FingerprintProfile(id: 1, positions: FingerprintProfile.standard.positions, probes: 1, minimumQuality: 50)
    }

    /// The random source fails at each of its draws in turn: an error each time, nothing changed, and the next voucher
    /// is whole.
    @Test func aFailingSourceEndsSealingAtEveryDraw() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var sealer = try fixture.sealer(set)
        let item = MediaItem.file(sha256: fixture.known[1])
        var probe = CountingRandom(20)
        var trial = try fixture.sealer(set)
        _ = try trial.seal(item, note: [], random: &probe)
        let before = sealer.encodedState
        var cut = 0
        var failures = 0
        for draw in probe.draws {
            for limit in [cut, cut + draw - 1] {
                var failing = FailingRandom(after: limit)
                do {
                    _ = try sealer.seal(item, note: [], random: &failing)
                    Issue.record("sealed with \(limit) random bytes")
                } catch {
                    #expect(error.code == .randomSourceFailed)
                    failures += 1
                }
                #expect(sealer.encodedState == before)
            }
            cut += draw
        }
        #expect(failures == 2 * probe.draws.count && probe.draws.count > 100)
        // The item does not count as sent: it is no repeat.
        let voucher = try sealer.seal(item)
        #expect(try fixture.opened(voucher).count { try fixture.isReal($0.opening) } == 1)
        do {
            var failing = FailingRandom(after: 100); _ = try VoucherSealing(random: &failing); Issue.record("made")
        } catch { #expect(error.code == .randomSourceFailed) }
        do {
            var failing = FailingRandom(after: 31); _ = try AccountSecret.create(epoch: 1, random: &failing);
            Issue.record("made")
        } catch { #expect(error.code == .randomSourceFailed) }
    }
}
