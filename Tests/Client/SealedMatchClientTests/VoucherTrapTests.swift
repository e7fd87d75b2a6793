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

    /// Sixteen probes, of which one is an entry: whichever place it has, one slot is a match, with the one share of the
    /// item.
    @Test func whicheverProbeMatches() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var random = SeededRandom(2)
        for place in 0..<16 {
            let probes = try (0..<16).map {
                $0 == place ? EntryKey(sha256: fixture.known[7]) : EntryKey(sha256: try random.bytes32())
            }
            #expect(try fixture.matches(fixture.seal(probes, set: set, random: &random)) == 1)
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
            // Also at other numbers.
            for number: UInt32 in [0, 300, 70_000] {
                var random = CountingRandom(UInt64(10 + index))
                let keys: [EntryKey] =
                    switch index {
                    case 0: [EntryKey(sha256: fixture.known[0])];
                    case 1: [EntryKey(sha256: unknown)];
                    default: []
                    }
                let voucher = try fixture.seal(keys, number: number, set: set, random: &random)
                lengths.insert(voucher.encoded.count)
                draws.insert(random.draws)
            }
            // Through the sealer, with store and number: a first send, and a repeat.
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
        _ = try fixture.seal(probes, set: set, random: &random)
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

    /// Slots of a changed voucher open by chance alone, and never to a share or a payload.
    @Test func aChangedVoucherHasNoMatch() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var random = SeededRandom(5)
        let voucher = try fixture.seal([EntryKey(sha256: fixture.known[3])], set: set, random: &random)
        #expect(try fixture.matches(voucher) == 1)
        let bytes = voucher.encoded
        // Fields of the header, N among them, then the body.
        for offset in [5, 12, 16, 31, 32, 63, 64, 95, 96, 104, 96 + voucher.header.bodyCount - 1] {
            let changed = try SealedVoucher(canonical: bytes.replacing([bytes[offset] ^ 1], at: offset))
            #expect(try fixture.matches(changed) == 0, "\(offset)")
            #expect(try Set(fixture.opened(changed).map(\.rkey)).isDisjoint(with: fixture.opened(voucher).map(\.rkey)))
        }
        // A slot's check changed: that slot alone is lost.
        let places = try fixture.opened(voucher).map(\.slot)
        let match = try #require(try fixture.opened(voucher).first { try fixture.isReal($0.opening) }).slot
        let start = 96 + voucher.header.bodyCount + SealedSlot.encodedCount * match
        let unchecked = try SealedVoucher(canonical: bytes.replacing([bytes[start + 64] ^ 1], at: start + 64))
        #expect(try fixture.opened(unchecked).map(\.slot) == places.filter { $0 != match })
        // Its wrapped key: it opens, to nothing.
        let unwrapped = try SealedVoucher(canonical: bytes.replacing([bytes[start + 32] ^ 1], at: start + 32))
        #expect(try fixture.opened(unwrapped).map(\.slot) == places && fixture.matches(unwrapped) == 0)
        // Its element replaced by another slot's.
        let other = try #require(voucher.slots.indices.first { $0 != match })
        let element = voucher.slots[other].element.bytes
        #expect(try fixture.matches(SealedVoucher(canonical: bytes.replacing(element, at: start))) == 0)
        // The slots of one voucher under the header and body of another.
        let second = try fixture.seal([EntryKey(sha256: fixture.known[3])], set: set, random: &random)
        #expect(
            try fixture.matches(SealedVoucher(header: second.header, body: second.body, slots: voucher.slots)) == 0)
    }

    @Test func invalidCellsAreNonMatchesNotErrors() throws {
        let fixture = try Fixture()
        let key = EntryKey(sha256: fixture.known[3])
        let positions = try TablePositions(
            of: key, seed: fixture.forge.header.positionSeed, cells: fixture.forge.header.cells)
        var random = SeededRandom(6)
        let sound = try fixture.seal([key], set: fixture.open(), random: &random).encoded.count
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
            var counting = CountingRandom(9)
            let voucher = try fixture.seal([key], set: set, random: &counting)
            #expect(voucher.encoded.count == sound)
            #expect(try fixture.matches(voucher) == 0)
            // Entries elsewhere still match.
            let neighbour = try #require(
                fixture.known.map { EntryKey(sha256: $0) }.first { other in
                    let place = try! TablePositions(
                        of: other, seed: fixture.forge.header.positionSeed, cells: fixture.forge.header.cells)
                    return other != key && place.first != positions.first
                })
            #expect(try fixture.matches(fixture.seal([neighbour], set: set, random: &random)) == 1)
        }
    }

    @Test func oneItemSealedTwiceDiffersEverywhere() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var random = SystemRandom()
        let a = try fixture.seal([EntryKey(sha256: fixture.known[3])], set: set, random: &random)
        let b = try fixture.seal([EntryKey(sha256: fixture.known[3])], set: set, random: &random)
        #expect(a.header.voucherID != b.header.voucherID && a.body != b.body)
        #expect(Set(a.slots.map(\.element)).isDisjoint(with: b.slots.map(\.element)))
        #expect(Set(a.slots.map(\.wrappedKey)).isDisjoint(with: b.slots.map(\.wrappedKey)))
        // Equal items, different openings: x, shares and nonce are fresh.
        let first = try #require(try fixture.opened(a).first { try fixture.isReal($0.opening) })
        let second = try #require(try fixture.opened(b).first { try fixture.isReal($0.opening) })
        let share = try #require(try first.opening.share())
        let other = try #require(try second.opening.share())
        #expect(share.x != other.x && zip(share.z, other.z).allSatisfy { $0 != $1 })
        #expect(try first.opening.inner().prefix(24) != second.opening.inner().prefix(24))
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
            for slot in try fixture.seal([EntryKey(sha256: fixture.known[0])], set: set, random: &random).slots {
                #expect(seen.insert(slot.element).inserted)
                _ = try Point(canonical: slot.element)
            }
        }
        #expect(seen.count == 20 * fixture.parameters.probes)
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
        #expect(try fixture.matches(voucher) == 1)
        do {
            var failing = FailingRandom(after: 63); _ = try VoucherSealing(random: &failing); Issue.record("made")
        } catch { #expect(error.code == .randomSourceFailed) }
        do {
            var failing = FailingRandom(after: 31); _ = try AccountSecret.create(epoch: 1, random: &failing);
            Issue.record("made")
        } catch { #expect(error.code == .randomSourceFailed) }
    }
}
