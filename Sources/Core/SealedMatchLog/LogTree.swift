package import SealedMatchCrypto

/// The Merkle tree of RFC 6962, section 2.1, over SHA-256: hashes, and what proofs about them must come to.
package enum LogTree {
    /// Most hashes of a path: sizes are below 2^63.
    package static let maximumPath = 63

    /// The hash of an entry.
    package static func leaf(_ entry: [UInt8]) throws(SealedMatchError) -> Bytes32 {
        try sha256(HashToGroup.ascii("\u{0}"), entry)
    }

    /// The hash of two hashes, the left one first.
    @inline(never)
    package static func node(_ left: Bytes32, _ right: Bytes32) throws(SealedMatchError) -> Bytes32 {
        try sha256(HashToGroup.ascii("\u{1}"), bytes(of: left), bytes(of: right))
    }

    /// The root of the empty tree.
    package static func emptyRoot() throws(SealedMatchError) -> Bytes32 { try SHA256.digest(of: []) }

    /// The root that an inclusion path leads to (RFC 9162, 2.1.3.2).
    /// - Parameters:
    ///   - index: from 0.
    ///   - path: from the leaf's sibling upwards.
    /// - Throws: `inconsistentLog` for a path of another length than this leaf's in a tree of this size.
    package static func root(
        leaf: Bytes32, index: UInt64, size: UInt64, path: [Bytes32]
    ) throws(SealedMatchError) -> Bytes32 {
        guard index < size else { throw inconsistent() }
        var (place, last) = (index, size - 1)
        var hash = leaf
        for sibling in path {
            guard last > 0 else { throw inconsistent() }
            if place & 1 == 1 || place == last {
                hash = try node(sibling, hash)
                while place & 1 == 0, place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                hash = try node(hash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        guard last == 0 else { throw inconsistent() }
        return hash
    }

    /// That the tree of `newSize` and `newRoot` begins with that of `oldSize` and `oldRoot` (RFC 9162, 2.1.4.2). The
    /// empty tree is the beginning of every one.
    /// - Throws: `inconsistentLog`.
    package static func checkConsistency(
        oldSize: UInt64, oldRoot: Bytes32, newSize: UInt64, newRoot: Bytes32, path: [Bytes32]
    ) throws(SealedMatchError) {
        guard oldSize <= newSize else { throw inconsistent() }
        if oldSize == 0 {
            guard path.isEmpty, oldRoot == (try emptyRoot()) else { throw inconsistent() }
            if newSize == 0 {
                guard newRoot == oldRoot else { throw inconsistent() }
            }
            return
        }
        if oldSize == newSize {
            guard path.isEmpty, oldRoot == newRoot else { throw inconsistent() }
            return
        }
        var (place, last) = (oldSize - 1, newSize - 1)
        while place & 1 == 1 {
            place >>= 1
            last >>= 1
        }
        // A tree whose size is a power of two is a subtree of the new one: its root begins the path.
        var index = 0
        var old = oldRoot
        if place > 0 {
            guard let first = path.first else { throw inconsistent() }
            old = first
            index = 1
        }
        var new = old
        while index < path.count {
            let sibling = path[index]
            index += 1
            guard last > 0 else { throw inconsistent() }
            if place & 1 == 1 || place == last {
                old = try node(sibling, old)
                new = try node(sibling, new)
                while place & 1 == 0, place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                new = try node(new, sibling)
            }
            place >>= 1
            last >>= 1
        }
        guard last == 0, old == oldRoot, new == newRoot else { throw inconsistent() }
    }

    @inline(never)
    static func inconsistent() -> SealedMatchError {
        SealedMatchError(.inconsistentLog, "a path does not lead to the root, or two trees of the log do not agree")
    }
}

/// SHA-256 of strings one after another.
@inline(never)
func sha256(
    _ first: consuming [UInt8], _ second: consuming [UInt8], _ third: consuming [UInt8] = []
) throws(SealedMatchError) -> Bytes32 {
    first.append(contentsOf: consume second)
    first.append(contentsOf: consume third)
    return try SHA256.digest(of: first)
}
