import Foundation

/// What this process has open, by descriptor, as far as its name begins so: files and directories have their paths,
/// pipes `pipe:` and a number.
///
/// Tests in parallel open and close others meanwhile.
public func openDescriptors(of name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        .compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0) }
        .filter { $0.hasPrefix(name) }
}
