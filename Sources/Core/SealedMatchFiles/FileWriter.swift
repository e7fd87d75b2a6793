package import SealedMatchCrypto

/// What a new file holds, written piece by piece (`DurableFile.create`).
package struct FileWriter {
    private let descriptor: Int32
    private var waiting: [UInt8] = []
    private static let most = 1 << 16

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// The next bytes of the file.
    /// - Throws: `fileFailed`.
    package mutating func write(_ bytes: some Sequence<UInt8>) throws(SealedMatchError) {
        waiting.append(contentsOf: bytes)
        if waiting.count >= Self.most { try flush() }
    }

    mutating func flush() throws(SealedMatchError) {
        try unsafe waiting.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
            try unsafe DurableFile.writeAll(raw, to: descriptor)
        }
        waiting.removeAll(keepingCapacity: true)
    }
}
