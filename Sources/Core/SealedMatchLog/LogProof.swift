package import SealedMatchCrypto

/// That an entry is in a log, for whoever has no network (c2sp.org/tlog-proof); parsed, and not checked.
package struct LogProof: Sendable {
    /// Most bytes.
    package static let maximumCount = 163_840

    /// The bytes of the line `extra`, none without one. Nothing vouches for them.
    package let extra: [UInt8]
    /// The entry's place in the log, from 0.
    package let index: UInt64
    /// Hashes from the leaf's sibling upwards, at most 63.
    package let path: [Bytes32]
    /// The tree that the path is in.
    package let checkpoint: Checkpoint

    /// - Throws: `malformedLog`.
    @inline(never)
    package init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var cursor = TextCursor(bytes)
        cursor.require(
            bytes.count <= Self.maximumCount && cursor.isEqual(cursor.line(), to: "c2sp.org/tlog-proof@v1"))
        let extra = cursor.base64(cursor.field("extra"))
        let index = cursor.number("index")
        var path: [Bytes32] = []
        while !cursor.isMalformed {
            let line = cursor.line()
            if line.isEmpty { break }
            cursor.require(path.count < LogTree.maximumPath)
            append(cursor.hash(line), to: &path)
        }
        let checkpoint = Checkpoint(&cursor)
        try cursor.check()
        // All at once, behind what may fail: nothing is copied.
        self.extra = extra
        self.index = index
        self.path = path
        self.checkpoint = checkpoint
    }

    /// The text of a proof.
    package static func text(extra: [UInt8], index: UInt64, path: [Bytes32], checkpoint: [UInt8]) -> [UInt8] {
        var text = HashToGroup.ascii("c2sp.org/tlog-proof@v1\n")
        if !extra.isEmpty {
            text += HashToGroup.ascii("extra ")
            TextWriter.append(base64: extra, to: &text)
            text.append(0x0A)
        }
        text += HashToGroup.ascii("index ")
        TextWriter.append(decimal: index, to: &text)
        text.append(0x0A)
        for hash in path {
            TextWriter.append(base64: hash.bytes, to: &text)
            text.append(0x0A)
        }
        text.append(0x0A)
        return text + checkpoint
    }

    /// That the entry is in the checkpoint's tree. The checkpoint's own signatures are the policy's affair.
    /// - Throws: `inconsistentLog`.
    package func checkInclusion(of entry: [UInt8]) throws(SealedMatchError) {
        let root = try LogTree.root(leaf: LogTree.leaf(entry), index: index, size: checkpoint.size, path: path)
        guard root == checkpoint.root else { throw LogTree.inconsistent() }
    }
}
