internal import CSealedMatchSodium

/// The group work of one voucher's slots, all at once: Q = β·H(y) + γ·B and S = β·decode(y) + γ·L, with β and γ fresh
/// for each slot. (Docs/Protocol.md, "Seal")
///
/// Reused for many vouchers, one at a time. β, γ and S lie in guarded memory.
package struct ProbeBatch: ~Copyable {
    // Each of `capacity` places of 32 bytes: β, γ, S.
    private var secrets: SecretBytes
    private var drawn: Scalar
    private let capacity: Int
    private let substitute: Point
    private var messages: GroupMessages
    private var cells: [Bytes32] = []
    private var elements: [Bytes32] = []

    /// - Parameters:
    ///   - capacity: slots, at most; not 0.
    ///   - substitute: what stands in for a decoding that is no element, or the identity.
    package init(
        capacity: Int, substitute: Point, random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) {
        let secrets = try SecretBytes.zeros(count: 3 * Bytes32.count * capacity)
        let drawn = try Scalar.random(from: &random)
        self.secrets = secrets
        self.drawn = drawn
        self.capacity = capacity
        self.substitute = substitute
        messages = GroupMessages(capacity: capacity)
    }

    /// How many slots it has now.
    package var count: Int { messages.count }

    /// Adds a slot for the key whose element is hashed from first ‖ second, and draws its β and γ.
    /// - Throws: `randomSourceFailed`; `wrongLength` for a message beyond 64 bytes, or a slot beyond the capacity.
    package mutating func append(
        _ first: [UInt8], _ second: [UInt8], cells three: (Bytes32, Bytes32, Bytes32),
        random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) {
        let index = count
        guard index < capacity else { throw SealedMatchError(.wrongLength, "more slots than a batch has room for") }
        try messages.append(first, second)
        cells.append(three.0)
        cells.append(three.1)
        cells.append(three.2)
        for place in [index, capacity + index] {
            try drawn.randomise(from: &random)
            unsafe secrets.withMutableBytes { out in
                unsafe drawn.withEncoded {
                    unsafe out.baseAddress!.advanced(by: Bytes32.count * place)
                        .copyMemory(from: $0.baseAddress!, byteCount: Bytes32.count)
                }
            }
        }
    }

    /// How the work on slots is divided: it calls `piece` on ranges that cover 0..<count, on any threads, and returns
    /// when all are done. What comes out does not depend on it.
    package typealias Division = (
        _ count: Int, _ piece: @Sendable (Range<Int>) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) -> Void

    /// All on the calling thread.
    package static func undivided(
        _ count: Int, _ piece: @Sendable (Range<Int>) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) { try piece(0..<count) }

    /// Computes Q and S of all slots.
    /// - Throws: `primitiveFailed`, `identityPoint`: what random scalars do not give; the errors of `divide`.
    package mutating func run(
        _ hash: HashToGroup, _ bases: GroupBases, _ divide: Division = undivided
    ) throws(SealedMatchError) {
        let (messages, cells, substitute) = (messages, cells, substitute)
        let size = Bytes32.count * capacity
        let count = count
        var elements = [Bytes32](repeating: Bytes32(), count: count)
        var span = elements.mutableSpan
        try unsafe span.withUnsafeMutableBufferPointer { (q) throws(SealedMatchError) in
            try unsafe secrets.withMutableBytes { (secrets) throws(SealedMatchError) in
                // Pieces read and write their own slots alone.
                nonisolated(unsafe) let (q, secrets) = unsafe (q, secrets)
                try divide(count) { (range) throws(SealedMatchError) in
                    try unsafe GroupBatch.probes(
                        range, messages, hash, cells: cells, substitute: substitute, bases: bases,
                        betas: UnsafeRawBufferPointer(rebasing: secrets[0..<size]),
                        gammas: UnsafeRawBufferPointer(rebasing: secrets[size..<2 * size]),
                        q: q, s: UnsafeMutableRawBufferPointer(rebasing: secrets[2 * size..<3 * size]))
                }
            }
        }
        self.elements = elements
    }

    /// Q of a slot, after `run`.
    package func element(_ index: Int) -> Bytes32 { elements[index] }

    /// S of a slot, after `run`: a secret, of which the caller wipes his copy.
    package borrowing func slotKey(_ index: Int) -> Bytes32 {
        unsafe secrets.withBytes { unsafe Bytes32(loading: $0.baseAddress! + Bytes32.count * (2 * capacity + index)) }
    }

    /// Forgets all slots, and wipes what was secret of them.
    package mutating func clear() {
        unsafe secrets.withMutableBytes { unsafe sodium_memzero($0.u8, $0.count) }
        messages.clear()
        cells = []
        elements = []
    }
}
