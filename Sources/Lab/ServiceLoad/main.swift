import Foundation

// `sealedmatch-load SERVICE [--quick]`: what a service bears, on this machine, with the load beside it. One JSON object
// a line. Docs/Operating.md explains the rows.

/// Runs everything in a folder of its own, which is removed, whatever happens.
func measure(_ program: String, isQuick: Bool) throws {
    let folder = NSTemporaryDirectory() + "/sealedmatch-load-" + UUID().uuidString
    try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Load(program: program, folder: folder, isQuick: isQuick).run()
}

let arguments = Array(CommandLine.arguments.dropFirst())
guard let program = arguments.first, arguments.dropFirst().allSatisfy({ $0 == "--quick" }) else {
    FileHandle.standardError.write(Data("usage: sealedmatch-load SEALEDMATCHD [--quick]\n".utf8))
    exit(64)
}
do {
    try measure(program, isQuick: arguments.count > 1)
} catch {
    FileHandle.standardError.write(Data("sealedmatch-load: \(error)\n".utf8))
    exit(1)
}
