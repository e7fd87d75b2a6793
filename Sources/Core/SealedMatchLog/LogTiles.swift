package import SealedMatchCrypto
internal import SealedMatchProtocol

/// The files in which a log is served (c2sp.org/tlog-tiles): tiles of hashes, and bundles of entries.
package enum LogTiles {
    /// Hashes or entries of a full tile.
    package static let width: UInt64 = 256

    /// Where a tile is, under the log's URL.
    /// - Parameters:
    ///   - level: nil for the entries'.
    ///   - width: 1…256.
    package static func path(level: Int?, index: UInt64, width: UInt64) -> String {
        var parts: [String] = []
        var rest = index
        repeat {
            let digits = "\(rest % 1000)"
            let padded = String(repeating: "0", count: 3 - digits.utf8.count) + digits
            parts.insert(parts.isEmpty ? padded : "x" + padded, at: 0)
            rest /= 1000
        } while rest > 0
        let partial = width == Self.width ? "" : ".p/\(width)"
        return "tile/\(level.map { "\($0)" } ?? "entries")/\(parts.joined(separator: "/"))\(partial)"
    }

    /// The entries of a bundle.
    /// - Parameter count: how many there are.
    /// - Throws: `malformedLog`.
    package static func entries(_ bundle: [UInt8], count: Int) throws(SealedMatchError) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var position = 0
        for _ in 0..<count {
            let left = bundle.count - position - 2
            let length = left < 0 ? 0 : Int(bundle[position]) << 8 | Int(bundle[position + 1])
            guard left >= 0, length <= left else {
                throw SealedMatchError(.malformedLog, "a bundle of entries ends early")
            }
            entries.append(copied(bundle, (position + 2)..<(position + 2 + length)))
            position += 2 + length
        }
        guard position == bundle.count else { throw SealedMatchError(.malformedLog, "bytes follow a bundle's entries") }
        return entries
    }

    /// A bundle of entries, each of at most 65,535 bytes.
    package static func bundle(_ entries: some Sequence<[UInt8]>) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            bytes.append(UInt8(truncatingIfNeeded: entry.count >> 8))
            bytes.append(UInt8(truncatingIfNeeded: entry.count))
            bytes += entry
        }
        return bytes
    }

    /// The hashes of a tile.
    /// - Throws: `malformedLog` for another number of bytes than the width asks for.
    package static func hashes(_ tile: [UInt8], width: Int) throws(SealedMatchError) -> [Bytes32] {
        guard tile.count == 32 * width else {
            throw SealedMatchError(.malformedLog, "a tile has another number of hashes")
        }
        var hashes: [Bytes32] = []
        for index in 0..<width { hashes.append(try Bytes32(exactly: copied(tile, (32 * index)..<(32 * index + 32)))) }
        return hashes
    }
}
