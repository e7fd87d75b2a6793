import Foundation

/// A file of these bytes, which goes with its owner.
final class FilePath {
    let path = NSTemporaryDirectory() + "sealedmatch-kit-" + UUID().uuidString

    init(_ bytes: [UInt8]) {
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { fatalError(path) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
