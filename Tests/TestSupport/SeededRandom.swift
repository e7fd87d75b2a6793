public import SealedMatchCrypto

/// A deterministic random source for tests: SplitMix64. Never in a product.
public struct SeededRandom: RandomSource, RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(_ seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    public mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
        for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: next()) }
    }

    public mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

/// A source that fails after some bytes, as a broken kernel would.
public struct FailingRandom: RandomSource {
    private var left: Int
    private var inner = SeededRandom(1)

    public init(after bytes: Int) { left = bytes }

    public mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
        guard buffer.count <= left else { throw SealedMatchError(.randomSourceFailed, "test") }
        left -= buffer.count
        try inner.fill(buffer)
    }
}

/// Changes of a byte string for parsers to survive: truncation, growth, bit flips, overwritten runs, random bytes.
public func mutations(of original: [UInt8], count: Int, seed: UInt64) -> [[UInt8]] {
    var random = SeededRandom(seed)
    return (0..<count).map { round in
        var bytes = original
        switch round % 6 {
        case 0: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
        case 1: bytes += random.bytes(Int.random(in: 1...64, using: &random))
        case 2:
            for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            }
        case 3:
            // Most fields that matter are near the start.
            let end = min(bytes.count, 256)
            if end > 0 { bytes[Int.random(in: 0..<end, using: &random)] = UInt8.random(in: 0...255, using: &random) }
        case 4:
            guard !bytes.isEmpty else { break }
            let start = Int.random(in: bytes.indices, using: &random)
            let value: UInt8 = Bool.random(using: &random) ? 0xFF : 0
            for index in start..<min(bytes.count, start + 16) { bytes[index] = value }
        default: bytes = random.bytes(Int.random(in: 0...(2 * original.count), using: &random))
        }
        return bytes
    }
}

public func hex(_ text: String) -> [UInt8] {
    let digits = Array(text.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)!
    }
}
