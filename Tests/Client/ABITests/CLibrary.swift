import Foundation
import Testing

/// The library as `make library` built it, named by SEALEDMATCH_LIBRARY, and programs that are compiled against it.
struct CLibrary {
    let file: URL
    var directory: URL { file.deletingLastPathComponent() }

    /// Nil where nobody has built it: `make test` does.
    static let built: CLibrary? = {
        guard let path = ProcessInfo.processInfo.environment["SEALEDMATCH_LIBRARY"], !path.isEmpty else { return nil }
        return CLibrary(file: URL(fileURLWithPath: path))
    }()

    static var isBuilt: Bool { built != nil }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let header = root.appendingPathComponent("Sources/Client/CSealedMatch/include/sealedmatch.h")
    static let example = root.appendingPathComponent("Docs/Examples/seal.c")
    static func program(_ name: String) -> URL {
        root.appendingPathComponent("Tests/Client/ABITests/Programs/\(name).c")
    }
}

/// What a finished process left behind.
struct Run {
    let status: Int32
    let wasKilled: Bool
    let output: String

    var succeeded: Bool { status == 0 && !wasKilled }

    /// Runs a program to its end, output and errors together, through a file, so that no pipe can fill up.
    init(_ command: [String], environment: [String: String] = [:], input: String? = nil) throws {
        let log = NSTemporaryDirectory() + "sealedmatch-run-" + UUID().uuidString
        try Data().write(to: URL(fileURLWithPath: log))
        defer { try? FileManager.default.removeItem(atPath: log) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput =
            try input.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) } ?? FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        status = process.terminationStatus
        wasKilled = process.terminationReason == .uncaughtSignal
        output = String(decoding: try Data(contentsOf: URL(fileURLWithPath: log)), as: UTF8.self)
    }

    /// Fails the test, with what the program said, unless it ended well.
    func expectSuccess(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(succeeded, "status \(status): \(output)", sourceLocation: sourceLocation)
    }
}
