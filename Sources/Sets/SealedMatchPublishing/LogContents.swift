package import SealedMatchCrypto
package import SealedMatchLog

/// The entries of a log at a checkpoint, as they are served, and their tree.
package struct LogContents {
    /// In their order.
    package let entries: [[UInt8]]
    /// Their hashes.
    package let leaves: LogLeaves

    /// No log that is read here has more.
    package static let maximumSize = 1 << 20

    package init(_ entries: [[UInt8]]) throws(SealedMatchError) {
        self.entries = entries
        leaves = try LogLeaves(entries)
    }

    /// Reads the bundles of the first `size` entries.
    /// - Throws: `malformedLog` for a bundle that is missing or has another form, and for a log of more than 2^20
    ///   entries; what `files` throws.
    package init(size: UInt64, from files: LogFiles) throws {
        guard size <= UInt64(Self.maximumSize) else {
            throw SealedMatchError(.malformedLog, "the log has more entries than are read here")
        }
        var entries: [[UInt8]] = []
        while UInt64(entries.count) < size {
            let width = min(LogTiles.width, size - UInt64(entries.count))
            let index = UInt64(entries.count) / LogTiles.width
            // No entry that is one has more bytes: so a log cannot choose how much memory its reader takes.
            let limit = Int(width) * (2 + SetEntry.maximumCount)
            guard let bundle = try files(LogTiles.path(level: nil, index: index, width: width), limit) else {
                throw SealedMatchError(.malformedLog, "a bundle of entries is missing")
            }
            entries += try LogTiles.entries(bundle, count: Int(width))
        }
        try self.init(entries)
    }

    /// That a checkpoint is of these entries.
    /// - Throws: `inconsistentLog`.
    package func check(_ checkpoint: Checkpoint) throws(SealedMatchError) {
        guard checkpoint.size <= UInt64(entries.count), try leaves.root(size: Int(checkpoint.size)) == checkpoint.root
        else { throw SealedMatchError(.inconsistentLog, "the log's entries are not those of its checkpoint") }
    }

    /// The bundles of the first `size` entries: name and contents of each.
    package func bundles(size: Int) -> [(name: String, bytes: [UInt8])] {
        Self.parts(size).map { part in
            (Self.name(nil, part), LogTiles.bundle(entries[part]))
        }
    }

    /// The tiles of hashes of the first `size` entries, level 0 and those above: name and contents of each.
    package func tiles(size: Int) throws(SealedMatchError) -> [(name: String, bytes: [UInt8])] {
        var tiles: [(String, [UInt8])] = []
        var (level, hashes) = (0, Array(leaves.hashes[..<size]))
        while !hashes.isEmpty {
            var above: [Bytes32] = []
            for part in Self.parts(hashes.count) {
                tiles.append((Self.name(level, part), hashes[part].flatMap(\.bytes)))
                if part.count == Int(LogTiles.width) { above.append(try LogLeaves.root(hashes[part])) }
            }
            hashes = above
            level += 1
        }
        return tiles
    }

    /// What each file of `count` entries or hashes holds.
    private static func parts(_ count: Int) -> [Range<Int>] {
        let width = Int(LogTiles.width)
        return stride(from: 0, to: count, by: width).map { $0..<min($0 + width, count) }
    }

    private static func name(_ level: Int?, _ part: Range<Int>) -> String {
        LogTiles.path(level: level, index: UInt64(part.lowerBound) / LogTiles.width, width: UInt64(part.count))
    }
}
