import SealedMatchClient
import SealedMatchProtocol
import SealedMatchSets
import SealedMatchTestSupport
import Testing

private let epochSeconds = Parameters.secondsPerEpoch

/// The number of the next voucher, as a state has it.
private func number(_ state: [UInt8]) -> UInt32 {
    state[20..<24].reversed().reduce(0) { $0 << 8 | UInt32($1) }
}

/// N of a voucher follows from how many its device has sealed in this epoch.
@Suite struct CheckLevelTests {
    /// Where a device begins that has sealed `count` vouchers.
    private func sealer(_ fixture: Fixture, after count: UInt32, _ set: BlindedSet) throws -> Sealer {
        let empty = try fixture.sealer(set).encodedState
        return try fixture.sealer(set, state: empty.replacing(littleEndian(count), at: 20))
    }

    @Test func levelsFollowTheNumber() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        // Docs/Protocol.md, section 2: the last number below each step, and the levels on both of its sides.
        let steps: [(UInt32, UInt8, UInt8)] = [
            (31, 5, 6), (63, 6, 6), (127, 6, 7), (255, 7, 8), (511, 8, 16), (1_023, 16, 28), (2_047, 28, 36),
            (4_095, 36, 80), (8_191, 80, 160), (16_383, 160, 255), (32_767, 255, 255), (65_535, 255, 255),
        ]
        for (last, before, after) in steps {
            var sealer = try sealer(fixture, after: last, set)
            let vouchers = try (0..<2).map { _ in try sealer.seal(.unreadable) }
            #expect(vouchers.map(\.header.checkLevel) == [before, after], "\(last)")
            #expect(number(sealer.encodedState) == last + 2)
        }
    }

    /// Files, pictures that are no entries, repeats and what cannot be read: each counts.
    @Test func everyItemCounts() throws {
        let fixture = try Fixture()
        var sealer = try fixture.sealer()
        let known = MediaItem.file(sha256: fixture.known[0])
        for (index, item) in [known, known, .unreadable, .file(sha256: fixture.known[1]), known].enumerated() {
            #expect(number(sealer.encodedState) == UInt32(index))
            #expect(try sealer.seal(item).header.checkLevel == 5)
        }
        #expect(number(sealer.encodedState) == 5)
    }

    @Test func theNumberGoesOnAfterARestart() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var first = try sealer(fixture, after: 30, set)
        #expect(try first.seal(.unreadable).header.checkLevel == 5)
        var second = try fixture.sealer(set, state: first.encodedState)
        #expect(try second.seal(.unreadable).header.checkLevel == 5)
        var third = try fixture.sealer(set, state: second.encodedState)
        #expect(try third.seal(.unreadable).header.checkLevel == 6)
        // An older state falls back: only more slots open by chance.
        var old = try fixture.sealer(set, state: first.encodedState)
        #expect(try old.seal(.unreadable).header.checkLevel == 5)
    }

    @Test func aNewEpochBeginsAtZero() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var running = try sealer(fixture, after: 5_000, set)
        #expect(try running.seal(.unreadable).header.checkLevel == 80)
        let state = running.encodedState
        #expect(try !running.advance(to: fixture.now))
        #expect(number(running.encodedState) == 5_001)
        #expect(try running.advance(to: fixture.now + epochSeconds))
        #expect(number(running.encodedState) == 0)
        #expect(try running.seal(.unreadable).header.checkLevel == 5)
        // The same at a start in the new epoch.
        var started = try fixture.sealer(set, state: state, now: fixture.now + epochSeconds)
        #expect(number(started.encodedState) == 0)
        #expect(try started.seal(.unreadable).header.checkLevel == 5)
    }

    @Test func aMergeTakesTheGreaterNumber() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var phone = try sealer(fixture, after: 127, set)
        var tablet = try sealer(fixture, after: 3, set)
        let ahead = phone.encodedState
        let behind = tablet.encodedState
        try phone.merge(deviceState: behind)
        #expect(phone.encodedState == ahead)
        try tablet.merge(deviceState: ahead)
        #expect(number(tablet.encodedState) == 127)
        #expect(try tablet.seal(.unreadable).header.checkLevel == 6)
        #expect(try tablet.seal(.unreadable).header.checkLevel == 7)
        // Another epoch's number is ignored.
        var later = try fixture.sealer(set, now: fixture.now + epochSeconds)
        try later.merge(deviceState: ahead)
        #expect(number(later.encodedState) == 0)
        // A merge that fails changes nothing: neither tags nor number.
        let limit = DistinctnessStore.maximumTags
        let full =
            behind.replacing(littleEndian(UInt32(limit)), at: 24)
            + (0..<UInt64(limit)).flatMap { littleEndian(2 * $0) }
        var crowded = try fixture.sealer(set, state: full)
        let one = ahead.replacing(littleEndian(1 as UInt32), at: 24) + littleEndian(1 as UInt64)
        expectCode(.storeFull) { try crowded.merge(deviceState: one) }
        #expect(number(crowded.encodedState) == 3)
    }

    @Test func theNumberEndsAtItsGreatest() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        var sealer = try sealer(fixture, after: .max - 1, set)
        for _ in 0..<3 {
            #expect(try sealer.seal(.unreadable).header.checkLevel == 255)
            #expect(number(sealer.encodedState) == .max)
        }
        let again = try fixture.sealer(set, state: sealer.encodedState)
        #expect(number(again.encodedState) == .max)
    }

    @Test func anItemThatIsNotSealedTakesNoNumber() throws {
        let fixture = try Fixture()
        var sealer = try fixture.sealer()
        expectCode(.payloadTooLong) { _ = try sealer.seal(.unreadable, note: [UInt8](repeating: 1, count: 221)) }
        var failing = FailingRandom(after: 500)
        expectCode(.randomSourceFailed) { _ = try sealer.seal(.unreadable, note: [], random: &failing) }
        #expect(number(sealer.encodedState) == 0)
        // What its caller could not keep gives its number back.
        let before = sealer.checkpoint
        _ = try sealer.seal(.unreadable)
        #expect(number(sealer.encodedState) == 1)
        sealer.restore(before)
        #expect(number(sealer.encodedState) == 0)
    }

    /// M and the levels may change inside an epoch; the number goes on.
    @Test func anotherSetsLevelsHoldAtOnce() throws {
        let fixture = try Fixture()
        let other = try Fixture(seed: 3, version: 2) {
            $0.checkLevels = try CheckLevels(canonical: [3, 4] + [UInt8](repeating: 9, count: 10))
            $0.profile = try $0.profile.with(probes: 4)
        }
        var sealer = try sealer(fixture, after: 31, fixture.open())
        #expect(try sealer.seal(.unreadable).header.checkLevel == 5)
        try sealer.adopt(other.open())
        let voucher = try sealer.seal(.unreadable)
        #expect(voucher.header.checkLevel == 4 && voucher.slots.count == 4 && voucher.header.fits(other.parameters))
        #expect(number(sealer.encodedState) == 33)
    }
}
