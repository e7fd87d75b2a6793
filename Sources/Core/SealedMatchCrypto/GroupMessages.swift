/// Messages that are hashed to the group in one batch. Each has at most 64 bytes: then hashing takes the same work
/// whatever their lengths.
package struct GroupMessages: Sendable {
    /// Bytes that each message has room for, and no message exceeds: with 43 bytes of domain-separation tag, what
    /// SHA-512 takes in one block.
    package static let room = 64

    /// `count` rooms, one after another, zero behind each message.
    package private(set) var bytes: [UInt8] = []
    /// Of each message.
    package private(set) var lengths: [UInt8] = []

    /// No message yet.
    package init(capacity: Int) {
        bytes.reserveCapacity(Self.room * capacity)
        lengths.reserveCapacity(capacity)
    }

    /// How many there are.
    package var count: Int { lengths.count }

    /// Adds first ‖ second.
    /// - Throws: `wrongLength` beyond 64 bytes.
    package mutating func append(_ first: [UInt8], _ second: [UInt8] = []) throws(SealedMatchError) {
        let length = first.count + second.count
        guard length <= Self.room else { throw SealedMatchError(.wrongLength, "a message of a batch has 64 bytes") }
        bytes += first
        bytes += second
        bytes += repeatElement(0, count: Self.room - length)
        lengths.append(UInt8(truncatingIfNeeded: length))
    }

    /// Forgets all of them, and wipes their bytes.
    package mutating func clear() {
        bytes.wipe()
        // The room stays: an array that grows leaves copies behind.
        bytes.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
    }

    /// Message `index`, for libsodium's one-at-a-time functions. The pointer is valid inside `body` only.
    func withMessage<Result>(
        _ index: Int, _ body: (UnsafeRawBufferPointer) throws(SealedMatchError) -> Result
    ) throws(SealedMatchError) -> Result {
        let start = Self.room * index
        return try unsafe bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
            try unsafe body(UnsafeRawBufferPointer(rebasing: raw[start..<start + Int(lengths[index])]))
        }
    }
}
