public import SealedMatchCrypto

/// Gives bytes that were recorded, in order, and fails once there are none left: the `random` of a vector.
public struct ReplayRandom: RandomSource, Sendable {
    private let bytes: [UInt8]
    private var position = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Bytes that nobody has drawn yet; a runner checks that there are none at the end.
    public var remaining: Int { bytes.count - position }

    public mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
        guard buffer.count <= remaining else {
            throw SealedMatchError(.randomSourceFailed, "the recorded bytes are used up")
        }
        for index in buffer.indices { buffer[index] = bytes[position + index] }
        position += buffer.count
    }
}
