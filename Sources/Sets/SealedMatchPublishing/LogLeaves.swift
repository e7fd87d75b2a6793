package import SealedMatchCrypto
internal import SealedMatchLog

/// The leaves of a log, and what follows from them by RFC 6962's definitions, in memory: a log has thousands.
package struct LogLeaves: Sendable {
    /// The hashes of the entries.
    package let hashes: [Bytes32]

    package init(_ entries: [[UInt8]]) throws(SealedMatchError) {
        var hashes: [Bytes32] = []
        for entry in entries { hashes.append(try LogTree.leaf(entry)) }
        self.hashes = hashes
    }

    /// The root of the first `size` entries.
    package func root(size: Int) throws(SealedMatchError) -> Bytes32 {
        size == 0 ? try LogTree.emptyRoot() : try Self.root(hashes[..<size])
    }

    /// Of one hash or more.
    static func root(_ hashes: ArraySlice<Bytes32>) throws(SealedMatchError) -> Bytes32 {
        guard hashes.count > 1 else { return hashes[hashes.startIndex] }
        let middle = hashes.startIndex + split(hashes.count)
        return try LogTree.node(root(hashes[..<middle]), root(hashes[middle...]))
    }

    /// From the leaf's sibling upwards.
    package func path(to index: Int, size: Int) throws(SealedMatchError) -> [Bytes32] {
        var (path, part) = ([Bytes32](), hashes[..<size])
        while part.count > 1 {
            let middle = part.startIndex + Self.split(part.count)
            let (inside, outside) =
                index < middle ? (part[..<middle], part[middle...]) : (part[middle...], part[..<middle])
            path.insert(try Self.root(outside), at: 0)
            part = inside
        }
        return path
    }

    /// From the tree of `old` entries to that of `new`.
    package func consistency(from old: Int, to new: Int) throws(SealedMatchError) -> [Bytes32] {
        guard old > 0, old < new else { return [] }
        var (path, part, isWhole) = ([Bytes32](), hashes[..<new], true)
        while old < part.endIndex {
            let middle = part.startIndex + Self.split(part.count)
            if old <= middle {
                path.insert(try Self.root(part[middle...]), at: 0)
                part = part[..<middle]
            } else {
                path.insert(try Self.root(part[..<middle]), at: 0)
                part = part[middle...]
                isWhole = false
            }
        }
        return isWhole ? path : [try Self.root(part)] + path
    }

    /// How many of `count` leaves are on the left.
    private static func split(_ count: Int) -> Int { 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount) }
}
