import Foundation

// `sealedmatch-load SERVICE [--quick]`: what a service bears, on this machine, with the load beside it. One JSON object
// a line. With `--queue SERVERS --openings URL --data-keys FILE` what a cluster does whose servers are there already;
// a % in the URL stands for the number of a database, 2 to 6. With the folders of two control groups behind that, also
// what openers do in these. Docs/Operating.md explains the rows.

/// Runs everything in a folder of its own, which is removed, whatever happens.
func measure(_ work: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "/sealedmatch-load-" + UUID().uuidString
    try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try work(folder)
}

var arguments = Array(CommandLine.arguments.dropFirst())
let isQuick = arguments.contains("--quick")
arguments.removeAll { $0 == "--quick" }
do {
    switch (arguments.count, arguments.dropFirst(1).first, arguments.dropFirst(3).first, arguments.dropFirst(5).first) {
    case (1, _, _, _):
        try measure { try Load(program: arguments[0], folder: $0, isQuick: isQuick).run() }
    case (7, "--queue", "--openings", "--data-keys"), (9, "--queue", "--openings", "--data-keys"):
        try measure {
            try ClusterLoad(
                program: arguments[0], folder: $0, queue: arguments[2], openings: arguments[4],
                dataKeys: arguments[6], groups: Array(arguments[7...]), isQuick: isQuick
            ).run()
        }
    default:
        FileHandle.standardError.write(
            Data(
                """
                usage: sealedmatch-load SEALEDMATCHD [--quick] \
                [--queue SERVERS --openings URL --data-keys FILE [GROUP GROUP]]

                """.utf8))
        exit(64)
    }
} catch {
    FileHandle.standardError.write(Data("sealedmatch-load: \(error)\n".utf8))
    exit(1)
}
