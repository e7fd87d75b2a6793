import Foundation
import Testing

/// Writes a shell script that can be run at once.
///
/// Another process writes the file: as long as a child that some other test has just forked holds a descriptor of ours,
/// the kernel would not run it ("Text file busy").
public func writeScript(_ lines: String, to path: String) throws {
    let source = path + "-" + UUID().uuidString
    try ("#!/bin/sh\n" + lines + "\n").write(toFile: source, atomically: false, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: source) }
    let install = Process()
    install.executableURL = URL(fileURLWithPath: "/usr/bin/install")
    install.arguments = ["-m", "755", "--", source, path]
    try install.run()
    install.waitUntilExit()
    try #require(install.terminationStatus == 0, "\(path) cannot be written")
}
