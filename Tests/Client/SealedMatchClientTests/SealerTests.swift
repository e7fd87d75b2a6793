import SealedMatchFingerprint
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchTestSupport
import Testing

private let epochSeconds = Parameters.secondsPerEpoch

/// A picture of soft noise; `shade` shifts it a little, as a recompression would. Fine noise on top: plain blocks have
/// coefficients of zero, whose bits are a matter of rounding.
private func picture(_ seed: UInt64, shade: Int = 0) throws -> MediaItem {
    var random = SeededRandom(seed)
    let side = 64
    let coarse = (0..<64).map { _ in Int(random.next() % 200) }
    var pixels = [UInt8](repeating: 0, count: side * side)
    for y in 0..<side {
        for x in 0..<side {
            pixels[y * side + x] = UInt8(
                clamping: coarse[(y / 8) * 8 + x / 8] + Int(random.next() % 16) + (x + y) / 4 + shade)
        }
    }
    return try MediaItem.picture(
        pixels: pixels.span.bytes, width: side, height: side, bytesPerRow: side, format: .gray8)
}

/// The distinctness tags in a state: its count at byte 24, the tags at its end.
private func tags(_ state: [UInt8]) -> [UInt64] {
    let count = state[24..<28].reversed().reduce(0) { $0 << 8 | Int($1) }
    let bytes = state.suffix(8 * count)
    return (0..<count).map { index in
        (0..<8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64(bytes[bytes.startIndex + 8 * index + $1]) }
    }
}

@Suite struct DistinctnessTests {
    @Test func aRepeatOpensNoProbe() throws {
        let fixture = try Fixture()
        var sealer = try fixture.sealer()
        let item = MediaItem.file(sha256: fixture.known[2])
        #expect(try fixture.matches(sealer.seal(item)) == 1)
        for _ in 0..<5 { #expect(try fixture.matches(sealer.seal(item)) == 0) }
        // Another known file is another match.
        #expect(try fixture.matches(sealer.seal(.file(sha256: fixture.known[3]))) == 1)
    }

    @Test func stateCarriesDistinctnessOverARestart() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        let item = MediaItem.file(sha256: fixture.known[2])
        var first = try fixture.sealer(set)
        _ = try first.seal(item)
        let state = first.encodedState
        var second = try fixture.sealer(set, state: state)
        #expect(second.encodedState == state)
        #expect(try fixture.matches(second.seal(item)) == 0)
        // Without state, or with older state, it counts again: the messenger must persist before it sends.
        var third = try fixture.sealer(set)
        #expect(try fixture.matches(third.seal(item)) == 1)
    }

    @Test func devicesMerge() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var phone = try fixture.sealer(set)
        var tablet = try fixture.sealer(set)
        _ = try phone.seal(.file(sha256: fixture.known[2]))
        _ = try tablet.seal(.file(sha256: fixture.known[4]))
        try phone.merge(deviceState: tablet.encodedState)
        try tablet.merge(deviceState: phone.encodedState)
        #expect(try fixture.matches(phone.seal(.file(sha256: fixture.known[4]))) == 0)
        #expect(try fixture.matches(tablet.seal(.file(sha256: fixture.known[2]))) == 0)
        // Merging twice, or one's own state, changes nothing.
        let before = tablet.encodedState
        try tablet.merge(deviceState: before)
        #expect(tablet.encodedState == before)
        // Another epoch's state is ignored, broken state refused.
        let later = try fixture.sealer(set, now: fixture.now + 2 * epochSeconds)
        try tablet.merge(deviceState: later.encodedState)
        #expect(tablet.encodedState == before)
        do { try tablet.merge(deviceState: Array(before.dropLast())); Issue.record("merged") } catch {
            #expect(error.code == .wrongLength)
        }
        #expect(tablet.encodedState == before)
    }

    /// A near-duplicate that shares a probe with a picture already sent is a repeat; an unrelated picture is not.
    @Test func nearDuplicatesAreRepeats() throws {
        let original = try picture(1)
        let near = try picture(1, shade: 1)
        let other = try picture(2)
        let fixture = try Fixture {
            $0.profile = try FingerprintProfile(
                id: 1, positions: FingerprintProfile.standard.positions, probes: 16, minimumQuality: 0, probeQuality: 0)
        }
        let a = original.probes(fixture.parameters)
        let b = near.probes(fixture.parameters)
        let c = other.probes(fixture.parameters)
        #expect(a.count == 16 && Set(a).count == 16)
        #expect(!Set(a).isDisjoint(with: b) && Set(a).isDisjoint(with: c))
        // Tags grow by new keys only; a repeat's new keys are noted as well.
        var sealer = try fixture.sealer()
        _ = try sealer.seal(original)
        #expect(tags(sealer.encodedState).count == 16)
        _ = try sealer.seal(near)
        #expect(tags(sealer.encodedState).count == Set(a + b).count)
        _ = try sealer.seal(other)
        #expect(tags(sealer.encodedState).count == Set(a + b + c).count)
        _ = try sealer.seal(.unreadable)
        #expect(tags(sealer.encodedState).count == Set(a + b + c).count)
    }

    @Test func poorPicturesAreNotProbed() throws {
        let fixture = try Fixture()
        var sealer = try fixture.sealer()
        let flat = [UInt8](repeating: 90, count: 64 * 64)
        let item = try MediaItem.picture(
            pixels: flat.span.bytes, width: 64, height: 64, bytesPerRow: 64, format: .gray8)
        let length = try sealer.seal(item).encoded.count
        #expect(tags(sealer.encodedState).isEmpty)
        #expect(try sealer.seal(.file(sha256: fixture.known[0])).encoded.count == length)
        #expect(tags(sealer.encodedState).count == 1)
        // Pixels that do not fit their description are an error of the caller, and nothing else.
        // Its code is the one that C and Python get.
        func refusal(width: Int, height: Int, bytesPerRow: Int) -> Int32? {
            do throws(SealedMatchError) {
                _ = try MediaItem.picture(
                    pixels: flat.span.bytes, width: width, height: height, bytesPerRow: bytesPerRow, format: .gray8)
                return nil
            } catch {
                return error.code.rawValue
            }
        }
        #expect(refusal(width: 0, height: 64, bytesPerRow: 64) == 1)
        #expect(refusal(width: 64, height: 65_536, bytesPerRow: 64) == 1)
        #expect(refusal(width: 32_768, height: 32_768, bytesPerRow: 32_768) == 2)
        #expect(refusal(width: 65, height: 64, bytesPerRow: 64) == 3)
        #expect(refusal(width: 64, height: 65, bytesPerRow: 64) == 4)
    }

    @Test func tagsAreKeyedByAccountAndEpoch() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        func noted(_ account: AccountID, _ now: UInt64) throws -> [UInt64] {
            var sealer = try Sealer(set: set, account: account, secret: Fixture.secret(), now: now)
            _ = try sealer.seal(.file(sha256: fixture.known[0]))
            return tags(sealer.encodedState)
        }
        let one = try noted(Fixture.account, fixture.now)
        #expect(try one.count == 1 && noted(Fixture.account, fixture.now) == one)
        #expect(try noted(AccountID(canonical: Bytes32()), fixture.now) != one)
        #expect(try noted(Fixture.account, fixture.now + epochSeconds) != one)
    }
}

@Suite struct EpochTests {
    private func opening(_ fixture: Fixture, _ voucher: SealedVoucher) throws -> Opening? {
        try fixture.opened(voucher).first { try fixture.isReal($0.opening) }?.opening
    }

    /// Vouchers of one epoch under two sets count jointly: three shares from both decode together, to the registered
    /// commitment.
    @Test func setsCountJointly() throws {
        let first = try Fixture(seed: 1)
        let second = try Fixture(seed: 2, version: 2)
        var sealer = try first.sealer()
        let registration = sealer.registration
        var openings: [Opening] = []
        for index in 0..<2 {
            openings.append(try #require(try opening(first, sealer.seal(.file(sha256: first.known[index])))))
        }
        try sealer.adopt(second.open())
        #expect(sealer.registration == registration)
        // What was sealed under the old set is a repeat under the new one.
        #expect(try opening(second, sealer.seal(.file(sha256: first.known[0]))) == nil)
        for index in 2..<5 {
            openings.append(try #require(try opening(second, sealer.seal(.file(sha256: first.known[index])))))
        }
        #expect(Set(openings.map(\.header.setRoot)).count == 2)
        let shares = try openings.compactMap { try $0.share() }
        let found = try #require(ShareDecoder(threshold: 3, polynomials: 16).decode(shares, acceptingThreshold: false))
        #expect(found.members == [0, 1, 2, 3, 4])
        let key = try EpochKey(secrets: found.secrets, pseudonym: registration.pseudonym, epoch: 694)
        #expect(try key.commitment(pseudonym: registration.pseudonym, epoch: 694) == registration.commitment)
        for opening in openings { _ = try opening.payload(under: key) }
    }

    @Test func parametersStayForTheEpoch() throws {
        let fixture = try Fixture()
        var sealer = try fixture.sealer()
        let state = sealer.encodedState
        let changes: [(inout Parameters) throws -> Void] = [
            { $0.threshold = 4 }, { $0.polynomials = 17 }, { $0.profile = .profile3 },
        ]
        for change in changes {
            let other = try Fixture(seed: 3, version: 2, change)
            let set = try other.open()
            do { try sealer.adopt(set); Issue.record("adopted") } catch { #expect(error.code == .setMismatch) }
            #expect(sealer.encodedState == state && sealer.set.header.version == 1)
            do {
                _ = try Sealer(
                    set: set, account: Fixture.account, secret: Fixture.secret(), state: state, now: fixture.now);
                Issue.record("began")
            } catch {
                #expect((error as? SealedMatchError)?.code == .setMismatch)
            }
            // In the next epoch the new parameters hold.
            let next = try Sealer(
                set: set, account: Fixture.account, secret: Fixture.secret(), state: state,
                now: fixture.now + epochSeconds)
            #expect(next.epoch == 695)
        }
    }

    @Test func setsAreNotRolledBack() throws {
        let old = try Fixture(seed: 1, version: 4)
        let new = try Fixture(seed: 2, version: 5)
        let oldSet = try old.open()
        var sealer = try new.sealer()
        do { try sealer.adopt(oldSet); Issue.record("adopted") } catch { #expect(error.code == .setRolledBack) }
        #expect(sealer.set.header.version == 5)
        let state = sealer.encodedState
        for now in [new.now, new.now + 3 * epochSeconds] {
            do {
                _ = try Sealer(set: oldSet, account: Fixture.account, secret: Fixture.secret(), state: state, now: now);
                Issue.record("began")
            } catch {
                #expect((error as? SealedMatchError)?.code == .setRolledBack)
            }
        }
    }

    @Test func aNewEpochBeginsAnew() throws {
        let fixture = try Fixture()
        var sealer = try fixture.sealer()
        let before = sealer.registration
        let item = MediaItem.file(sha256: fixture.known[6])
        #expect(try opening(fixture, sealer.seal(item)) != nil)
        #expect(try !sealer.advance(to: fixture.now))
        #expect(try sealer.advance(to: fixture.now + epochSeconds))
        #expect(sealer.epoch == 695 && sealer.registration.epoch == 695)
        #expect(sealer.registration.commitment != before.commitment)
        #expect(sealer.registration.pseudonym != before.pseudonym && sealer.registration.account == before.account)
        // The same item matches again, once, on the new epoch's polynomials.
        let found = try #require(try opening(fixture, sealer.seal(item)))
        #expect(found.header.epoch == 695 && found.header.pseudonym == sealer.registration.pseudonym)
        #expect(try opening(fixture, sealer.seal(item)) == nil)
        // Another device comes to the same registration by itself.
        let other = try fixture.sealer(now: fixture.now + epochSeconds)
        #expect(other.registration == sealer.registration)
        // The exported secret is the new epoch's.
        let exported = try sealer.encodedSecret()
        #expect(
            exported.withBytes { (raw: UnsafeRawBufferPointer) in Array(raw[4..<8]) } == littleEndian(695 as UInt32))
    }

    @Test func clocksBackwardAndFarAhead() throws {
        let fixture = try Fixture()
        var sealer = try fixture.sealer()
        let state = sealer.encodedState
        let registration = sealer.registration
        // Back: the later epoch goes on.
        #expect(try !sealer.advance(to: 0))
        #expect(sealer.epoch == 694)
        let back = try fixture.sealer(state: state, now: 5)
        #expect(back.epoch == 694 && back.registration == registration)
        // State of a later epoch than the clock's and the secret's.
        let later = try fixture.sealer(now: fixture.now + 3 * epochSeconds)
        let resumed = try fixture.sealer(state: later.encodedState, now: fixture.now)
        #expect(resumed.epoch == 697 && resumed.registration == later.registration)
        // Far ahead: an error, nothing changed, and sealing goes on.
        var old = try fixture.sealer(now: fixture.now - 65 * epochSeconds, epoch: 629)
        do { _ = try old.advance(to: fixture.now); Issue.record("advanced") } catch {
            #expect(error.code == .epochTooFar)
        }
        #expect(try old.epoch == 629 && old.advance(to: fixture.now - epochSeconds))
        // Beyond the set's expiry: the signed bound on what any number of jumps can do.
        for beyond in [fixture.forge.header.expiresAt, fixture.now + 1 << 50, .max] {
            do { _ = try sealer.advance(to: beyond); Issue.record("advanced") } catch {
                #expect(error.code == .setExpired)
            }
            do { _ = try fixture.sealer(now: beyond); Issue.record("began") } catch {
                #expect((error as? SealedMatchError)?.code == .setExpired)
            }
        }
        #expect(sealer.epoch == 694 && sealer.encodedState == state && sealer.registration == registration)
        #expect(try opening(fixture, sealer.seal(.file(sha256: fixture.known[1]))) != nil)
        do { _ = try fixture.sealer(epoch: 629); Issue.record("began") } catch {
            #expect((error as? SealedMatchError)?.code == .epochTooFar)
        }
        #expect(try fixture.sealer(epoch: 630).epoch == 694)
    }

    @Test func stateMutations() throws {
        let fixture = try Fixture()
        var sealer = try fixture.sealer()
        for index in 0..<5 { _ = try sealer.seal(.file(sha256: fixture.known[index])) }
        let bytes = sealer.encodedState
        let counts = try expectCanonical(bytes, mutations: 4000, seed: 1) { try SealerState(canonical: $0).encoded }
        #expect(counts.refused > 1000)
        expectExactLength(bytes) { _ = try SealerState(canonical: $0) }
        // Those of other versions, the one with decoys among them.
        for version: UInt8 in [0x30, 0x31, 0x33] {
            expectCode(.invalidMagic) { _ = try SealerState(canonical: bytes.replacing([version], at: 3)) }
        }
        for (offset, bounds) in [(16, Parameters.thresholds), (18, Parameters.polynomialCounts)] {
            for bound in [bounds.lowerBound, bounds.upperBound] {
                let field = littleEndian(UInt16(bound))
                _ = try SealerState(canonical: bytes.replacing(field, at: offset))
            }
            for beyond in [0, bounds.lowerBound - 1, bounds.upperBound + 1, 65_535] {
                let field = littleEndian(UInt16(beyond))
                expectCode(.parameterOutOfRange) { _ = try SealerState(canonical: bytes.replacing(field, at: offset)) }
            }
        }
        // Any number is one.
        for number: UInt32 in [0, 1, 65_535, 65_536, .max] {
            let changed = bytes.replacing(littleEndian(number), at: 20)
            let state = try SealerState(canonical: changed)
            #expect(state.number == number && state.encoded == changed)
        }
        for count: UInt32 in [4, 6, 1 << 20] {
            expectCode(.wrongLength) { _ = try SealerState(canonical: bytes.replacing(littleEndian(count), at: 24)) }
        }
        for count: UInt32 in [1 << 20 + 1, 1 << 29, .max] {
            expectCode(.parameterOutOfRange) {
                _ = try SealerState(canonical: bytes.replacing(littleEndian(count), at: 24))
            }
        }
        // Tags that do not ascend.
        let last = Array(bytes.suffix(8))
        expectCode(.nonCanonical) { _ = try SealerState(canonical: bytes.replacing(last, at: bytes.count - 16)) }
        // A sealer begins with any state that decodes.
        let set = try fixture.open()
        for mutation in mutations(of: bytes, count: 200, seed: 2) {
            if let begun = try? Sealer(
                set: set, account: Fixture.account, secret: Fixture.secret(), state: mutation, now: fixture.now)
            {
                #expect(begun.epoch >= 694)
            }
        }
    }

    @Test func theStoreIsBounded() throws {
        // One tag below the limit: one more key fits, two do not, and then nothing is noted.
        let fixture = try Fixture()
        let sealer = try fixture.sealer()
        let empty = sealer.encodedState
        let limit = DistinctnessStore.maximumTags
        let tags = (0..<UInt64(limit - 1)).flatMap { littleEndian($0 * 3) }
        let full = empty.replacing(littleEndian(UInt32(limit - 1)), at: 24) + tags
        #expect(full.count <= SealerState.maximumEncodedCount)
        var near = try fixture.sealer(state: full)
        _ = try near.seal(.file(sha256: fixture.known[0]))
        let state = near.encodedState
        do { _ = try near.seal(.file(sha256: fixture.known[1])); Issue.record("sealed") } catch {
            #expect(error.code == .storeFull)
        }
        #expect(near.encodedState == state)
        _ = try near.seal(.unreadable)
        expectCode(.parameterOutOfRange) {
            _ = try SealerState(
                canonical: empty.replacing(littleEndian(UInt32(limit + 1)), at: 24) + tags
                    + [UInt8](repeating: 0xFF, count: 16))
        }
    }
}
