import Foundation
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchFiles
import SealedMatchTestSupport
import Testing

@Suite struct DurableFileTests {
    @Test func replacesWholeFilesAndLeavesNothingElse() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("a")
        try DurableFile.write([1, 2, 3], to: path, secret: false)
        #expect(try DurableFile.read(path, limit: 3) == [1, 2, 3])
        try DurableFile.write([] as [UInt8], to: path, secret: true)
        #expect(try DurableFile.read(path, limit: 0) == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["a"])
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        expectCode(.wrongLength) {
            try DurableFile.write([1, 2, 3], to: path, secret: false); _ = try DurableFile.read(path, limit: 2)
        }
    }

    @Test func failuresLeaveTheOldFile() throws {
        let directory = TemporaryDirectory()
        expectCode(.fileFailed) { try DurableFile.write([1], to: directory.file("missing/a"), secret: false) }
        expectCode(.fileFailed) { _ = try DurableFile.read(directory.file("none"), limit: 10) }
        // A directory in the file's place.
        try FileManager.default.createDirectory(atPath: directory.file("d/x"), withIntermediateDirectories: true)
        expectCode(.fileFailed) { try DurableFile.write([1], to: directory.file("d"), secret: false) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["d"])
        expectCode(.fileFailed) { _ = try DurableFile.read(directory.path, limit: 10) }
    }

    // Named pipes and devices are no files: opening one must not hang.
    @Test func onlyRegularFiles() throws {
        let directory = TemporaryDirectory()
        #expect(mkfifo(directory.file("pipe"), 0o600) == 0)
        expectCode(.fileFailed) { _ = try DurableFile.read(directory.file("pipe"), limit: 10) }
        expectCode(.fileFailed) { _ = try MappedFile(path: directory.file("pipe"), limit: 10) }
        expectCode(.fileFailed) { _ = try MappedFile(path: "/dev/zero", limit: 10) }
        expectCode(.fileFailed) { _ = try MappedFile(path: directory.path, limit: 10) }
    }

    /// Threads that write one path: a reader only ever sees a whole file of one of them.
    @Test func concurrentWritersNeverShowAHalfFile() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("shared")
        let size = 1 << 18
        try DurableFile.write([UInt8](repeating: 255, count: size), to: path, secret: false)
        let torn = Counter()
        let failures = Counter()
        DispatchQueue.concurrentPerform(iterations: 4) { worker in
            for _ in 0..<25 {
                if worker < 3 {
                    do {
                        try DurableFile.write([UInt8](repeating: UInt8(worker), count: size), to: path, secret: false)
                    } catch { failures.add() }
                } else {
                    for _ in 0..<8 {
                        guard let bytes = try? DurableFile.read(path, limit: size) else { failures.add(); continue }
                        if bytes.count != size || Set(bytes).count != 1 { torn.add() }
                    }
                }
            }
        }
        #expect(torn.value == 0)
        #expect(failures.value == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["shared"])
    }

    private final class Counter: @unchecked Sendable {
        // `count` is touched under the lock only.
        private let lock = NSLock()
        private var count = 0
        func add() { lock.withLock { count += 1 } }
        var value: Int { lock.withLock { count } }
    }
}

@Suite struct MappedFileTests {
    @Test func limitsAndRanges() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("m")
        try DurableFile.write(Array(0..<100), to: path, secret: false)
        let file = try MappedFile(path: path, limit: 100)
        #expect(try file.count == 100 && file.copy(10..<13) == [10, 11, 12])
        for range in [99..<101, 100..<101, -1..<3, 0..<Int.max] {
            expectCode(.wrongLength) { _ = try file.copy(range) }
        }
        expectCode(.wrongLength) { _ = try MappedFile(path: path, limit: 99) }
        try DurableFile.write([] as [UInt8], to: path, secret: false)
        expectCode(.wrongLength) { _ = try MappedFile(path: path, limit: 99) }
        // Replaced by renaming, the old mapping keeps its bytes.
        #expect(try file.copy(98..<100) == [98, 99])
    }
}

@Suite struct LockedDirectoryTests {
    @Test func oneAtATimeAndNoDescriptorIsLost() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("locked")
        var first: LockedDirectory? = try LockedDirectory(path: path)
        let before = try openDescriptors(of: path)
        #expect(!before.isEmpty)
        for _ in 0..<300 { expectCode(.fileFailed) { _ = try LockedDirectory(path: path) } }
        #expect(try openDescriptors(of: path) == before)
        #expect(first?.path == path)
        first = nil
        _ = try LockedDirectory(path: path)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o700)
    }

    @Test func refusesWhatIsNoDirectory() throws {
        let directory = TemporaryDirectory()
        try DurableFile.write([1], to: directory.file("file"), secret: false)
        expectCode(.fileFailed) { _ = try LockedDirectory(path: directory.file("file")) }
        expectCode(.fileFailed) { _ = try LockedDirectory(path: directory.file("a/b/c")) }
        expectCode(.fileFailed) { _ = try LockedDirectory.names(in: directory.file("none"), limit: 3) }
        // A link in the lock's place is not followed.
        try FileManager.default.createDirectory(atPath: directory.file("d"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: directory.file("d/lock"), withDestinationPath: directory.file("elsewhere"))
        expectCode(.fileFailed) { _ = try LockedDirectory(path: directory.file("d")) }
        #expect(!FileManager.default.fileExists(atPath: directory.file("elsewhere")))
    }

    @Test func namesAreLimited() throws {
        let directory = TemporaryDirectory()
        for index in 0..<10 { try DurableFile.write([1], to: directory.file("f\(index)"), secret: false) }
        try DurableFile.write([1], to: directory.file(".hidden"), secret: false)
        #expect(try Set(LockedDirectory.names(in: directory.path, limit: 100)) == Set((0..<10).map { "f\($0)" }))
        #expect(try LockedDirectory.names(in: directory.path, limit: 4).count == 4)
        try LockedDirectory.remove(directory.file("f0"))
        try LockedDirectory.remove(directory.file("f0"))
        #expect(try LockedDirectory.names(in: directory.path, limit: 100).count == 9)
    }
}
