import SealedMatchAuthority
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

@Suite struct VoucherOpenerTests {
    let scratch = TemporaryDirectory()

    @Test func matchesOpenOneSlotAndDecoysOneEach() throws {
        var random = SeededRandom(61)
        let set = try TinySet(in: scratch, random: &random)
        var sender = try Sender(account(1), random: &random)
        let opener = VoucherOpener([set.matching])
        var vouchers: [SealedVoucher] = []
        var expected: [Int] = []
        for decoys in 0...6 {
            vouchers.append(try sender.seal(set, decoys: decoys, random: &random))
            vouchers.append(try sender.seal(set, member: decoys, decoys: decoys, random: &random))
            expected += [decoys, decoys + 1]
        }
        let opened = try opener.open(vouchers)
        #expect(opened.map(\.openings.count) == expected)
        #expect(opened.allSatisfy { $0.status == .opened && $0.excess.isEmpty && $0.threshold == 5 })
        #expect(opened.map(\.header) == vouchers.map(\.header))
        // The match's payload opens under K_e, the decoys' do not.
        for (index, voucher) in opened.enumerated() {
            var readable = 0
            for opening in voucher.openings where (try? opening.payload(under: sender.key)) != nil { readable += 1 }
            #expect(readable == index % 2)
        }
        // In one thread, the same.
        #expect(try opener.openSerially(vouchers[...]).map(\.openings) == opened.map(\.openings))
        #expect(try opener.open([]).isEmpty)
    }

    @Test func hostileSlotsDoNotOpenAndDisturbNobody() throws {
        var random = SeededRandom(62)
        let set = try TinySet(in: scratch, random: &random)
        var sender = try Sender(account(1), random: &random)
        let voucher = try sender.seal(set, member: 0, decoys: 2, random: &random)
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
        let mutated = SealedVoucher(header: voucher.header, body: voucher.body, slots: slots)
        #expect(try opener.open([mutated])[0].openings == reference.openings)
        // The identity in every slot
        for index in slots.indices { slots[index].element = Bytes32() }
        #expect(
            try opener.open([SealedVoucher(header: voucher.header, body: voucher.body, slots: slots)])[0].openings
                .isEmpty)
    }

    @Test func tamperingWithHeaderOrBodyClosesEverySlot() throws {
        var random = SeededRandom(63)
        let set = try TinySet(in: scratch, random: &random)
        var sender = try Sender(account(1), random: &random)
        let voucher = try sender.seal(set, member: 0, decoys: 6, random: &random)
        let opener = VoucherOpener([set.matching])
        #expect(try opener.open([voucher])[0].openings.count == 7)
        var body = voucher.body
        body[body.count - 1] ^= 1
        #expect(
            try opener.open([SealedVoucher(header: voucher.header, body: body, slots: voucher.slots)])[0].openings
                .isEmpty)
        for change in 0..<3 {
            var header = voucher.header
            switch change {
            case 0: header.epoch += 1
            case 1: header.pseudonym = pseudonym(2)
            default: header.voucherID = try VoucherID.random(from: &random)
            }
            #expect(
                try opener.open([SealedVoucher(header: header, body: voucher.body, slots: voucher.slots)])[0].openings
                    .isEmpty)
        }
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
        #expect(try VoucherOpener([set.matching, other.matching]).open([moved])[0].openings.isEmpty)
        // A form that is not the set's
        var parameters = set.blinded.header.parameters
        parameters.polynomials += 1
        let odd = VoucherHeader(
            parameters: parameters, epoch: 7, voucherID: voucher.header.voucherID, pseudonym: pseudonym(1),
            setRoot: set.root)
        let bytes = odd.encoded + random.bytes(odd.voucherCount - VoucherHeader.encodedCount)
        #expect(try VoucherOpener([set.matching]).open([SealedVoucher(canonical: bytes)])[0].status == .setMismatch)
    }

    /// Thousands of vouchers with changed bytes: never a trap, and nothing opens that was not sealed.
    @Test func mutatedVouchers() throws {
        var random = SeededRandom(65)
        let set = try TinySet(in: scratch, random: &random)
        var sender = try Sender(account(1), random: &random)
        let opener = VoucherOpener([set.matching])
        let voucher = try sender.seal(set, member: 0, decoys: 3, random: &random)
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
        for opened in try opener.open(mutants) {
            // Header and body bind every slot; a changed slot closes alone, or, in its wrapped key, opens to another
            // body.
            #expect(opened.openings.count <= reference.count)
            #expect(opened.openings.isEmpty || opened.header == voucher.header)
        }
    }
}
