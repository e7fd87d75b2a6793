import SealedMatchDecoyAnalysis
import SealedMatchProtocol
import SealedMatchCrypto
import Testing

@Suite struct DecoyScheduleTests {
    static func schedule(_ coverSlots: Int, last: Int = 0, devices: Int = 1, seed: UInt64 = 1) throws -> DecoySchedule {
        var words = SeededGenerator(seed: seed)
        return try DecoySchedule(epochWords: &words, devices: devices, coverSlots: coverSlots, lastEpochVolume: last)
    }

    /// The text of the steps, read slowly: 128-bit arithmetic, division and branches, nothing shared with the library.
    struct Reference {
        let c: Int, devices: Int, last: Int
        var u: [UInt128] = [], on: [Bool] = [], n = 0

        init(c: Int, devices: Int, last: Int, words: () -> UInt64) {
            (self.c, self.devices, self.last) = (c, devices, last)
            for _ in 0..<c { u.append(1_073_741_824 + 3 * UInt128(words() / 4_294_967_296) / 4) }
            on = Array(repeating: false, count: c)
        }

        mutating func next(_ w: [UInt64]) -> Int {
            let two32: UInt128 = 4_294_967_296
            let volume = UInt128(max(300, devices * max(last, n)))
            let ceiling = min(2_576_980_377, 1200 * two32 / (UInt128(c) * volume))
            var decoys = 0
            for i in 0..<c {
                let (redraw, least): (UInt128, UInt128) =
                    [
                        (two32 / 10, two32), (two32, two32), (two32 / 150, two32 * 12 / 150), (two32 / 6, two32),
                        (two32, two32),
                        (two32 / 16, two32),
                    ][i % 6]
                let m = u[i] * ceiling / two32
                let a = min(two32, max(least, 2 * m))
                if n == 0 || UInt128(w[2 * i]) / two32 < redraw { on[i] = UInt128(w[2 * i]) % two32 * a / two32 < m }
                if on[i] && UInt128(w[2 * i + 1]) / two32 < a { decoys += 1 }
            }
            n += 1
            return decoys
        }
    }

    @Test(arguments: DecoySchedule.coverCounts) func equalsTheReference(_ c: Int) throws {
        for (devices, last) in [(1, 0), (1, 40), (3, 500), (256, 100_000)] {
            var epoch = SeededGenerator(seed: UInt64(c)), mirror = epoch
            var schedule = try DecoySchedule(epochWords: &epoch, devices: devices, coverSlots: c, lastEpochVolume: last)
            var reference = Reference(c: c, devices: devices, last: last) { (try? mirror.word()) ?? 0 }
            var random = SeededGenerator(seed: 77)
            for _ in 0..<600 {
                var words = InlineArray<32, UInt64>(repeating: 0)
                var list: [UInt64] = []
                for i in 0..<(2 * c) { words[i] = random.draw(); list.append(words[i]) }
                let decoys = schedule.step(words)
                #expect(decoys == reference.next(list))
                #expect((0...c).contains(decoys))
            }
        }
    }

    @Test func extremeWordsStayInRange() throws {
        for fill in [UInt64.min, .max, 1 << 32, (1 << 32) - 1] {
            for c in DecoySchedule.coverCounts {
                var schedule = try Self.schedule(c)
                for _ in 0..<3 { #expect((0...c).contains(schedule.step(InlineArray(repeating: fill)))) }
            }
        }
    }

    @Test func meanIsFiveEighthsOfTheBudget() throws {
        var total = 0
        let epochs = 200
        for seed in 0..<UInt64(epochs) {
            var schedule = try Self.schedule(6, last: 1_000, seed: seed)
            var random = SeededGenerator(seed: seed + 5_000)
            for _ in 0..<1_000 {
                var words = InlineArray<32, UInt64>(repeating: 0)
                for i in 0..<12 { words[i] = random.draw() }
                total += schedule.step(words)
            }
        }
        // One epoch's standard deviation is about 165: four standard errors.
        #expect(abs(Double(total) / Double(epochs) - 750) < 50)
    }

    /// Stationary: no voucher's place in the epoch makes decoys rarer.
    @Test func lateIsLikeEarly() throws {
        var early = 0, late = 0
        for seed in 0..<300 as Range<UInt64> {
            var schedule = try Self.schedule(6, last: 400, seed: seed)
            var random = SeededGenerator(seed: seed + 9_000)
            for index in 0..<400 {
                var words = InlineArray<32, UInt64>(repeating: 0)
                for i in 0..<12 { words[i] = random.draw() }
                let decoys = schedule.step(words)
                if index < 100 { early += decoys }
                if index >= 300 { late += decoys }
            }
        }
        #expect(abs(Double(early) / Double(late) - 1) < 0.06)
    }

    @Test func refusesParametersOutOfRange() {
        for (c, devices, last) in [
            (3, 1, 0), (17, 1, 0), (-1, 1, 0), (6, 0, 0), (6, 257, 0), (6, 1, -1), (Int.max, Int.min, Int.min),
        ] {
            #expect(throws: SealedMatchError(.parameterOutOfRange, "")) {
                try Self.schedule(c, last: last, devices: devices)
            }
        }
        #expect(throws: Never.self) { try Self.schedule(16, last: Int.max, devices: 256) }
    }

    struct Failing: RandomSource {
        var left: Int
        mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
            if left == 0 { throw SealedMatchError(.randomSourceFailed, "") }
            left -= 1
            for index in buffer.indices { buffer[index] = 7 }
        }
    }

    @Test func failingSourceLeavesTheStateAsItWas() throws {
        var schedule = try Self.schedule(6)
        let before = schedule.encoded
        for words in 0..<12 {
            var failing = Failing(left: words)
            #expect(throws: SealedMatchError(.randomSourceFailed, "")) { try schedule.next(&failing) }
            #expect(schedule.encoded == before)
        }
        var enough = Failing(left: 12)
        #expect((0...6).contains(try schedule.next(&enough)))
        #expect(schedule.vouchers == 1)
    }

    @Test(arguments: DecoySchedule.coverCounts) func encodingRoundTrips(_ c: Int) throws {
        var schedule = try Self.schedule(c, last: 900, devices: 2)
        var random = SeededGenerator(seed: 3)
        for _ in 0..<50 {
            #expect(schedule.encoded.count == DecoySchedule.encodedCount)
            var again = try DecoySchedule(canonical: schedule.encoded, coverSlots: c)
            #expect(again == schedule)
            var other = random
            #expect(try again.next(&other) == (try schedule.next(&random)))
            #expect(again.encoded == schedule.encoded)
        }
    }

    @Test func eachFieldIsChecked() throws {
        var schedule = try Self.schedule(6)
        var random = SeededGenerator(seed: 3)
        _ = try schedule.next(&random)
        let good = schedule.encoded
        func refused(_ code: SealedMatchError.Code, _ change: (inout [UInt8]) -> Void) {
            var bytes = good
            change(&bytes)
            #expect(throws: SealedMatchError(code, "")) { try DecoySchedule(canonical: bytes, coverSlots: 6) }
        }
        refused(.wrongLength) { $0.removeLast() }
        refused(.wrongLength) { $0.append(0) }
        refused(.wrongLength) { $0 = [] }
        refused(.invalidMagic) { $0[3] = 0x32 }
        for c in [0, 3, 5, 7, 17] as [UInt8] { refused(.parameterOutOfRange) { $0[4] = c } }
        refused(.parameterOutOfRange) { $0[6] = 0 }
        refused(.parameterOutOfRange) {
            $0[6] = 1; $0[7] = 1
        }
        refused(.parameterOutOfRange) { $0[11] = 0x41 }
        refused(.parameterOutOfRange) { $0[15] = 0x41 }
        refused(.nonCanonical) { $0[16] |= 0x40 }
        refused(.nonCanonical) {
            $0[12] = 0; $0[16] = 1
        }
        refused(.nonCanonical) { $0[18] = 1 }
        refused(.parameterOutOfRange) { $0[23] = 0x3f }
        refused(.nonCanonical) { $0[20 + 4 * 6] = 1 }
    }

    /// Whatever decodes is canonical and runs; nothing traps.
    @Test func mutatedStatesGiveErrorsOrRun() throws {
        var random = SeededGenerator(seed: 11)
        var accepted = 0
        for trial in 0..<6_000 {
            let c = 4 + trial % 13
            var bytes = try Self.schedule(c, last: trial, seed: UInt64(trial)).encoded
            for _ in 0..<(1 + random.draw() % 4) {
                bytes[Int(random.draw() % 84)] = UInt8(truncatingIfNeeded: random.draw() >> 20)
            }
            if trial % 50 == 0 {
                bytes = (0..<Int(random.draw() % 200)).map { _ in UInt8(truncatingIfNeeded: random.draw() >> 20) }
            }
            guard var schedule = try? DecoySchedule(canonical: bytes, coverSlots: c) else { continue }
            accepted += 1
            #expect(schedule.encoded == bytes)
            for _ in 0..<4 { #expect((0...c).contains(try schedule.next(&random))) }
        }
        #expect(accepted > 500 && accepted < 5_900)
    }

    @Test func counterStops() throws {
        var bytes = try Self.schedule(6).encoded
        bytes[15] = 0x40
        var schedule = try DecoySchedule(canonical: bytes, coverSlots: 6)
        _ = schedule.step(InlineArray(repeating: 0))
        #expect(schedule.vouchers == Int(DecoySchedule.mostVouchers))
        #expect(throws: Never.self) { try DecoySchedule(canonical: schedule.encoded, coverSlots: 6) }
    }

    /// All devices of an account draw the same intensities, so one's does not average another's out.
    @Test func devicesShareTheIntensities() throws {
        let a = try Self.schedule(6, last: 10, devices: 3), b = try Self.schedule(6, last: 2_000, devices: 3)
        #expect(a.encoded[20...] == b.encoded[20...])
    }
}
