import SealedMatchFingerprint
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

private func sampleHeader(
    _ random: inout SeededRandom, polynomials: Int = 16, payload: Int = 128, probes: Int = 1, number: UInt32 = 0
) throws -> VoucherHeader {
    var parameters = Parameters()
    parameters.polynomials = polynomials
    parameters.payloadCount = payload
    parameters.profile = try FingerprintProfile(
        id: 1, positions: FingerprintProfile.standard.positions, probes: probes, minimumQuality: 50)
    return VoucherHeader(
        parameters: parameters, number: number, epoch: 600, voucherID: try VoucherID.random(from: &random),
        pseudonym: Pseudonym(canonical: try random.bytes32()), setRoot: SetRoot(canonical: try random.bytes32()))
}

private func sampleVoucher(_ header: VoucherHeader, _ random: inout SeededRandom) throws -> SealedVoucher {
    SealedVoucher(
        header: header, body: random.bytes(header.bodyCount),
        slots: try (0..<header.probes).map { _ in
            SealedSlot(
                element: try random.bytes32(), wrappedKey: try random.bytes32(),
                check: UInt8(random.next() % UInt64(header.checkLevel)))
        })
}

@Suite struct VoucherTests {
    @Test func roundTripAndMutations() throws {
        var random = SeededRandom(301)
        for header in [
            try sampleHeader(&random),
            try sampleHeader(&random, polynomials: 312, payload: 1024, probes: 32, number: 700),
            try sampleHeader(&random, polynomials: 1024, payload: 16_384, probes: 64, number: .max),
        ] {
            let voucher = try sampleVoucher(header, &random)
            #expect(voucher.encoded.count == header.voucherCount)
            #expect(try SealedVoucher(canonical: voucher.encoded) == voucher)
            let counts = try expectCanonical(voucher.encoded, mutations: header.probes > 40 ? 400 : 3000, seed: 2) {
                try SealedVoucher(canonical: $0).encoded
            }
            #expect(counts.accepted > 20 && counts.refused > 100)
            expectExactLength(voucher.encoded) { _ = try SealedVoucher(canonical: $0) }
        }
        let largest = try sampleHeader(&random, polynomials: 1024, payload: 16_384, probes: 64, number: .max)
        #expect(largest.voucherCount == SealedVoucher.maximumEncodedCount)
        #expect(SealedVoucher.maximumEncodedCount == 24_780)
        // The default voucher: 96 + (4 + 1,248 + 24 + 1,024 + 16) + 32 · 65.
        #expect(try sampleHeader(&random, polynomials: 312, payload: 1024, probes: 32).voucherCount == 4_492)
        #expect(VoucherHeader.voucherCount(Parameters()) == 4_492)
    }

    @Test func headerMutationsAndNegatives() throws {
        var random = SeededRandom(302)
        let header = try sampleHeader(&random)
        let bytes = header.encoded
        #expect(bytes.count == VoucherHeader.encodedCount)
        let counts = try expectCanonical(bytes, mutations: 4000, seed: 3) { try VoucherHeader(canonical: $0).encoded }
        #expect(counts.accepted > 100 && counts.refused > 100)
        expectExactLength(bytes) { _ = try VoucherHeader(canonical: $0) }
        func refused(_ offset: Int, _ field: [UInt8], _ code: SealedMatchError.Code) {
            expectCode(code, "\(field) at \(offset)") {
                _ = try VoucherHeader(canonical: bytes.replacing(field, at: offset))
            }
        }
        refused(0, Array("SMV1".utf8), .invalidMagic)
        for probes: UInt8 in [0, 65, .max] { refused(4, [probes], .parameterOutOfRange) }
        refused(5, [0], .parameterOutOfRange)
        for k: UInt16 in [0, 15, 1025, .max] { refused(6, littleEndian(k), .parameterOutOfRange) }
        for count: UInt32 in [0, 127, 16_385, 1 << 31, .max] { refused(8, littleEndian(count), .parameterOutOfRange) }
        for probes: UInt8 in [1, 64] {
            #expect(try VoucherHeader(canonical: bytes.replacing([probes], at: 4)).probes == Int(probes))
        }
        for level: UInt8 in [1, 2, 254, 255] {
            #expect(try VoucherHeader(canonical: bytes.replacing([level], at: 5)).checkLevel == level)
        }
    }

    // Any header, valid in itself, in front of a body of another size: refused by length, whatever the sizes multiply
    // to.
    @Test func lengthFollowsFromTheHeader() throws {
        var random = SeededRandom(303)
        let voucher = try sampleVoucher(sampleHeader(&random), &random).encoded
        for (offset, field) in [
            (4, [2]), (6, littleEndian(17 as UInt16)), (8, littleEndian(129 as UInt32)),
            (8, littleEndian(16_384 as UInt32)),
        ] {
            expectCode(.wrongLength) { _ = try SealedVoucher(canonical: voucher.replacing(field, at: offset)) }
        }
        expectCode(.wrongLength) {
            _ = try SealedVoucher(canonical: [UInt8](repeating: 0, count: SealedVoucher.maximumEncodedCount + 1))
        }
    }

    @Test func fitsOnlyItsParameters() throws {
        var random = SeededRandom(304)
        var parameters = Parameters()
        let header = VoucherHeader(
            parameters: parameters, number: 5_000, epoch: 1, voucherID: try VoucherID.random(from: &random),
            pseudonym: Pseudonym(canonical: Bytes32()),
            setRoot: SetRoot(canonical: Bytes32()))
        #expect(header.fits(parameters) && header.checkLevel == 80)
        parameters.threshold = 31
        parameters.checkLevels = try CheckLevels(canonical: [UInt8](repeating: 9, count: 12))
        #expect(header.fits(parameters))
        let fewer = try FingerprintProfile(
            id: 2, positions: FingerprintProfile.standard.positions, probes: 31, minimumQuality: 50)
        for change in [{ $0.profile = fewer }, { $0.polynomials = 65 }, { $0.payloadCount = 1025 }]
            as [(inout Parameters) -> Void]
        {
            var other = Parameters()
            change(&other)
            #expect(!header.fits(other))
        }
    }
}

@Suite struct SlotTests {
    private struct Sealed {
        let table: TableID
        let header: [UInt8]
        let body: [UInt8]
        let key: Bytes32
        let slotKey: Bytes32
        let element: Bytes32

        init(_ random: inout SeededRandom) throws {
            table = try TableID.random(from: &random)
            header = random.bytes(96)
            body = random.bytes(200)
            key = try random.bytes32()
            slotKey = try random.bytes32()
            element = try random.bytes32()
        }

        func context(_ level: UInt8) throws -> SlotContext {
            try SlotContext(tableID: table, header: header, body: body, checkLevel: level)
        }
    }

    /// A slot opens under its own key, element, table, header and body; under anything else by chance, once in N, and
    /// then to another key.
    @Test func everythingIsBound() throws {
        var random = SeededRandom(311)
        var opened = [Int](repeating: 0, count: 6)
        let rounds = 2_000
        for _ in 0..<rounds {
            let sealed = try Sealed(&random)
            let context = try sealed.context(8)
            let slot = try context.seal(sealed.key, slotKey: sealed.slotKey, element: sealed.element)
            #expect(try context.open(slot, slotKey: sealed.slotKey) == sealed.key)
            #expect(slot.wrappedKey != sealed.key && slot.check < 8)
            var moved = slot
            moved.element = try random.bytes32()
            var header = sealed.header
            header[95] ^= 1
            var body = sealed.body
            body[199] ^= 0x80
            let keys = [
                try context.open(slot, slotKey: random.bytes32()),
                try context.open(moved, slotKey: sealed.slotKey),
                try SlotContext(
                    tableID: TableID.random(from: &random), header: sealed.header, body: sealed.body, checkLevel: 8
                ).open(slot, slotKey: sealed.slotKey),
                try SlotContext(tableID: sealed.table, header: header, body: sealed.body, checkLevel: 8)
                    .open(slot, slotKey: sealed.slotKey),
                try SlotContext(tableID: sealed.table, header: sealed.header, body: body, checkLevel: 8)
                    .open(slot, slotKey: sealed.slotKey),
            ]
            for (index, key) in keys.enumerated() where key != nil {
                opened[index] += 1
                #expect(key != sealed.key)
            }
            var checked = slot
            checked.check ^= 1
            #expect(try context.open(checked, slotKey: sealed.slotKey) == nil)
            // Mask and check come from keys of their own.
            if try context.mask(sealed.slotKey, element: sealed.element)[0] % 8 == slot.check { opened[5] += 1 }
        }
        // 250 ± 15 each, five standard deviations and a half.
        for count in opened { #expect((170...330).contains(count)) }
    }

    /// The check has N values, all of them equally often; N = 1 opens every slot, a check of N or more none.
    @Test func checksAreUniform() throws {
        var random = SeededRandom(312)
        for level: UInt8 in [1, 2, 5, 7, 28, 255] {
            var counts = [Int](repeating: 0, count: Int(level))
            let rounds = 40 * Int(level)
            for _ in 0..<rounds {
                let sealed = try Sealed(&random)
                let context = try sealed.context(level)
                var slot = try context.seal(sealed.key, slotKey: sealed.slotKey, element: sealed.element)
                counts[Int(slot.check)] += 1
                if level == 1 { #expect(try context.open(slot, slotKey: random.bytes32()) != nil) }
                if level < 255 {
                    slot.check = level
                    #expect(try context.open(slot, slotKey: sealed.slotKey) == nil)
                    slot.check = 255
                    #expect(try context.open(slot, slotKey: sealed.slotKey) == nil)
                }
            }
            let chi = counts.reduce(0.0) { $0 + (Double($1) - 40) * (Double($1) - 40) / 40 }
            // The mean is N − 1, the variance 2(N − 1).
            #expect(chi <= Double(level - 1) + 6 * (2 * Double(level - 1)).squareRoot())
        }
    }
}

@Suite struct CheckLevelTests {
    @Test func levelsByNumber() throws {
        let steps = try CheckLevels(canonical: Array(1...12))
        for (index, first) in ([0] + (0...10).map { UInt32(32) << $0 }).enumerated() {
            #expect(steps.level(of: first) == UInt8(index + 1))
            if first > 0 { #expect(steps.level(of: first - 1) == UInt8(index)) }
        }
        for number: UInt32 in [65_535, 65_536, 1 << 31, .max] { #expect(steps.level(of: number) == 12) }
        #expect(
            [0, 31, 32, 127, 128, 256, 511, 512, 16_383, 16_384].map { CheckLevels.standard.level(of: $0) }
                == [5, 5, 6, 6, 7, 8, 8, 16, 160, 255])
        #expect(try CheckLevels(canonical: CheckLevels.standard.values) == .standard)
    }

    @Test func negatives() throws {
        for count in [0, 11, 13] {
            expectCode(.wrongLength) { _ = try CheckLevels(canonical: [UInt8](repeating: 5, count: count)) }
        }
        let values = CheckLevels.standard.values
        expectCode(.parameterOutOfRange) { _ = try CheckLevels(canonical: values.replacing([0], at: 0)) }
        for index in 1..<12 {
            expectCode(.parameterOutOfRange) {
                _ = try CheckLevels(canonical: values.replacing([values[index - 1] - 1], at: index))
            }
            expectCode(.parameterOutOfRange) { _ = try CheckLevels(canonical: values.replacing([0], at: index)) }
        }
    }

    @Test func ceilings() throws {
        #expect(CheckLevels.standard.areWithin(.standard))
        let all = try CheckLevels(canonical: [UInt8](repeating: 255, count: 12))
        #expect(CheckLevels.standard.areWithin(all) && !all.areWithin(.standard))
        for index in 0..<10 {
            var lower = CheckLevels.standard.values
            lower[index] -= 1
            // Still none below the one before, or it is no list of levels.
            guard let levels = try? CheckLevels(canonical: lower) else { continue }
            #expect(levels.areWithin(.standard) && !CheckLevels.standard.areWithin(levels))
        }
    }
}

@Suite struct PayloadTests {
    @Test func roundTripAndMutations() throws {
        var random = SeededRandom(321)
        for (kind, note, size) in [
            (Payload.FingerprintKind.pdq, 0, 128), (.sha256, 92, 128), (.md5, 500, 1024), (.video, 3, 128),
            (.none, 16_348, 16_384),
        ] {
            let fingerprint = random.bytes(kind.byteCount) + [UInt8](repeating: 0, count: 32 - kind.byteCount)
            let payload = Payload(
                fingerprintKind: kind, fingerprint: try Bytes32(exactly: fingerprint), quality: 77,
                note: random.bytes(note))
            let padded = try payload.padded(to: size)
            #expect(padded.count == size)
            #expect(try Payload(padded: padded) == payload)
            try expectCanonical(padded, mutations: 2000, seed: 4) { try Payload(padded: $0).padded(to: $0.count) }
        }
    }

    @Test func negatives() throws {
        let payload = Payload(
            fingerprintKind: .pdq, fingerprint: Bytes32(), quality: 1, note: [UInt8](repeating: 7, count: 10))
        let padded = try payload.padded(to: 128)
        expectCode(.nonCanonical, "kind") { _ = try Payload(padded: padded.replacing([5], at: 0)) }
        for offset in 46..<128 {
            expectCode(.nonCanonical, "padding") { _ = try Payload(padded: padded.replacing([1], at: offset)) }
        }
        expectCode(.wrongLength, "note beyond the end") {
            _ = try Payload(padded: padded.replacing(littleEndian(93 as UInt16), at: 2))
        }
        expectCode(.wrongLength, "note beyond the end") {
            _ = try Payload(padded: padded.replacing([0xFF, 0xFF], at: 2))
        }
        for count in 0..<36 { expectCode(.wrongLength) { _ = try Payload(padded: Array(padded[0..<count])) } }
        let long = Payload(
            fingerprintKind: .none, fingerprint: Bytes32(), quality: 0, note: [UInt8](repeating: 7, count: 93))
        expectCode(.payloadTooLong) { _ = try long.padded(to: 128) }
        let huge = Payload(
            fingerprintKind: .none, fingerprint: Bytes32(), quality: 0, note: [UInt8](repeating: 7, count: 70_000))
        expectCode(.payloadTooLong) { _ = try huge.padded(to: 16_384) }
    }
}

@Suite struct SmallEncodingTests {
    private func registration(_ random: inout SeededRandom) throws -> Registration {
        Registration(
            account: AccountID(canonical: try random.bytes32()), epoch: 77,
            pseudonym: Pseudonym(canonical: try random.bytes32()),
            commitment: Commitment(canonical: try random.bytes32()))
    }

    @Test func registration() throws {
        var random = SeededRandom(331)
        var registration = try registration(&random)
        let bytes = registration.encoded
        #expect(try bytes.count == Registration.unsignedCount && Registration(canonical: bytes) == registration)
        let counts = try expectCanonical(bytes, mutations: 3000, seed: 5) { try Registration(canonical: $0).encoded }
        #expect(counts.accepted > 300 && counts.refused > 300)
        expectExactLength(bytes) { _ = try Registration(canonical: $0) }
        expectCode(.invalidMagic) { _ = try Registration(canonical: bytes.replacing([0x56], at: 2)) }
        registration.signature = random.bytes(300)
        let signed = registration.encoded
        #expect(signed.count == bytes.count + 300 && signed[..<104] == bytes[..<104])
        #expect(try Registration(canonical: signed) == registration)
        expectExactLength(signed) { _ = try Registration(canonical: $0) }
        #expect(registration.signedMessage == Array("SealedMatch/1 registration\0".utf8) + bytes[..<104])
    }

    @Test func requestsAndReleases() throws {
        var random = SeededRandom(334)
        let registration = try registration(&random)
        let token = ResolutionToken(canonical: try random.bytes32())
        let request = ResolutionRequest(epoch: 77, pseudonym: registration.pseudonym, token: token)
        #expect(try ResolutionRequest(canonical: request.encoded) == request)
        var counts = try expectCanonical(request.encoded, mutations: 2000, seed: 8) {
            try ResolutionRequest(canonical: $0).encoded
        }
        #expect(counts.accepted > 300 && counts.refused > 300)
        expectExactLength(request.encoded) { _ = try ResolutionRequest(canonical: $0) }
        let key = try SigningKey.random(from: &random)
        let release = try Release(number: 3, token: token, registration: registration, key: key)
        #expect(try Release(canonical: release.encoded) == release)
        counts = try expectCanonical(release.encoded, mutations: 3000, seed: 9) { try Release(canonical: $0).encoded }
        #expect(counts.accepted > 300 && counts.refused > 300)
        expectExactLength(release.encoded) { _ = try Release(canonical: $0) }
    }

    @Test func proofs() throws {
        var random = SeededRandom(332)
        let key = try MatchingKey.random(from: &random)
        let element = try HashToGroup.elements.point([1])
        let bytes = try DLEQProof.prove(key, elements: [element], evaluated: [key.evaluate(element)]).encoded
        let counts = try expectCanonical(bytes, mutations: 4000, seed: 6) { try DLEQProof(canonical: $0).encoded }
        #expect(counts.accepted > 50 && counts.refused > 1000)
        expectExactLength(bytes) { _ = try DLEQProof(canonical: $0) }
        let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        for offset in [0, 32] {
            expectCode(.invalidScalar) { _ = try DLEQProof(canonical: bytes.replacing(order, at: offset)) }
        }
    }

    @Test func entryKeys() throws {
        let key = EntryKey(perceptual: 0x0123_4567_89AB_CDEF)
        #expect(key.encoded == [1] + hex("efcdab8967452301"))
        #expect(key.shortKey == 0x0123_4567_89AB_CDEF)
        for kind in EntryKey.Kind.allCases {
            let bytes = (0..<kind.count).map { UInt8($0 + 1) }
            #expect(try EntryKey(kind: kind, bytes: bytes).encoded == [kind.rawValue] + bytes)
            expectCode(.wrongLength) { _ = try EntryKey(kind: kind, bytes: bytes + [0]) }
            expectCode(.wrongLength) { _ = try EntryKey(kind: kind, bytes: Array(bytes.dropLast())) }
        }
        // Equal bits under another kind are another key, to order, hash and group alike.
        let md5 = try EntryKey(kind: .md5, bytes: [UInt8](repeating: 3, count: 16))
        let sha = try EntryKey(
            kind: .sha256, bytes: [UInt8](repeating: 3, count: 16) + [UInt8](repeating: 0, count: 16))
        #expect(md5 != sha && sha < md5 && !(md5 < sha))
        let elements = TableElement(tableID: try TableID(canonical: [UInt8](repeating: 1, count: 16)))
        #expect(try elements.point(of: md5) != elements.point(of: sha))
    }

    @Test func elementsDependOnTheTable() throws {
        let key = EntryKey(perceptual: 5)
        let first = try TableElement(tableID: TableID(canonical: [UInt8](repeating: 1, count: 16))).point(of: key)
        let second = try TableElement(tableID: TableID(canonical: [UInt8](repeating: 2, count: 16))).point(of: key)
        #expect(first != second)
        // A filler's message under the elements' tag would be another point.
        let message = [UInt8](repeating: 1, count: 16) + key.encoded
        #expect(try TableElement.fillerHash.point(message) != first && HashToGroup.elements.point(message) == first)
        for count in [0, 15, 17] {
            expectCode(.wrongLength) { _ = try TableID(canonical: [UInt8](repeating: 0, count: count)) }
        }
    }

    @Test func openingsOfRandomBodies() throws {
        var random = SeededRandom(333)
        let header = try VoucherHeader(canonical: sampleVoucherHeader(&random))
        let body = random.bytes(header.bodyCount)
        let key = try random.bytes32()
        let opening = try Opening(header: header, slot: 3, key: key, body: body)
        func xored(_ bytes: [UInt8]) throws -> [UInt8] {
            let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
            defer { raw.deallocate() }
            raw.copyBytes(from: bytes)
            try Cipher.streamXOR(raw, key: key)
            return Array(raw)
        }
        let plain = try xored(body)
        #expect(try opening.inner() == Array(plain[68...]) && opening.inner().count == 168)
        let share = try #require(try opening.share())
        #expect(share.z.count == 16)
        for (index, element) in ([share.x] + share.z).enumerated() {
            let word = plain[(4 * index)..<(4 * index + 4)].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            #expect(UInt64(element.word) == word % UInt64(FieldElement.modulus))
        }
        for wrong in [body + [0], Array(body.dropLast()), []] {
            expectCode(.wrongLength) { _ = try Opening(header: header, slot: 3, key: key, body: wrong) }
        }
        func opened(_ words: [UInt32]) throws -> Share? {
            var sealed = plain
            for (index, word) in words.enumerated() { sealed = sealed.replacing(littleEndian(word), at: 4 * index) }
            return try Opening(header: header, slot: 0, key: key, body: xored(sealed)).share()
        }
        // x = 0 in any form is no share; every other word is its residue, and none is refused.
        let q = FieldElement.modulus
        for zero in [0, q, 2 * q] { #expect(try opened([zero]) == nil) }
        let found = try #require(try opened([.max, q, q + 1, 2 * q, 0]))
        #expect(found.x.word == 1 && found.z.prefix(4).map(\.word) == [0, 1, 0, 0])
        let epochKey = EpochKey(bytes: try SecretBytes.zeros(count: 32))
        expectCode(.authenticationFailed) { _ = try opening.payload(under: epochKey) }
    }

    private func sampleVoucherHeader(_ random: inout SeededRandom) throws -> [UInt8] {
        Array("SMV2".utf8) + [5, 7] + littleEndian(16 as UInt16) + littleEndian(128 as UInt32) + random.bytes(84)
    }
}
