internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// Seeded random bytes: SplitMix64. The same seed and purpose give the same ones. For tests: whoever knows the seed
/// knows them all.
struct TestRandom: RandomSource, Sendable {
    private var state: UInt64
    /// The length of each draw since `recordDraws`, in bytes; nil before.
    private(set) var draws: [Int]?
    /// Draws until the source fails; nil if it never does.
    var drawsLeft: Int?

    init(seed: UInt64, _ purpose: String = "") {
        // FNV-1a of the purpose, so that what one part of a world draws does not move another's.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        state = seed
        state = next() ^ hash
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
        if let left = drawsLeft {
            guard left > 0 else { throw SealedMatchError(.randomSourceFailed, "the test's random source failed") }
            drawsLeft = left - 1
        }
        draws?.append(buffer.count)
        var index = 0
        while index < buffer.count {
            let word = next()
            var byte = 0
            while byte < 8, index < buffer.count {
                unsafe buffer[index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))
                byte += 1
                index += 1
            }
        }
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

    /// Notes draws from now on.
    mutating func recordDraws() { draws = [] }

    /// 0 ..< 1
    mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
