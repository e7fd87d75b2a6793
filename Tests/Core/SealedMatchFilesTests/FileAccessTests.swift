import Foundation
import SealedMatchFiles
import SealedMatchTestSupport
import Testing

/// Files and directories into which other users of the machine could reach are refused.
@Suite struct FileAccessTests {
    private let directory = TemporaryDirectory()

    private func file(mode: mode_t) throws -> String {
        let path = directory.file(UUID().uuidString)
        try DurableFile.write([1, 2, 3], to: path, secret: true)
        #expect(chmod(path, mode) == 0)
        return path
    }

    @Test(arguments: [0o600, 0o400, 0o700] as [mode_t])
    func aSecretOfItsOwnerAloneIsRead(_ mode: mode_t) throws {
        let secret = try DurableFile.readSecret(file(mode: mode), limit: 3)
        #expect(secret.withBytes { Array($0) } == [1, 2, 3])
    }

    @Test(arguments: [0o666, 0o644, 0o640, 0o620, 0o604, 0o602, 0o610] as [mode_t])
    func aSecretThatOthersReachIsRefused(_ mode: mode_t) throws {
        let path = try file(mode: mode)
        expectCode(.notPrivate) { _ = try DurableFile.readSecret(path, limit: 3) }
        expectCode(.notPrivate) { _ = try DurableFile.readIfPresent(path, limit: 3, access: .secret) }
        expectCode(.notPrivate) { try FileAccess.secret.check(path: path) }
        // What is no secret may be looked at.
        #expect(try DurableFile.read(path, limit: 3) == [1, 2, 3])
    }

    @Test func aFileIsNoDirectory() throws {
        let path = try file(mode: 0o600)
        expectCode(.fileFailed) { try LockedDirectory.make(path) }
        expectCode(.fileFailed) { _ = try LockedDirectory(path: path) }
        try LockedDirectory.make(directory.file("made"))
        try LockedDirectory.make(directory.file("made"))
        #expect(try DurableFile.read(path, limit: 3) == [1, 2, 3])
    }

    @Test(arguments: [0o777, 0o775, 0o757, 0o1777] as [mode_t])
    func aDirectoryThatOthersMayWriteIsRefused(_ mode: mode_t) throws {
        let path = directory.file("d")
        #expect(mkdir(path, 0o700) == 0 && chmod(path, mode) == 0)
        expectCode(.notPrivate) { _ = try LockedDirectory(path: path) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        #expect(chmod(path, 0o755) == 0)
        _ = try LockedDirectory(path: path)
    }

    @Test func whatDecidesWhatIsTrustedIsWrittenByNobodyElse() throws {
        for mode in [0o644, 0o444, 0o600] as [mode_t] { try FileAccess.checkTrusted(path: file(mode: mode)) }
        for mode in [0o664, 0o646, 0o666, 0o602, 0o620] as [mode_t] {
            let path = try file(mode: mode)
            expectCode(.notPrivate) { try FileAccess.checkTrusted(path: path) }
        }
        // Another file could be put in its place.
        let folder = directory.file("open")
        #expect(mkdir(folder, 0o700) == 0)
        try DurableFile.write([1], to: folder + "/a", secret: false)
        for (mode, isRefused) in [(0o777, true), (0o703, true), (0o1777, false), (0o755, false)] as [(mode_t, Bool)] {
            #expect(chmod(folder, mode) == 0)
            if isRefused {
                expectCode(.notPrivate) { try FileAccess.checkTrusted(path: folder + "/a") }
            } else {
                try FileAccess.checkTrusted(path: folder + "/a")
            }
        }
    }

    /// Only root can give a file away.
    @Test(.enabled(if: geteuid() == 0)) func filesOfAnotherUserAreRefused() throws {
        let path = try file(mode: 0o600)
        #expect(chown(path, 12_345, 12_345) == 0)
        expectCode(.notPrivate) { _ = try DurableFile.readSecret(path, limit: 3) }
        expectCode(.notPrivate) { try FileAccess.checkTrusted(path: path) }
        let other = directory.file("d")
        #expect(mkdir(other, 0o700) == 0 && chown(other, 12_345, 12_345) == 0)
        expectCode(.notPrivate) { _ = try LockedDirectory(path: other) }
    }

    @Test func aMissingFileIsNobodys() throws { try FileAccess.secret.check(path: directory.file("none")) }
}
