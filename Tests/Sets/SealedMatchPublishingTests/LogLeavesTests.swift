import SealedMatchCrypto
import SealedMatchLog
import SealedMatchPublishing
import Testing

@Suite struct LogLeavesTests {
    /// Paths that a publisher makes are those that clients and witnesses take, for every tree up to 70 entries.
    @Test func pathsAreTaken() throws {
        let entries = (0..<70).map { [UInt8($0), 1, 2] }
        let contents = try LogContents(entries)
        for size in 0...70 {
            let root = try contents.leaves.root(size: size)
            for index in 0..<size {
                let path = try contents.leaves.path(to: index, size: size)
                #expect(
                    try LogTree.root(
                        leaf: contents.leaves.hashes[index], index: UInt64(index), size: UInt64(size), path: path)
                        == root)
            }
            for old in 0...size {
                try LogTree.checkConsistency(
                    oldSize: UInt64(old), oldRoot: contents.leaves.root(size: old), newSize: UInt64(size),
                    newRoot: root, path: contents.leaves.consistency(from: old, to: size))
            }
        }
    }

    /// Tiles of a log of more than one full tile: full ones of 256 hashes, and above one hash for each of these.
    @Test func tilesAreThoseOfTheSpecification() throws {
        let entries = (0..<600).map { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let contents = try LogContents(entries)
        let tiles = try contents.bundles(size: 600) + contents.tiles(size: 600)
        #expect(
            tiles.map(\.name) == [
                "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88", "tile/0/000", "tile/0/001",
                "tile/0/002.p/88", "tile/1/000.p/2",
            ])
        let full = try LogContents(Array(entries[..<256])).leaves.root(size: 256)
        #expect(tiles[6].bytes.count == 64 && Array(tiles[6].bytes[..<32]) == full.bytes)
        let files = Dictionary(uniqueKeysWithValues: tiles.map { ($0.name, $0.bytes) })
        #expect(try LogContents(size: 600) { name, _ in files[name] }.entries == entries)
        #expect(throws: SealedMatchError(.malformedLog, "")) {
            _ = try LogContents(size: 601) { name, _ in files[name] }
        }
    }
}
