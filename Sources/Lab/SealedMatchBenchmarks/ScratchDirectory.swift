internal import Foundation

/// A directory for the benchmark's set files, removed with its owner.
final class ScratchDirectory {
    private let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/sealedmatch-bench-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}
