package import SealedMatchCrypto

/// xoshiro256** seeded by SplitMix64: reproducible simulation, never for secrets.
package struct SeededGenerator: RandomSource {
    private var s: (UInt64, UInt64, UInt64, UInt64)

    package init(seed: UInt64) {
        var x = seed
        func mix() -> UInt64 {
            x &+= 0x9e37_79b9_7f4a_7c15
            var z = x
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
        s = (mix(), mix(), mix(), mix())
    }

    package mutating func draw() -> UInt64 {
        let r = s.1 &* 5
        let result = (r << 7 | r >> 57) &* 9
        let t = s.1 << 17
        s.2 ^= s.0
        s.3 ^= s.1
        s.1 ^= s.2
        s.0 ^= s.3
        s.2 ^= t
        s.3 = s.3 << 45 | s.3 >> 19
        return result
    }

    /// Uniform in [0, 1).
    mutating func unit() -> Double { Double(draw() >> 11) * 0x1p-53 }

    /// Uniform in 0..<bound.
    mutating func below(_ bound: Int) -> Int { Int(draw().multipliedFullWidth(by: UInt64(bound)).high) }

    package mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
        for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: draw() >> 32) }
    }
}
