import Foundation
import SealedMatchClient
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchFiles
import SealedMatchTestSupport
import Testing

@Suite(.serialized) struct KillTests {
    private var fixture: URL {
        // Test bundles and executables lie in one directory.
        URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("SealedMatchBuildFixture")
    }

    /// A builder is killed (SIGKILL) at forty random moments: at the path is no file, or one that opens completely.
    @Test func aKilledBuilderLeavesNoHalfFile() throws {
        var executable = fixture
        if !FileManager.default.isExecutableFile(atPath: executable.path) {
            executable = Bundle(for: Marker.self).bundleURL.deletingLastPathComponent().appendingPathComponent(
                "SealedMatchBuildFixture")
        }
        try #require(FileManager.default.isExecutableFile(atPath: executable.path), "BuildFixture was not built")
        let directory = TemporaryDirectory()
        let path = directory.file("set")
        var random = SeededRandom(1)
        var absent = 0
        var whole = 0
        var leftovers = 0
        for round in 0..<40 {
            // Half of the rounds begin without a file.
            if round % 2 == 0 { try? FileManager.default.removeItem(atPath: path) }
            let process = Process()
            process.executableURL = executable
            process.arguments = [path]
            process.standardError = FileHandle.nullDevice
            try process.run()
            // Rounds with an even number are killed early, before or in the first writes; the others at some write
            // after a first one.
            while round % 2 == 1, process.isRunning, !FileManager.default.fileExists(atPath: path) { usleep(10_000) }
            Thread.sleep(forTimeInterval: Double.random(in: 0...0.25, using: &random))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL)
            if FileManager.default.fileExists(atPath: path) {
                let set = try SetFile(path: path)
                #expect(try set.tableDigest() == set.header.tableDigest)
                #expect(set.header.entries == 8 && set.header.version >= 1)
                whole += 1
            } else {
                absent += 1
            }
            for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) where name != "set" {
                #expect(name.hasPrefix("set.partial-"))
                leftovers += 1
                // What was being written is never taken for a set unless it is whole.
                if let partial = try? SetFile(path: directory.file(name)),
                    try partial.tableDigest() != partial.header.tableDigest
                {
                    let trust = SetForgeTrust.any(partial)
                    expectCode(.tooFewSignatures) {
                        _ = try BlindedSet.open(path: directory.file(name), trust: trust, now: partial.header.issuedAt)
                    }
                }
                try FileManager.default.removeItem(atPath: directory.file(name))
            }
        }
        #expect(whole >= 20 && whole + absent == 40)
        print("killed builders: \(whole) whole files, \(absent) absent, \(leftovers) killed inside a write")
    }

    private final class Marker {}
    private enum SetForgeTrust {
        static func any(_ set: SetFile) -> TrustPolicy {
            var trust = TrustPolicy(sources: set.header.sources, minimumSignatures: 1)
            trust.minimumEntries = 1
            trust.minimumConfirmedSources = 1
            return trust
        }
    }
}
