import Foundation
import SealedMatchCrypto
import SealedMatchFiles
import SealedMatchTestSupport
import Testing

@Suite struct NewFileTests {
    private let directory = TemporaryDirectory()

    /// Creates files of one byte each, behind the mark of their kind.
    private func create(_ files: [(name: String, byte: UInt8)], replacing: Bool = false) throws {
        let bytes = files.map { [$0.byte] }
        // The arrays live until the call is over.
        try withExtendedLifetime(bytes) {
            let pointers = bytes.map { array in
                let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: 5, alignment: 1)
                copy.copyBytes(from: Array("KIND".utf8) + array)
                return copy
            }
            defer { for pointer in pointers { pointer.deallocate() } }
            try DurableFile.create(
                zip(files, pointers).map {
                    NewFile(
                        path: directory.file($0.name), parts: [UnsafeRawBufferPointer($1)],
                        isSecret: $0.byte % 2 == 1, kind: "KIND")
                }, replacing: replacing)
        }
    }

    private func content(_ name: String) throws -> [UInt8] {
        Array(try DurableFile.read(directory.file(name), limit: 9).dropFirst(4))
    }

    private var names: Set<String> {
        get throws { Set(try FileManager.default.subpathsOfDirectory(atPath: directory.path)) }
    }

    @Test func allAppear() throws {
        try create([("a", 1), ("b", 2), ("c", 3)])
        #expect(try names == ["a", "b", "c"])
        #expect(try content("a") == [1] && content("b") == [2] && content("c") == [3])
        for (name, mode) in [("a", 0o600), ("b", 0o644)] {
            let found = try FileManager.default.attributesOfItem(atPath: directory.file(name))[.posixPermissions]
            #expect(found as? Int == mode)
        }
    }

    @Test func noneReplacesAnother() throws {
        try create([("b", 1)])
        let several: [[(name: String, byte: UInt8)]] = [
            [("a", 2), ("b", 3)], [("b", 3), ("a", 2)], [("a", 2), ("c", 4), ("b", 3), ("d", 5)],
        ]
        for files in several {
            expectCode(.fileFailed) { try create(files) }
            #expect(try names == ["b"] && content("b") == [1])
        }
        // A link that leads nowhere is a name, and is not followed.
        try FileManager.default.createSymbolicLink(atPath: directory.file("link"), withDestinationPath: "elsewhere")
        expectCode(.fileFailed) { try create([("a", 2), ("link", 3)]) }
        #expect(try names == ["b", "link"])
        #expect(DurableFile.exists(directory.file("link")) && !DurableFile.exists(directory.file("elsewhere")))
        // Two files of one name are one too many.
        expectCode(.fileFailed) { try create([("a", 2), ("a", 4)]) }
        #expect(try names == ["b", "link"])
    }

    @Test func noneAppearsIfOneCannotBeWritten() throws {
        expectCode(.fileFailed) { try create([("a", 1), ("missing/b", 2)]) }
        #expect(try names.isEmpty)
        do { try create([("missing/b", 2)]) } catch let error as SealedMatchError {
            #expect(error.systemError == ENOENT)
        }
    }

    @Test func replacingReplacesAllOrNone() throws {
        try create([("a", 1), ("b", 2)])
        try create([("a", 3), ("b", 4), ("c", 5)], replacing: true)
        #expect(try names == ["a", "b", "c"] && content("a") == [3] && content("b") == [4] && content("c") == [5])
        // A directory is replaced by no file; those before it come back, and what was new goes.
        try FileManager.default.createDirectory(atPath: directory.file("d/x"), withIntermediateDirectories: true)
        expectCode(.fileFailed) { try create([("a", 7), ("new", 8), ("d", 9)], replacing: true) }
        #expect(try names == ["a", "b", "c", "d", "d/x"] && content("a") == [3])
    }

    /// Whoever names another's file by mistake does not lose it.
    @Test(arguments: ["", "K", "KIN", "kind1", "a photograph", "\u{FEFF}KIND1"])
    func whatIsOfAnotherKindIsNotReplaced(_ text: String) throws {
        try create([("a", 1), ("b", 2)])
        let before = try content("a")
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory.file("other")))
        expectCode(.fileFailed) { try create([("a", 3), ("other", 4), ("b", 5)], replacing: true) }
        #expect(try names == ["a", "b", "other"] && content("a") == before)
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.file("other"))) == Data(text.utf8))
    }

    @Test func ofManyAtOnceOneCreates() async throws {
        for round in 0..<20 {
            let done = await withTaskGroup(of: Bool.self) { group in
                for byte in 0..<4 {
                    group.addTask { (try? create([("x\(round)", UInt8(byte)), ("y\(round)", UInt8(byte))])) != nil }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(done.count { $0 } == 1)
            #expect(try content("x\(round)") == content("y\(round)"))
        }
        #expect(try names.count == 40)
    }
}
