package import SealedMatchCrypto

/// How many of a voucher's c cover slots are decoys: c on/off chains, each with a time scale of its own
/// (Docs/Protocol.md, "Decoys"; why these scales, and what they hide: Docs/Decoys.md).
///
/// All arithmetic is in integers; probabilities are multiples of 2^-32. The state is secret as the account secret is:
/// whoever reads it knows the epoch's intensities and which chains are on, and tells decoys from matches better than
/// the printed figures say.
///
/// Work for a voucher: 2c random words, then the same instructions in the same order whatever the state holds; the only
/// secret-dependent values are masks and sums. The multiplications are 64 bits wide, constant-time on the processors we
/// know of. The *result* is secret too: the caller builds decoy and filler slots with the same operations.
package struct DecoySchedule: Sendable {
    /// Cover slots that a set may ask for.
    package static let coverCounts = 4...16
    /// Devices of one account.
    package static let deviceCounts = 1...256
    /// The least volume that the intensity is spread over, in vouchers of the account; also the guess in the first
    /// epoch.
    package static let leastVolume: UInt64 = 300
    /// Counters stop here: far above any epoch, far below an overflow.
    package static let mostVouchers: UInt32 = 1 << 30
    /// The upper end of the account's expected decoys in an epoch; the mean is 5/8 of it.
    package static let budget: UInt64 = 1_200
    /// No chain opens more often than this: ⌊0.6 · 2^32⌋.
    package static let highestLevel: UInt64 = 2_576_980_377

    /// A chain's kind: how often its state is drawn afresh, and the least probability that it opens while it is on;
    /// both times 2^32.
    package struct Kind {
        package let redraw: UInt64
        package let leastGain: UInt64

        // 2^32/L for L = 1 (independent draws), 6, 10, 16 (runs), 150 (drift; gain 12/150). Slot i is of kind i mod 6.
        package static func of(_ slot: Int) -> Kind {
            switch slot % 6 {
            case 0: Kind(redraw: 429_496_729, leastGain: 1 << 32)
            case 2: Kind(redraw: 28_633_115, leastGain: 343_597_383)
            case 3: Kind(redraw: 715_827_882, leastGain: 1 << 32)
            case 5: Kind(redraw: 268_435_456, leastGain: 1 << 32)
            default: Kind(redraw: 1 << 32, leastGain: 1 << 32)
            }
        }
    }

    /// c.
    package let coverSlots: Int
    /// Among how many devices the account's budget is divided.
    package let devices: Int
    /// n̂: what this device sealed in the epoch before.
    package let lastEpochVolume: UInt32
    /// n: vouchers of this device so far in this epoch.
    var count: UInt32 = 0
    /// Which chains are on; bit i is slot i.
    var on: UInt16 = 0
    /// U_i in [2^30, 2^32) for i < c, else 0: the epoch's intensities.
    package internal(set) var intensities: InlineArray<16, UInt32>

    /// Vouchers of this device so far in this epoch: `lastEpochVolume` of the next one.
    package var vouchers: Int { Int(count) }

    /// The schedule of one device for a new epoch.
    /// - Parameters:
    ///   - epochWords: a stream keyed by the epoch secret: every device of the account draws the same intensities. c
    ///     words are taken.
    ///   - devices: 1...256, the same number at all devices.
    ///   - coverSlots: c, 4...16.
    ///   - lastEpochVolume: what this device sealed in the last epoch, 0 if unknown. Public: the collector counts too.
    /// - Throws: `parameterOutOfRange`; what the source throws.
    package init(
        epochWords: inout some RandomSource & ~Copyable, devices: Int, coverSlots: Int, lastEpochVolume: Int
    ) throws(SealedMatchError) {
        guard Self.coverCounts.contains(coverSlots), Self.deviceCounts.contains(devices), lastEpochVolume >= 0 else {
            throw SealedMatchError(.parameterOutOfRange, "the decoy schedule's parameters are out of range")
        }
        self.coverSlots = coverSlots
        self.devices = devices
        self.lastEpochVolume = UInt32(min(lastEpochVolume, Int(Self.mostVouchers)))
        intensities = InlineArray(repeating: 0)
        // Decoys, step 1: U_i = 2^30 + ⌊3·h / 4⌋, h the high half of the epoch stream's word i, for i = 0 … c − 1
        for slot in 0..<coverSlots {
            let high = try epochWords.word() >> 32
            intensities[slot] = UInt32((1 << 30) + (3 * high) >> 2)
        }
    }

    init(
        coverSlots: Int, devices: Int, lastEpochVolume: UInt32, count: UInt32, on: UInt16,
        intensities: InlineArray<16, UInt32>
    ) {
        self.coverSlots = coverSlots
        self.devices = devices
        self.lastEpochVolume = lastEpochVolume
        self.count = count
        self.on = on
        self.intensities = intensities
    }

    /// How many cover slots of the next voucher are decoys, 0...c. On an error the state is as it was.
    /// - Throws: what the source throws.
    package mutating func next(_ random: inout some RandomSource & ~Copyable) throws(SealedMatchError) -> Int {
        // Decoys, step 2: words w_0, z_0 … w_{c−1}, z_{c−1}, fresh, the device's own
        var words = InlineArray<32, UInt64>(repeating: 0)
        for index in 0..<(2 * coverSlots) { words[index] = try random.word() }
        return step(words)
    }

    /// Steps 3 to 8, with the words of step 2: deterministic, for vectors and for the analysis.
    package mutating func step(_ words: borrowing InlineArray<32, UInt64>) -> Int {
        let ceiling = Self.ceiling(
            coverSlots: coverSlots, devices: devices, lastEpochVolume: lastEpochVolume, count: count)
        let first = UInt64(count == 0 ? 1 : 0)
        var decoys: UInt64 = 0
        var nowOn: UInt16 = 0
        for slot in 0..<coverSlots {
            let kind = Kind.of(slot)
            // Decoys, step 4: level m = ⌊U_i·B / 2^32⌋; gain a = min(2^32, max(leastGain, 2m))
            let level = (UInt64(intensities[slot]) * ceiling) >> 32
            let gain = Self.least(1 << 32, 0 &- Self.least(0 &- kind.leastGain, 0 &- 2 &* level))
            let (w, z) = (words[2 * slot], words[2 * slot + 1])
            // Decoys, step 5: redraw if n = 0 or (w >> 32) < R
            let redraw = first | Self.isLess(w >> 32, kind.redraw)
            // Decoys, step 6: the redrawn state is on with probability m/a: ⌊(w mod 2^32)·a / 2^32⌋ < m
            let drawn = Self.isLess(((w & 0xffff_ffff) * gain) >> 32, level)
            let old = UInt64(on >> UInt16(slot)) & 1
            let state = (redraw & drawn) | ((redraw ^ 1) & old)
            nowOn |= UInt16(state) << UInt16(slot)
            // Decoys, step 7: slot i is a decoy if its chain is on and (z >> 32) < a
            decoys += state & Self.isLess(z >> 32, gain)
        }
        // Decoys, step 8: n ← n + 1
        on = nowOn
        count += count < Self.mostVouchers ? 1 : 0
        return Int(decoys)
    }

    /// Decoys, step 3: V = max(300, devices·max(n̂, n)); B = min(⌊0.6·2^32⌋, ⌊1200·2^32 / (c·V)⌋). All of it public.
    package static func ceiling(coverSlots: Int, devices: Int, lastEpochVolume: UInt32, count: UInt32) -> UInt64 {
        let volume = max(leastVolume, UInt64(devices) * UInt64(max(lastEpochVolume, count)))
        return min(highestLevel, (budget << 32) / (UInt64(coverSlots) * volume))
    }

    /// 1 if a < b, else 0, without a branch; a, b ≤ 2^63.
    private static func isLess(_ a: UInt64, _ b: UInt64) -> UInt64 { (a &- b) >> 63 }

    /// The smaller of a and b in the order of two's complement, without a branch: |a − b| < 2^63.
    private static func least(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let mask = 0 &- ((a &- b) >> 63)
        return (a & mask) | (b & ~mask)
    }
}

extension DecoySchedule: Equatable {
    package static func == (a: DecoySchedule, b: DecoySchedule) -> Bool { a.encoded == b.encoded }
}
