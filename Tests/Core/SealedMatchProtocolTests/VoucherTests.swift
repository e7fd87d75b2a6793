import SealedMatchFingerprint
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

private func sampleHeader(
    _ random: inout SeededRandom, polynomials: Int = 4, payload: Int = 128, probes: Int = 1, cover: Int = 4
) throws -> VoucherHeader {
    var parameters = Parameters()
    parameters.polynomials = polynomials
    parameters.payloadCount = payload
    parameters.coverSlots = cover
    parameters.profile = try FingerprintProfile(
        id: 1, positions: FingerprintProfile.standard.positions, probes: probes, minimumQuality: 50)
    return VoucherHeader(
        parameters: parameters, epoch: 600, voucherID: try VoucherID.random(from: &random),
        pseudonym: Pseudonym(canonical: try random.bytes32()), setRoot: SetRoot(canonical: try random.bytes32()))
}

private func sampleVoucher(_ header: VoucherHeader, _ random: inout SeededRandom) throws -> SealedVoucher {
    SealedVoucher(
        header: header, body: random.bytes(header.bodyCount),
        slots: try (0..<header.slots).map { _ in
            SealedSlot(element: try random.bytes32(), wrappedKey: try random.bytes32(), check: random.next())
        })
}

@Suite struct VoucherTests {
    @Test func roundTripAndMutations() throws {
        var random = SeededRandom(301)
        for header in [
            try sampleHeader(&random), try sampleHeader(&random, polynomials: 64, payload: 1024, probes: 16, cover: 6),
            try sampleHeader(&random, polynomials: 256, payload: 16_384, probes: 64, cover: 16),
        ] {
            let voucher = try sampleVoucher(header, &random)
            #expect(voucher.encoded.count == header.voucherCount)
            #expect(try SealedVoucher(canonical: voucher.encoded) == voucher)
            let counts = try expectCanonical(voucher.encoded, mutations: header.slots > 40 ? 400 : 3000, seed: 2) {
                try SealedVoucher(canonical: $0).encoded
            }
            #expect(counts.accepted > 20 && counts.refused > 100)
            expectExactLength(voucher.encoded) { _ = try SealedVoucher(canonical: $0) }
        }
        let largest = try sampleHeader(&random, polynomials: 256, payload: 16_384, probes: 64, cover: 16)
        #expect(largest.voucherCount == SealedVoucher.maximumEncodedCount)
        // The default voucher: 96 + (8 + 512 + 24 + 1024 + 16) + 22 · 72.
        #expect(try sampleHeader(&random, polynomials: 64, payload: 1024, probes: 16, cover: 6).voucherCount == 3264)
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
        refused(0, Array("SMV2".utf8), .invalidMagic)
        for slots: UInt16 in [0, 4, 81, .max] { refused(4, littleEndian(slots), .parameterOutOfRange) }
        for k: UInt16 in [0, 3, 257, .max] { refused(6, littleEndian(k), .parameterOutOfRange) }
        for count: UInt32 in [0, 127, 16_385, 1 << 31, .max] { refused(8, littleEndian(count), .parameterOutOfRange) }
        for slots: UInt16 in [5, 80] {
            #expect(try VoucherHeader(canonical: bytes.replacing(littleEndian(slots), at: 4)).slots == Int(slots))
        }
    }

    // Any header, valid in itself, in front of a body of another size: refused by length, whatever the sizes multiply
    // to.
    @Test func lengthFollowsFromTheHeader() throws {
        var random = SeededRandom(303)
        let voucher = try sampleVoucher(sampleHeader(&random), &random).encoded
        for (offset, field) in [
            (4, littleEndian(6 as UInt16)), (6, littleEndian(5 as UInt16)), (8, littleEndian(129 as UInt32)),
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
            parameters: parameters, epoch: 1, voucherID: try VoucherID.random(from: &random),
            pseudonym: Pseudonym(canonical: Bytes32()),
            setRoot: SetRoot(canonical: Bytes32()))
        #expect(header.fits(parameters))
        parameters.threshold = 31
        #expect(header.fits(parameters))
        for change in [{ $0.coverSlots = 7 }, { $0.polynomials = 65 }, { $0.payloadCount = 1025 }]
            as [(inout Parameters) -> Void]
        {
            var other = Parameters()
            change(&other)
            #expect(!header.fits(other))
        }
    }
}

@Suite struct SlotTests {
    /// A slot opens under its own key, element, table, header and body, and under nothing else.
    @Test func everythingIsBound() throws {
        var random = SeededRandom(311)
        let table = try TableID.random(from: &random)
        let header = random.bytes(96)
        let body = random.bytes(200)
        let key = try random.bytes32()
        let slotKey = try random.bytes32()
        let element = try random.bytes32()
        let context = try SlotContext(tableID: table, header: header, body: body)
        let slot = try context.seal(key, slotKey: slotKey, element: element)
        #expect(try context.open(slot, slotKey: slotKey) == key)
        #expect(slot.wrappedKey != key)
        #expect(try context.open(slot, slotKey: random.bytes32()) == nil)
        var moved = slot
        moved.element = try random.bytes32()
        #expect(try context.open(moved, slotKey: slotKey) == nil)
        var checked = slot
        checked.check ^= 1 << 63
        #expect(try context.open(checked, slotKey: slotKey) == nil)
        let others = [
            try SlotContext(tableID: TableID.random(from: &random), header: header, body: body),
            try SlotContext(tableID: table, header: header.replacing([header[95] ^ 1], at: 95), body: body),
            try SlotContext(tableID: table, header: header, body: body.replacing([body[199] ^ 0x80], at: 199)),
        ]
        for other in others { #expect(try other.open(slot, slotKey: slotKey) == nil) }
        // Mask and check come from keys of their own.
        #expect(try context.mask(slotKey, element: element).word(at: 0) != context.check(slotKey, element: element))
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
        let plain = random.bytes(header.bodyCount)
        let opening = try Opening(header: header, slot: 3, plainBody: plain)
        #expect(opening.words.count == 5 && opening.inner.count == 168)
        #expect(opening.words[0] == plain[0..<8].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
        #expect(opening.share?.x.word == opening.words[0])
        expectCode(.wrongLength) { _ = try Opening(header: header, slot: 3, plainBody: plain + [0]) }
        expectCode(.wrongLength) { _ = try Opening(header: header, slot: 3, plainBody: Array(plain.dropLast())) }
        // x = 0 and words of at least p are no share.
        for (offset, word) in [(0, 0 as UInt64), (0, FieldElement.modulus), (8, FieldElement.modulus), (32, .max)] {
            #expect(
                try Opening(header: header, slot: 0, plainBody: plain.replacing(littleEndian(word), at: offset)).share
                    == nil)
        }
        let key = EpochKey(bytes: try SecretBytes.zeros(count: 32))
        expectCode(.authenticationFailed) { _ = try opening.payload(under: key) }
    }

    private func sampleVoucherHeader(_ random: inout SeededRandom) throws -> [UInt8] {
        Array("SMV1".utf8) + littleEndian(5 as UInt16) + littleEndian(4 as UInt16) + littleEndian(128 as UInt32)
            + random.bytes(84)
    }
}
