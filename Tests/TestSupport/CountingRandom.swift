public import SealedMatchCrypto

/// Notes the length of every draw, so that tests can compare the work of two operations and cut an operation at each of
/// its draws.
public struct CountingRandom: RandomSource {
    private var inner: SeededRandom
    /// Bytes of each draw, in order.
    public private(set) var draws: [Int] = []
    public var total: Int { draws.reduce(0, +) }

    public init(_ seed: UInt64) { inner = SeededRandom(seed) }

    public mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
        draws.append(buffer.count)
        try inner.fill(buffer)
    }
}
