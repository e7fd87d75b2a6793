import SealedMatchCrypto
import SealedMatchLog
import Testing

/// The tree by RFC 6962's definition, beside the library's loops over paths.
struct PlainTree {
    let leaves: [Bytes32]

    init(_ count: Int) throws { leaves = try (0..<count).map { try LogTree.leaf([UInt8($0), 7]) } }

    func root(_ range: Range<Int>) throws -> Bytes32 {
        switch range.count {
        case 0: return try LogTree.emptyRoot()
        case 1: return leaves[range.lowerBound]
        default:
            let middle = range.lowerBound + Self.split(range.count)
            return try LogTree.node(root(range.lowerBound..<middle), root(middle..<range.upperBound))
        }
    }

    static func split(_ count: Int) -> Int {
        var power = 1
        while 2 * power < count { power *= 2 }
        return power
    }

    func path(_ index: Int, _ range: Range<Int>) throws -> [Bytes32] {
        guard range.count > 1 else { return [] }
        let middle = range.lowerBound + Self.split(range.count)
        return index < middle
            ? try path(index, range.lowerBound..<middle) + [root(middle..<range.upperBound)]
            : try path(index, middle..<range.upperBound) + [root(range.lowerBound..<middle)]
    }

    func consistency(_ old: Int, _ range: Range<Int>, _ isWhole: Bool = true) throws -> [Bytes32] {
        if old == range.upperBound { return isWhole ? [] : [try root(range)] }
        let middle = range.lowerBound + Self.split(range.count)
        return old <= middle
            ? try consistency(old, range.lowerBound..<middle, isWhole) + [root(middle..<range.upperBound)]
            : try consistency(old, middle..<range.upperBound, false) + [root(range.lowerBound..<middle)]
    }
}

@Suite struct LogTreeTests {
    /// Every leaf of every tree up to 40: its path leads to the root, at no other place, and not when it is cut.
    @Test func inclusion() throws {
        let tree = try PlainTree(40)
        for size in 1...40 {
            let root = try tree.root(0..<size)
            for index in 0..<size {
                let path = try tree.path(index, 0..<size)
                func found(_ index: Int, _ path: [Bytes32]) -> Bytes32? {
                    try? LogTree.root(
                        leaf: tree.leaves[index], index: UInt64(index), size: UInt64(size), path: path)
                }
                #expect(found(index, path) == root)
                #expect(found(index, path + [root]) == nil)
                if !path.isEmpty { #expect(found(index, path.dropLast()) == nil) }
                if index > 0 { #expect(found(index - 1, path) != root) }
            }
        }
    }

    /// Every pair of trees up to 40: consistent as they are, and not with another root, length or order.
    @Test func consistency() throws {
        let tree = try PlainTree(40)
        for new in 0...40 {
            for old in 0...new {
                let roots = (try tree.root(0..<old), try tree.root(0..<new))
                let path = old == 0 ? [] : try tree.consistency(old, 0..<new)
                func holds(_ oldRoot: Bytes32, _ newRoot: Bytes32, _ path: [Bytes32], _ swapped: Bool = false) -> Bool {
                    let sizes = swapped ? (new, old) : (old, new)
                    return
                        (try? LogTree.checkConsistency(
                            oldSize: UInt64(sizes.0), oldRoot: oldRoot, newSize: UInt64(sizes.1), newRoot: newRoot,
                            path: path)) != nil
                }
                #expect(holds(roots.0, roots.1, path))
                #expect(!holds(roots.0, roots.1, path + [roots.0]))
                #expect(!holds(try LogTree.leaf([]), roots.1, path))
                if old > 0 { #expect(!holds(roots.0, try LogTree.leaf([]), path)) }
                if !path.isEmpty {
                    #expect(!holds(roots.0, roots.1, path.dropLast()))
                    #expect(!holds(roots.1, roots.0, path, true))
                }
            }
        }
    }
}
