import SealedMatchAuthority
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

@Suite struct VoucherOpenerTests {
    let scratch = TemporaryDirectory()

    @Test func aMatchAlwaysOpensAndAFormIsItsSets() throws {
        var random = SeededRandom(61)
        let set = try TinySet(in: scratch, level: 8, random: &random)
        var sender = try Sender(account(1), random: &random)
        let opener = VoucherOpener([set.matching])
        var vouchers: [SealedVoucher] = []
        for member in 0..<12 {
            vouchers.append(try sender.seal(set, random: &random))
            vouchers.append(try sender.seal(set, member: member, random: &random))
        }
        let opened = try opener.open(vouchers)
        #expect(opened.allSatisfy { $0.status == .opened && $0.threshold == 5 })
        #expect(opened.map(\.header) == vouchers.map(\.header))
        for (index, voucher) in opened.enumerated() {
            #expect(voucher.openings.map(\.slot) == voucher.openings.map(\.slot).sorted())
            #expect(voucher.openings.allSatisfy { $0.body == vouchers[index].body && $0.header == voucher.header })
            // The match's payload opens under K_e, the others' do not.
            #expect(voucher.openings.count { (try? $0.payload(under: sender.key)) != nil } == index % 2)
        }
        // Not limited: at level 1 all slots open.
        #expect(opened.contains { $0.openings.count > 6 })
        let all = try TinySet(in: scratch, version: 9, level: 1, random: &random)
        let whole = try VoucherOpener([all.matching]).open([sender.seal(all, member: 0, random: &random)])[0]
        #expect(whole.openings.map(\.slot) == Array(0..<32))
        #expect(whole.openings.count { (try? $0.payload(under: sender.key)) != nil } == 1)
        // In one thread, the same.
        #expect(try opener.openSerially(vouchers[...]).map(\.openings) == opened.map(\.openings))
        #expect(try opener.open([]).isEmpty)
    }

    @Test func hostileSlotsDoNotOpenAndDisturbNobody() throws {
        var random = SeededRandom(62)
        let set = try TinySet(in: scratch, random: &random)
        var sender = try Sender(account(1), random: &random)
        let voucher = try sender.seal(set, member: 0, random: &random)
        let opener = VoucherOpener([set.matching])
        let reference = try opener.open([voucher])[0]
        let openSlots = Set(reference.openings.map(\.slot))
        let fillers = voucher.slots.indices.filter { !openSlots.contains($0) }
        // Not a point, the identity, a negative encoding, all ones: in the places of fillers
        var slots = voucher.slots
        let hostile = [
            Bytes32(), bytes(255), bytes(1), try random.bytes32(), try random.bytes32(),
            try random.bytes32(),
        ]
        for (place, element) in zip(fillers, hostile) { slots[place].element = element }
        // A check of N or more opens nothing, whatever the slot is.
        for place in fillers.dropFirst(hostile.count) { slots[place].check = 255 }
        let mutated = SealedVoucher(header: voucher.header, body: voucher.body, slots: slots)
        #expect(try opener.open([mutated])[0].openings == reference.openings)
        for index in slots.indices { slots[index].check = 255 }
        #expect(
            try opener.open([SealedVoucher(header: voucher.header, body: voucher.body, slots: slots)])[0].openings
                .isEmpty)
        // The identity in every slot, under every check
        for index in slots.indices { slots[index] = SealedSlot(element: Bytes32(), wrappedKey: bytes(1), check: 0) }
        #expect(
            try opener.open([SealedVoucher(header: voucher.header, body: voucher.body, slots: slots)])[0].openings
                .isEmpty)
        // Level 1: what is no element opens not even there.
        var open = voucher.header
        open.checkLevel = 1
        #expect(
            try opener.open([SealedVoucher(header: open, body: voucher.body, slots: slots)])[0].openings.isEmpty)
    }

    /// Any N is taken: it is the client's own, and bound to the voucher's slots like all of the header.
    @Test func aLevelOfAClientsOwnIsTaken() throws {
        var random = SeededRandom(66)
        let set = try TinySet(in: scratch, random: &random)
        var sender = try Sender(account(1), random: &random)
        let opener = VoucherOpener([set.matching])
        for level in [1, 3, 200] as [UInt8] {
            let header = try sender.header(set, level: level, &random)
            let voucher = try sender.seal(header, set, member: 2, random: &random)
            let openings = try opener.open([voucher])[0].openings
            #expect(openings.count { (try? $0.payload(under: sender.key)) != nil } == 1)
            #expect(level != 1 || openings.count == 32)
            // Said to be another one, no slot is a match any more.
            var said = header
            said.checkLevel = level == 1 ? 2 : level - 1
            let other = SealedVoucher(header: said, body: voucher.body, slots: voucher.slots)
            let chances = try opener.open([other])[0]
            #expect(chances.status == .opened)
            #expect(chances.openings.allSatisfy { (try? $0.payload(under: sender.key)) == nil })
        }
    }

    /// After tampering with header or body slots open by chance alone, and nothing that opens is accepted.
    @Test func tamperingOpensByChanceOnly() throws {
        var random = SeededRandom(63)
        let set = try TinySet(in: scratch, level: 8, random: &random)
        var sender = try Sender(account(1), random: &random)
        let opener = VoucherOpener([set.matching])
        var tampered: [SealedVoucher] = []
        var honest: [SealedVoucher] = []
        for member in 0..<12 {
            let voucher = try sender.seal(set, member: member, random: &random)
            honest.append(voucher)
            for place in [0, voucher.body.count / 2, voucher.body.count - 1] {
                var body = voucher.body
                body[place] ^= 1 << UInt8(random.next() % 8)
                tampered.append(SealedVoucher(header: voucher.header, body: body, slots: voucher.slots))
            }
            for change in 0..<2 {
                var header = voucher.header
                if change == 0 { header.epoch += 1 } else { header.voucherID = try VoucherID.random(from: &random) }
                tampered.append(SealedVoucher(header: header, body: voucher.body, slots: voucher.slots))
            }
        }
        // Twelve matches are revealed; of the tampered ones nothing is, neither alone nor among the others.
        let revealer = Revealer(
            pseudonym: sender.pseudonym, epoch: 7, threshold: 5, polynomials: 16,
            commitment: sender.registration.commitment)
        let own = try opener.open(honest).flatMap(\.openings)
        let opened = try opener.open(tampered)
        let chances = opened.flatMap(\.openings)
        let slots = Double(32 * tampered.count)
        #expect(abs(Double(chances.count) - slots / 8) < 4 * (slots * 7 / 64).squareRoot())
        #expect(chances.allSatisfy { (try? $0.payload(under: sender.key)) == nil })
        #expect(try revealer.outcome(chances).code == .notDecodable)
        let revealed = try revealer.outcome(own + chances.prefix(10)).get()
        #expect(Set(revealed.map(\.voucherID)) == Set(honest.map(\.header.voucherID)) && revealed.count == 12)
    }

    @Test func setsAndKeysBelongTogether() throws {
        var random = SeededRandom(64)
        let set = try TinySet(in: scratch, random: &random)
        let other = try TinySet(in: scratch, version: 2, random: &random)
        #expect(
            code { _ = try MatchingSet(key: try MatchingKey.random(from: &random), header: set.blinded.header) }
                == .setMismatch)
        var sender = try Sender(account(1), random: &random)
        let voucher = try sender.seal(set, member: 0, random: &random)
        #expect(try VoucherOpener([other.matching]).open([voucher])[0].status == .unknownSet)
        // A voucher that says another set than it was sealed under
        var header = voucher.header
        header.setRoot = other.root
        let moved = SealedVoucher(header: header, body: voucher.body, slots: voucher.slots)
        let chances = try VoucherOpener([set.matching, other.matching]).open([moved])[0].openings
        #expect(chances.allSatisfy { (try? $0.payload(under: sender.key)) == nil })
        // M, k or P that is not the set's
        for change in 0..<3 {
            var odd = voucher.header
            switch change {
            case 0: odd.probes -= 1
            case 1: odd.polynomials += 1
            default: odd.payloadCount += 1
            }
            let bytes = odd.encoded + random.bytes(odd.voucherCount - VoucherHeader.encodedCount)
            let opened = try VoucherOpener([set.matching]).open([SealedVoucher(canonical: bytes)])[0]
            #expect(opened.status == .setMismatch && opened.openings.isEmpty)
        }
    }

    /// Thousands of vouchers with changed bytes: never a trap, and nothing opens that was not sealed.
    @Test func mutatedVouchers() throws {
        var random = SeededRandom(65)
        let set = try TinySet(in: scratch, random: &random)
        var sender = try Sender(account(1), random: &random)
        let opener = VoucherOpener([set.matching])
        let voucher = try sender.seal(set, member: 0, random: &random)
        let reference = try opener.open([voucher])[0].openings
        let encoded = voucher.encoded
        var mutants: [SealedVoucher] = []
        for _ in 0..<2_000 {
            var bytes = encoded
            for _ in 0...(random.next() % 4) {
                bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
            }
            if let mutant = try? SealedVoucher(canonical: bytes) { mutants.append(mutant) }
        }
        #expect(mutants.count > 1_500)
        var unchanged = 0
        var changed = 0
        for (mutant, opened) in zip(mutants, try opener.open(mutants)) where opened.status == .opened {
            if mutant.header == voucher.header && mutant.body == voucher.body {
                // A changed slot opens by chance alone, or, by its wrapped key, to another body; the others are as they
                // were.
                for opening in reference where mutant.slots[opening.slot] == voucher.slots[opening.slot] {
                    #expect(opened.openings.contains(opening))
                }
                unchanged += 1
            } else {
                changed += opened.openings.count
                #expect(opened.openings.allSatisfy { (try? $0.payload(under: sender.key)) == nil })
            }
        }
        #expect(unchanged > 500 && changed > 0)
    }
}
