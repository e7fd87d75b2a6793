import SealedMatchFingerprint
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchFiles
import SealedMatchTestSupport
import Testing

@Suite struct BlindedSetTests {
    private func expect(
        _ code: SealedMatchError.Code?, _ fixture: Fixture, trust: TrustPolicy? = nil, now: UInt64 = Fixture.now,
        lastVersion: UInt64 = 0, _ comment: Comment = "",
        source: SourceLocation = #_sourceLocation
    ) throws {
        let path = fixture.directory.file("set")
        if let code {
            expectCode(code, comment, sourceLocation: source) {
                _ = try BlindedSet.open(
                    path: path, trust: trust ?? fixture.forge.trust, now: now, lastVersion: lastVersion)
            }
        } else {
            let set = try BlindedSet.open(
                path: path, trust: trust ?? fixture.forge.trust, now: now, lastVersion: lastVersion)
            #expect(try set.root == fixture.forge.header.root(), comment, sourceLocation: source)
        }
    }

    @Test func signaturesAreDemanded() throws {
        let fixture = try Fixture()
        let path = fixture.directory.file("set")
        try fixture.forge.write(to: path)
        try expect(nil, fixture)
        let signers = try BlindedSet.open(path: path, trust: fixture.forge.trust, now: fixture.now).signers
        #expect(signers.all == fixture.forge.header.sources)
        #expect(signers.pinnedCount == 2 && signers.confirmedSources == 2)
        try fixture.forge.write(to: path, SetSignatures())
        try expect(.tooFewSignatures, fixture, "unsigned")
        try fixture.forge.write(to: path, fixture.forge.signatures([1]))
        try expect(.tooFewSignatures, fixture, "one of two")
        var one = fixture.forge.trust
        one.minimumSignatures = 1
        try expect(.supportNotConfirmed, fixture, trust: one, "one of two signed: one confirms")
        one.minimumConfirmedSources = 1
        try expect(nil, fixture, trust: one)
        // The one that signed is not pinned.
        one.sources = [fixture.forge.header.sources[0]]
        try expect(.tooFewSignatures, fixture, trust: one, "unpinned signer")
        // A source pinned twice, or signing twice, counts once.
        one.sources = [fixture.forge.header.sources[1], fixture.forge.header.sources[1]]
        one.minimumSignatures = 2
        try expect(.tooFewSignatures, fixture, trust: one, "pinned twice")
        var twice = try fixture.forge.signatures([1])
        twice.places[0] = twice.places[1]
        try fixture.forge.write(to: path, twice)
        try expect(.invalidSignature, fixture, "one source's signature in two places")
        // Wrongly signed: a flipped bit, another root.
        var bad = try fixture.forge.signatures()
        bad.places[0] = try Signature(
            canonical: bad.places[0]!.encoded.replacing([bad.places[0]!.encoded[0] ^ 1], at: 0))
        try fixture.forge.write(to: path, bad)
        try expect(.invalidSignature, fixture)
        var other = fixture.forge
        other.header.version = 9
        try fixture.forge.write(to: path, other.signatures())
        try expect(.invalidSignature, fixture, "signatures of another header")
        // Policies that ask for nothing are refused.
        for count in [0, -1] {
            var none = fixture.forge.trust
            none.minimumSignatures = count
            try expect(.parameterOutOfRange, fixture, trust: none)
            none = fixture.forge.trust
            none.minimumConfirmedSources = count
            try expect(.parameterOutOfRange, fixture, trust: none)
        }
        var unpinned = fixture.forge.trust
        unpinned.sources = []
        try fixture.forge.write(to: path)
        try expect(.tooFewSignatures, fixture, trust: unpinned)
    }

    // A builder who adds invented sources, with keys of his own, does not lower what real ones must confirm.
    @Test(arguments: [0, 1, 5, 14]) func inventedSourcesConfirmNothing(count: Int) throws {
        let fixture = try Fixture()
        let invented = try SetForge.sources(count, seed: 77)
        let path = fixture.directory.file("set")
        // Pins the two real sources alone; its other floors are those that the small set meets.
        var trust = fixture.forge.trust
        // Whatever q the builder names, T + q − S real sources confirm an entry; all sources sign.
        for q in 1...(2 + count) {
            var forge = fixture.forge.adding(invented)
            forge.header.parameters.minimumSources = q
            try forge.write(to: path)
            let confirmed = 2 + q - (2 + count)
            for floor in 1...3 {
                trust.minimumConfirmedSources = floor
                if confirmed >= floor {
                    let set = try BlindedSet.open(path: path, trust: trust, now: fixture.now)
                    #expect(set.signers.confirmedSources == confirmed && set.signers.all.count == 2 + count)
                } else {
                    expectCode(.supportNotConfirmed, "q = \(q), floor \(floor)") {
                        _ = try BlindedSet.open(path: path, trust: trust, now: fixture.now)
                    }
                }
            }
        }
    }

    @Test func eachFloorHolds() throws {
        let fixture = try Fixture { $0.checkLevels = .constant(255) }
        try fixture.forge.write(to: fixture.directory.file("set"))
        let h = fixture.forge.header
        let changes: [(String, (inout TrustPolicy, Int) -> Void)] = [
            ("t", { $0.minimumThreshold = h.parameters.threshold + $1 }),
            ("k", { $0.minimumPolynomials = h.parameters.polynomials + $1 }),
            ("M", { $0.minimumProbes = h.parameters.probes + $1 }),
            ("N", { $0.maximumCheckLevels = .constant(255 - UInt8($1)) }),
            ("n", { $0.minimumEntries = h.entries + $1 }),
            ("m", { $0.maximumCells = h.cells - $1 }),
            ("separation", { $0.minimumSeparation = h.parameters.separation + $1 }),
            ("lifetime", { $0.maximumLifetime = h.expiresAt - h.issuedAt - UInt64($1) }),
        ]
        var parameters: Set<TrustPolicy.Violation.Parameter> = []
        for (name, change) in changes {
            var exact = fixture.forge.trust
            change(&exact, 0)
            try expect(nil, fixture, trust: exact)
            #expect(exact.violations(of: h).isEmpty)
            var above = fixture.forge.trust
            change(&above, 1)
            // Too many cells are refused by the file's size already.
            try expect(name == "m" ? .wrongLength : .belowFloor, fixture, trust: above, "\(name)")
            // A violation names the parameter, what it is, and what it may be.
            let violation = try #require(above.violations(of: h).first)
            #expect(above.violations(of: h).count == 1)
            #expect(max(violation.value, violation.bound) - min(violation.value, violation.bound) == 1, "\(name)")
            parameters.insert(violation.parameter)
        }
        #expect(parameters.count == changes.count)
        var negative = fixture.forge.trust
        negative.maximumCells = -5
        try expect(.wrongLength, fixture, trust: negative)
        let standard = TrustPolicy(sources: h.sources, minimumSignatures: 2)
        #expect(standard.minimumThreshold == 30 && standard.minimumPolynomials == 16 && standard.minimumEntries == 1000)
        #expect(standard.minimumProbes == 32 && standard.maximumCheckLevels == .standard)
        try expect(.belowFloor, fixture, trust: standard)
        #expect(standard.violations(of: h).map(\.parameter) == [.threshold, .checkLevel, .entries])
    }

    /// M/N slots of a voucher open by chance, which hides matches: neither fewer slots nor a greater level at any place
    /// is taken, and the first level that is above is named.
    @Test func whatHidesMatchesIsPinned() throws {
        let standard = CheckLevels.standard.values
        func trust(_ fixture: Fixture) -> TrustPolicy {
            var trust = fixture.forge.trust
            let defaults = TrustPolicy(sources: [], minimumSignatures: 1)
            trust.minimumProbes = defaults.minimumProbes
            trust.maximumCheckLevels = defaults.maximumCheckLevels
            return trust
        }
        func expectOne(_ violation: TrustPolicy.Violation.Parameter, _ value: UInt64, _ bound: UInt64, _ of: Fixture)
            throws
        {
            try of.forge.write(to: of.directory.file("set"))
            try expect(.belowFloor, of, trust: trust(of), "\(value), \(bound)")
            let found = trust(of).violations(of: of.forge.header)
            #expect(found.count == 1)
            let first = try #require(found.first)
            #expect(first.parameter == violation && first.value == value && first.bound == bound)
        }
        let fixture = try Fixture()
        try fixture.forge.write(to: fixture.directory.file("set"))
        try expect(nil, fixture, trust: trust(fixture))
        for probes in [1, 31] {
            try expectOne(
                .probes, UInt64(probes), 32, Fixture { $0.profile = try $0.profile.with(probes: probes) })
        }
        for index in standard.indices where standard[index] < 255 {
            // One more at this place, and no less after it.
            let levels = standard.indices.map {
                $0 < index ? standard[$0] : max(standard[$0], standard[index] + 1)
            }
            let other = try Fixture { $0.checkLevels = try CheckLevels(canonical: levels) }
            try expectOne(.checkLevel, UInt64(levels[index]), UInt64(standard[index]), other)
        }
        // Smaller levels and more slots hide better.
        let better = try Fixture {
            $0.checkLevels = try CheckLevels(canonical: standard.map { $0 - 1 })
            $0.profile = try $0.profile.with(probes: 64)
        }
        try better.forge.write(to: better.directory.file("set"))
        try expect(nil, better, trust: trust(better))
        #expect(trust(better).violations(of: better.forge.header).isEmpty)
    }

    @Test func theProfileIsPinned() throws {
        let standard = FingerprintProfile.standard
        #expect(
            try Parameters().profileDigest() == TrustPolicy.profile2
                && TrustPolicy(sources: [], minimumSignatures: 1).profiles == [TrustPolicy.profile2])
        var third = Parameters()
        third.profile = .profile3
        #expect(try third.profileDigest() == TrustPolicy.profile3)
        func profile(positions: [UInt8]? = nil, quality: Int = 50, hypotheses: [Hypothesis]? = nil, probes: Int = 32)
            throws -> FingerprintProfile
        {
            try FingerprintProfile(
                id: 2, positions: positions ?? standard.positions, probes: probes, minimumQuality: quality,
                probeQuality: standard.probeQuality,
                hypotheses: hypotheses ?? standard.hypotheses)
        }
        let last = Hypothesis.raster(tone: -1, shift: 157, zoom: 1_024, penalty: 52)
        let others = [
            ("a penalty greater by 1", try profile(hypotheses: standard.hypotheses.dropLast() + [last])),
            ("other positions", try profile(positions: standard.positions.dropLast() + [255])),
            ("their order", try profile(positions: standard.positions.reversed())),
            ("quality", try profile(quality: 51)),
        ]
        func fixture(_ profile: FingerprintProfile) throws -> (Fixture, TrustPolicy) {
            let fixture = try Fixture { $0.profile = profile }
            try fixture.forge.write(to: fixture.directory.file("set"))
            var trust = fixture.forge.trust
            trust.profiles = TrustPolicy(sources: [], minimumSignatures: 1).profiles
            return (fixture, trust)
        }
        for (name, other) in others {
            var (fixture, trust) = try fixture(other)
            try expect(.unknownProfile, fixture, trust: trust, "\(name)")
            trust.profiles?.append(try fixture.parameters.profileDigest())
            try expect(nil, fixture, trust: trust, "\(name), pinned")
            trust.profiles = nil
            try expect(nil, fixture, trust: trust, "\(name), any")
            trust.profiles = []
            try expect(.unknownProfile, fixture, trust: trust, "none is pinned")
        }
        // The next profile is taken where it is pinned, and only there.
        var (next, policy) = try fixture(.profile3)
        try expect(.unknownProfile, next, trust: policy)
        policy.profiles = [TrustPolicy.profile2, TrustPolicy.profile3]
        try expect(nil, next, trust: policy)
        // M has no part in it.
        let (more, trust) = try fixture(profile(probes: 64))
        try expect(nil, more, trust: trust)
    }

    @Test func expiryAndRollback() throws {
        let fixture = try Fixture(version: 7)
        try fixture.forge.write(to: fixture.directory.file("set"))
        let expiry = fixture.forge.header.expiresAt
        try expect(nil, fixture, now: expiry - 1)
        for now in [expiry, .max] { try expect(.setExpired, fixture, now: now) }
        let issued = fixture.forge.header.issuedAt
        try expect(nil, fixture, now: issued - 86_400)
        for now in [0, 1, issued - 86_401] { try expect(.setNotYetIssued, fixture, now: now) }
        try expect(nil, fixture, lastVersion: 7)
        for version in [8, UInt64.max] { try expect(.setRolledBack, fixture, lastVersion: version) }
    }

    @Test func damagedFilesAreRefused() throws {
        let fixture = try Fixture()
        let path = fixture.directory.file("set")
        let whole = try fixture.forge.file(fixture.forge.signatures())
        func refused(
            _ bytes: [UInt8], _ code: SealedMatchError.Code, _ comment: Comment,
            source: SourceLocation = #_sourceLocation
        ) throws {
            try DurableFile.write(bytes, to: path, secret: false)
            try expect(code, fixture, comment, source: source)
        }
        // A flipped bit in the table, at both ends and between.
        for offset in [4096, 4096 + 32 * 1000 + 31, whole.count - 1] {
            try refused(whole.replacing([whole[offset] ^ 0x10], at: offset), .rootMismatch, "cell byte \(offset)")
        }
        // Two cells exchanged.
        try refused(
            whole.replacing(Array(whole[4128..<4160]) + Array(whole[4096..<4128]), at: 4096), .rootMismatch,
            "cells exchanged")
        // Truncated and oversized.
        for count in [0, 1, 3071, 3072, 4095, 4096, 4097, whole.count - 32, whole.count - 1] {
            try refused(Array(whole[0..<count]), .wrongLength, "\(count) bytes")
        }
        for more in [1, 32, 96] {
            try refused(whole + [UInt8](repeating: 0, count: more), .wrongLength, "\(more) more")
        }
        // A header of its own making over the same table is unsigned.
        var header = fixture.forge.header
        header.version = 10
        try refused(header.encoded + whole[3072...], .invalidSignature, "changed header")
        // A header that speaks of a table of another size.
        header = fixture.forge.header
        header.cells += 3
        try refused(header.encoded + whole[3072...], .parameterOutOfRange, "more cells than the entries take")
        header.entries = 10_000
        header.cells = TablePositions.cells(forEntries: 10_000)
        try refused(header.encoded + whole[3072...], .wrongLength, "more cells than the file holds")
        expectCode(.fileFailed) {
            _ = try BlindedSet.open(path: path + "-none", trust: fixture.forge.trust, now: fixture.now)
        }
        expectCode(.fileFailed) {
            _ = try BlindedSet.open(path: fixture.directory.path, trust: fixture.forge.trust, now: fixture.now)
        }
    }

    @Test func mutationsAndRandomFiles() throws {
        let fixture = try Fixture()
        let path = fixture.directory.file("set")
        let whole = try fixture.forge.file(fixture.forge.signatures())
        var codes: [Int32: Int] = [:]
        var random = SeededRandom(4)
        // Of whole files, and of the first 4,096 bytes in front of the untouched table.
        let heads = SealedMatchTestSupport.mutations(of: Array(whole[..<4096]), count: 1500, seed: 5).map {
            $0 + whole[4096...]
        }
        for bytes in SealedMatchTestSupport.mutations(of: whole, count: 300, seed: 6) + heads
            + (0..<300).map({ _ in random.bytes(Int(random.next() % 9000)) }) where bytes != whole
        {
            try bytes.withUnsafeBytes { raw in try plainWrite(raw, to: path) }
            do {
                _ = try BlindedSet.open(path: path, trust: fixture.forge.trust, now: fixture.now)
                Issue.record("a changed file was opened")
            } catch { codes[error.code.rawValue, default: 0] += 1 }
        }
        #expect(codes.values.reduce(0, +) > 1900)
        #expect(codes.count >= 5)
    }
}
