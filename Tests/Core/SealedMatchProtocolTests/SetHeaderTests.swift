import SealedMatchFingerprint
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

func sampleHeader(sources: Int = 3) throws -> SetHeader {
    var random = SeededRandom(201)
    return SetHeader(
        version: 5, issuedAt: 1_700_000_000, expiresAt: 1_730_000_000, tableID: try TableID.random(from: &random),
        positionSeed: try random.bytes32(), publicKey: try HashToGroup.elements.point([1]), entries: 1000, cells: 4098,
        tableDigest: try random.bytes32(), supportDigest: try random.bytes32(), parameters: Parameters(),
        sources: try (0..<sources).map { _ in try random.bytes32() }.sorted { $0 < $1 })
}

@Suite struct SetHeaderTests {
    @Test func roundTripAndMutations() throws {
        for sources in [2, 3, 16] {
            let header = try sampleHeader(sources: sources)
            #expect(header.encoded.count == 3072)
            #expect(try SetHeader(canonical: header.encoded) == header)
            let counts = try expectCanonical(header.encoded, mutations: 4000, seed: UInt64(sources)) {
                try SetHeader(canonical: $0).encoded
            }
            #expect(counts.accepted > 50 && counts.refused > 2000)
        }
        expectExactLength(try sampleHeader().encoded) { _ = try SetHeader(canonical: $0) }
    }

    private func refused(
        _ offset: Int, _ bytes: [UInt8], _ code: SealedMatchError.Code, _ comment: Comment,
        source: SourceLocation = #_sourceLocation
    ) throws {
        let changed = try sampleHeader().encoded.replacing(bytes, at: offset)
        expectCode(code, comment, sourceLocation: source) { _ = try SetHeader(canonical: changed) }
    }

    private func accepted(_ offset: Int, _ bytes: [UInt8]) throws -> SetHeader {
        try SetHeader(canonical: sampleHeader().encoded.replacing(bytes, at: offset))
    }

    @Test func eachFieldIsChecked() throws {
        try refused(0, Array("SMSET001".utf8), .invalidMagic, "another version")
        try refused(80, [UInt8](repeating: 0, count: 32), .identityPoint, "L is the identity")
        for (name, bytes) in [
            ("not below p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
            ("negative", "0100000000000000000000000000000000000000000000000000000000000000"),
            ("no square", "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f"),
        ] {
            try refused(80, hex(bytes), .invalidPoint, "L is \(name)")
        }
        // n and m
        let badNumbers: [(UInt64, UInt64)] = [
            (1000, 4099), (1000, 4100), (1000, 4095), (1000, 0), (5000, 4998), (134_217_729, 402_653_184), (.max, 4098),
            (.max, .max),
            (9_223_372_036_854_775_808, 9_223_372_036_854_775_808), (1000, .max), (1000, 18_446_744_073_709_551_612),
            (134_217_728, 6_148_914_691_236_517_203), (1000, 120_002_001),
            (6_148_914_691_236_517_205, 6_148_914_691_236_517_206),
        ]
        for (n, m) in badNumbers {
            try refused(112, littleEndian(n) + littleEndian(m), .parameterOutOfRange, "n = \(n), m = \(m)")
        }
        // m is just what n takes: one row of three cells more or less, and an empty set, are refused.
        for n: UInt64 in [1, 1000, 5000, 1_000_000, 134_217_728] {
            let m = UInt64(TablePositions.cells(forEntries: Int(n)))
            #expect(try accepted(112, littleEndian(n) + littleEndian(m)).cells == Int(m))
            for other in [m - 3, m + 3] {
                try refused(112, littleEndian(n) + littleEndian(other), .parameterOutOfRange, "n = \(n), m = \(other)")
            }
        }
        try refused(112, littleEndian(0 as UInt64) + littleEndian(4098 as UInt64), .parameterOutOfRange, "no entry")
        // t, k
        for t: UInt16 in [0, 1, 1025, .max] { try refused(160, littleEndian(t), .parameterOutOfRange, "t = \(t)") }
        for t: UInt16 in [2, 1024] { #expect(try accepted(160, littleEndian(t)).parameters.threshold == Int(t)) }
        for k: UInt16 in [0, 15, 1025, .max] { try refused(162, littleEndian(k), .parameterOutOfRange, "k = \(k)") }
        for k: UInt16 in [16, 1024] { #expect(try accepted(162, littleEndian(k)).parameters.polynomials == Int(k)) }
        // check levels
        for levels: [UInt8] in [[0], [6, 5], [7], [5, 6, 6, 7, 8, 16, 28, 36, 80, 160, 255, 254]] {
            try refused(864, levels, .parameterOutOfRange, "levels \(levels)")
        }
        for levels in [[UInt8](repeating: 1, count: 12), [UInt8](repeating: 255, count: 12), Array(1...12)] {
            #expect(try accepted(864, levels).parameters.checkLevels.values == levels)
        }
        try refused(164, [6], .nonCanonical, "a reserved byte")
        try refused(876, [1], .nonCanonical, "a byte after the levels")
        // q, sources, separation
        for q: UInt8 in [0, 4, 255] { try refused(165, [q], .parameterOutOfRange, "q = \(q) of 3") }
        #expect(try accepted(165, [3]).parameters.minimumSources == 3)
        try refused(166, [0], .parameterOutOfRange, "no source")
        try refused(166, [17], .parameterOutOfRange, "17 sources")
        try refused(166, [2], .nonCanonical, "a source after the last")
        try refused(166, [4], .nonCanonical, "a source of zeros, which does not ascend")
        for separation: UInt8 in [17, 255] {
            try refused(167, [separation], .parameterOutOfRange, "separation \(separation)")
        }
        for separation: UInt8 in [0, 16] {
            #expect(try accepted(167, [separation]).parameters.separation == Int(separation))
        }
        // payload
        for count: UInt32 in [0, 127, 16_385, 1 << 31, .max] {
            try refused(168, littleEndian(count), .parameterOutOfRange, "payload of \(count)")
        }
        for count: UInt32 in [128, 16_384] {
            #expect(try accepted(168, littleEndian(count)).parameters.payloadCount == Int(count))
        }
    }

    @Test func versionAndDatesAreBounded() throws {
        let issued: UInt64 = 1_700_000_000
        let lifetime: UInt64 = 400 * 86_400
        for version: UInt64 in [0, 1, issued] { #expect(try accepted(8, littleEndian(version)).version == version) }
        for version: UInt64 in [issued + 1, 1 << 63, .max] {
            try refused(8, littleEndian(version), .parameterOutOfRange, "version \(version)")
        }
        for expiry in [issued + 1, issued + lifetime] {
            #expect(try accepted(24, littleEndian(expiry)).expiresAt == expiry)
        }
        for expiry in [0, issued - 1, issued, issued + lifetime + 1, 1 << 63, UInt64.max] {
            try refused(24, littleEndian(expiry), .parameterOutOfRange, "expires at \(expiry)")
        }
        // A version that only its date allows; dates at both ends of what a word holds.
        let last = littleEndian(UInt64.max - 1) + littleEndian(UInt64.max - 1) + littleEndian(UInt64.max)
        #expect(try accepted(8, last).isAhead(of: issued))
        try refused(8, littleEndian(UInt64.max) + littleEndian(UInt64.max), .parameterOutOfRange, "expires before")
        #expect(
            try accepted(8, littleEndian(UInt64(0)) + littleEndian(UInt64(0)) + littleEndian(UInt64(1))).expiresAt == 1)
        let header = try sampleHeader()
        for now in [issued - 86_400, issued, .max] { #expect(!header.isAhead(of: now)) }
        for now in [0, issued - 86_401] { #expect(header.isAhead(of: now)) }
    }

    @Test func profileIsChecked() throws {
        for count: UInt8 in [65, 255] { try refused(174, [count], .unknownProfile, "\(count) positions") }
        try refused(174, [0], .nonCanonical, "no position, though bytes follow")
        try refused(174, [51], .unknownProfile, "a position twice: the 51st is 0 again")
        try refused(174, [49], .nonCanonical, "a position after the last")
        try refused(184, [1], .unknownProfile, "a position twice")
        for probes: UInt8 in [0] { try refused(175, [probes], .unknownProfile, "M = \(probes)") }
        for probes: UInt8 in [65, 255] { try refused(175, [probes], .unknownProfile, "M = \(probes)") }
        for probes: UInt8 in [1, 64] { #expect(try accepted(175, [probes]).parameters.probes == Int(probes)) }
        for quality: UInt8 in [101, 255] { try refused(181, [quality], .unknownProfile, "quality \(quality)") }
        #expect(try accepted(181, [100]).parameters.profile.minimumQuality == 100)
        for quality: UInt8 in [101, 255] { try refused(182, [quality], .unknownProfile, "probe quality \(quality)") }
        #expect(try accepted(182, [100]).parameters.profile.probeQuality == 100)
        for marks: UInt8 in [2, 255] { try refused(180, [marks], .unknownProfile, "marks \(marks)") }
        #expect(try accepted(180, [1]).parameters.profile.marks == 1)
    }

    @Test func hypothesesAreChecked() throws {
        for count: UInt8 in [17, 255] { try refused(183, [count], .unknownProfile, "\(count) hypotheses") }
        for count: UInt8 in [0, 6] { try refused(183, [count], .nonCanonical, "a hypothesis after the last") }
        for count: UInt8 in [8, 9, 16] {
            #expect(try accepted(183, [count]).parameters.profile.hypotheses.count == Int(count))
            #expect(try accepted(183, [count]).parameters.profile.hypotheses.last == .asSent)
        }
        try refused(768, [1], .unknownProfile, "the first is a raster")
        for offset in 769..<776 { try refused(offset, [1], .unknownProfile, "as sent with byte \(offset)") }
        for kind: UInt8 in [0, 5, 255] { try refused(776, [kind], .unknownProfile, "kind \(kind)") }
        for tone: UInt8 in [3, 128, 253] { try refused(777, [tone], .unknownProfile, "tone \(tone)") }
        for shift: UInt16 in [2_049, 32_767, 32_768, 63_487] {
            try refused(778, littleEndian(shift), .unknownProfile, "shift \(shift)")
        }
        for zoom: UInt16 in [0, 999, 1_101, .max] {
            try refused(780, littleEndian(zoom), .unknownProfile, "zoom \(zoom)")
        }
        for penalty: UInt16 in [1_025, .max] {
            try refused(782, littleEndian(penalty), .unknownProfile, "penalty \(penalty)")
        }
        let least = try accepted(
            777, [254] + littleEndian(UInt16(63_488)) + littleEndian(UInt16(1_000)) + littleEndian(UInt16(1_024)))
        #expect(least.parameters.profile.hypotheses[1] == .raster(tone: -2, shift: -2_048, zoom: 1_000, penalty: 1_024))
    }

    @Test func reservedBytesAreZero() throws {
        var checked = 0
        for offset in [172, 173] + Array(234..<256) + Array(stride(from: 352, to: 768, by: 17))
            + Array(824..<832) + Array(stride(from: 876, to: 3072, by: 17)) + [3071]
        {
            for value: UInt8 in [1, 0x80] { try refused(offset, [value], .nonCanonical, "byte \(offset)") }
            checked += 1
        }
        #expect(checked == 188)
        for offset in [876, 939] { try refused(offset, [1], .nonCanonical, "a hypothesis that does not count") }
    }

    @Test func sourcesAscend() throws {
        let header = try sampleHeader()
        let bytes = header.encoded
        let swapped = bytes.replacing(header.sources[1].bytes + header.sources[0].bytes, at: 256)
        expectCode(.nonCanonical, "descending") { _ = try SetHeader(canonical: swapped) }
        let equal = bytes.replacing(header.sources[0].bytes + header.sources[0].bytes, at: 256)
        expectCode(.nonCanonical, "equal") { _ = try SetHeader(canonical: equal) }
    }

    @Test func everySignedByteChangesTheRoot() throws {
        let header = try sampleHeader()
        var roots: Set<SetRoot> = [try header.root()]
        var variants = 0
        func vary(_ change: (inout SetHeader) throws -> Void) throws {
            var other = header
            try change(&other)
            roots.insert(try other.root())
            variants += 1
        }
        try vary { $0.version += 1 }
        try vary { $0.issuedAt += 1 }
        try vary { $0.expiresAt += 1 }
        try vary { $0.tableID = try TableID(canonical: [UInt8](repeating: 1, count: 16)) }
        try vary { $0.positionSeed = Bytes32() }
        try vary { $0.publicKey = try HashToGroup.elements.point([2]) }
        try vary { $0.entries += 1 }
        try vary { $0.cells += 3 }
        try vary { $0.tableDigest = Bytes32() }
        try vary { $0.supportDigest = Bytes32() }
        try vary { $0.parameters.threshold += 1 }
        try vary { $0.parameters.polynomials += 1 }
        for index in 0..<12 {
            var levels = [UInt8](repeating: 5, count: 12)
            for later in index..<12 { levels[later] += 1 }
            try vary { $0.parameters.checkLevels = try CheckLevels(canonical: levels) }
        }
        try vary { $0.parameters.payloadCount += 1 }
        try vary { $0.parameters.minimumSources += 1 }
        try vary { $0.parameters.separation += 1 }
        let standard = FingerprintProfile.standard
        for (id, positions, probes, quality) in [
            (3 as UInt32, standard.positions, 32, 50), (2, Array(standard.positions.reversed()), 32, 50),
            (2, standard.positions, 33, 50), (2, standard.positions, 32, 51),
        ] {
            try vary {
                $0.parameters.profile = try FingerprintProfile(
                    id: id, positions: positions, probes: probes, minimumQuality: quality,
                    probeQuality: standard.probeQuality,
                    hypotheses: standard.hypotheses)
            }
        }
        var fewer = standard.hypotheses
        fewer.removeLast()
        for (quality, hypotheses) in [
            (41, standard.hypotheses), (40, fewer),
            (40, fewer + [.raster(tone: -1, shift: 157, zoom: 1_024, penalty: 52)]),
            (40, fewer + [.raster(tone: -1, shift: -157, zoom: 1_024, penalty: 51)]),
            (40, fewer + [.raster(tone: -2, shift: 157, zoom: 1_024, penalty: 51)]),
            (40, fewer + [.raster(tone: -1, shift: 157, zoom: 1_025, penalty: 51)]),
        ] {
            try vary {
                $0.parameters.profile = try FingerprintProfile(
                    id: 2, positions: standard.positions, probes: 32, minimumQuality: 50, probeQuality: quality,
                    hypotheses: hypotheses)
            }
        }
        try vary {
            $0.parameters.profile = try FingerprintProfile(
                id: 2, positions: standard.positions, probes: 32, minimumQuality: 50, probeQuality: 40,
                hypotheses: standard.hypotheses, marks: 1)
        }
        try vary { $0.sources.removeLast() }
        #expect(roots.count == variants + 1)
    }
}

@Suite struct SetSignaturesTests {
    @Test func roundTripAndMutations() throws {
        var random = SeededRandom(211)
        var signatures = SetSignatures()
        for place in [0, 2, 15] { signatures.places[place] = try Signature(canonical: random.bytes(64)) }
        #expect(signatures.encoded.count == 1024)
        #expect(try SetSignatures(canonical: signatures.encoded) == signatures)
        let counts = try expectCanonical(signatures.encoded, mutations: 3000, seed: 1) {
            try SetSignatures(canonical: $0).encoded
        }
        #expect(counts.accepted > 500)
        expectExactLength(signatures.encoded) { _ = try SetSignatures(canonical: $0) }
    }

    @Test func onlyValidSignaturesOfNamedSourcesCount() throws {
        var random = SeededRandom(212)
        var keys: [Bytes32: [UInt8]] = [:]
        for _ in 0..<3 {
            let seed = random.bytes(32)
            let key = try SigningKey(seed: SecretBytes.copying(seed))
            keys[key.publicKey] = seed
        }
        func key(_ source: Bytes32) throws -> SigningKey { try SigningKey(seed: SecretBytes.copying(keys[source]!)) }
        var header = try sampleHeader()
        header.sources = keys.keys.sorted { $0 < $1 }
        var signatures = SetSignatures()
        #expect(try signatures.validSigners(of: header).isEmpty)
        signatures.places[1] = try header.sign(with: key(header.sources[1]))
        #expect(try signatures.validSigners(of: header) == [header.sources[1]])
        // In another source's place, beyond the sources, of another header, damaged: an error, not one signer fewer.
        for place in [0, 2, 3, 15] {
            var wrong = signatures
            wrong.places[place] = signatures.places[1]
            expectCode(.invalidSignature, "place \(place)") { _ = try wrong.validSigners(of: header) }
        }
        var other = header
        other.version += 1
        expectCode(.invalidSignature, "another header") { _ = try signatures.validSigners(of: other) }
        var damaged = signatures
        damaged.places[1] = try Signature(
            canonical: signatures.places[1]!.encoded.replacing([signatures.places[1]!.encoded[40] ^ 1], at: 40))
        expectCode(.invalidSignature, "damaged") { _ = try damaged.validSigners(of: header) }
        // A signature on the bare root is none: the message has a context of its own.
        var bare = SetSignatures()
        bare.places[0] = try key(header.sources[0]).sign(header.root().encoded.bytes)
        expectCode(.invalidSignature, "without context") { _ = try bare.validSigners(of: header) }
    }
}
