import Foundation
import SealedMatchCrypto
import SealedMatchFiles
import SealedMatchLists
import SealedMatchTestSupport
import Testing

private let digits = "0a0Bc0d0E0f00607080910111213141516171819202122232425262728293031"

@Suite struct SourceKeyFileTests {
    private let directory = TemporaryDirectory()

    private func file(_ content: [UInt8]) throws -> String {
        try DurableFile.write(content, to: directory.file("key"), secret: true)
        return directory.file("key")
    }

    @Test func writtenKeysAreRead() throws {
        var random = SeededRandom(3)
        let key = try SigningKey.random(from: &random)
        let path = directory.file("written")
        try SourceKeyFile.create(key, at: path)
        #expect(try SourceKeyFile.readPublic(path + ".pub") == key.publicKey)
        let read = try SourceKeyFile.readSecret(path)
        #expect(read.publicKey == key.publicKey)
        #expect(try read.sign([1, 2, 3]).verifies([1, 2, 3], publicKey: key.publicKey))
        let text = String(decoding: try DurableFile.read(path, limit: 4096), as: UTF8.self)
        #expect(text.hasPrefix("sealedmatch-source-secret-1 ") && text.hasSuffix("\n") && text.utf8.count == 93)
        // It is not replaced, and neither is half of it.
        var again = SeededRandom(4)
        let other = try SigningKey.random(from: &again)
        expectCode(.fileFailed) { try SourceKeyFile.create(other, at: path) }
        try DurableFile.write([1], to: directory.file("half.pub"), secret: false)
        expectCode(.fileFailed) { try SourceKeyFile.create(other, at: directory.file("half")) }
        #expect(!DurableFile.exists(directory.file("half")))
        #expect(try SourceKeyFile.readPublic(path + ".pub") == key.publicKey)
        // One is never taken for the other.
        expectCode(.invalidMagic) { _ = try SourceKeyFile.readPublic(path) }
        expectCode(.notPrivate) { _ = try SourceKeyFile.readSecret(path + ".pub") }
        #expect(chmod(path + ".pub", 0o600) == 0)
        expectCode(.invalidMagic) { _ = try SourceKeyFile.readSecret(path + ".pub") }
    }

    @Test(arguments: [
        "sealedmatch-source-1 \(digits)\n", "sealedmatch-source-1 \(digits)", "sealedmatch-source-1 \(digits)\r\n",
        "\u{FEFF}sealedmatch-source-1 \(digits)\n", "sealedmatch-source-1\t\(digits)\r",
        "\n sealedmatch-source-1  \(digits) ",
        "\u{FEFF}\r\nsealedmatch-source-1 \t\(digits)\r\n\r\n",
    ]) func blanksAndMarksOfEditors(text: String) throws {
        #expect(try SourceKeyFile.readPublic(file(Array(text.utf8))).bytes == hex(digits))
    }

    @Test(arguments: [
        "", " ", "sealedmatch-source-1", "sealedmatch-source-1 ", "sealedmatch-source-1\(digits)", digits,
        "sealedmatch-source-1 \(digits.dropLast())", "sealedmatch-source-1 \(digits)0",
        "sealedmatch-source-1 \(digits)\n\(digits)\n", "sealedmatch-source-2 \(digits)",
        "SEALEDMATCH-SOURCE-1 \(digits)",
        "sealedmatch-source-1 \(digits.dropLast())g", "sealedmatch-source-1 \(digits.dropLast(2)) 0",
        "# key\nsealedmatch-source-1 \(digits)", "sealedmatch-source-1 \(digits)\u{0}",
        "sealedmatch-source-1 +\(digits.dropFirst())", "sealedmatch-source-1 \(digits)\u{FEFF}",
    ]) func otherTextIsNoKey(text: String) throws {
        let path = try file(Array(text.utf8))
        expectCode(.invalidMagic) { _ = try SourceKeyFile.readPublic(path) }
    }

    @Test func filesThatAreNone() throws {
        expectCode(.fileFailed) { _ = try SourceKeyFile.readPublic(directory.file("missing")) }
        expectCode(.fileFailed) { _ = try SourceKeyFile.readSecret(directory.file("missing")) }
        expectCode(.fileFailed) { _ = try SourceKeyFile.readSecret(directory.path) }
        let long = try file([UInt8](repeating: 0x20, count: 4097))
        expectCode(.wrongLength) { _ = try SourceKeyFile.readPublic(long) }
        expectCode(.wrongLength) { _ = try SourceKeyFile.readSecret(long) }
        let empty = try file([])
        #expect(chmod(empty, 0o600) == 0)
        expectCode(.wrongLength) { _ = try SourceKeyFile.readSecret(empty) }
    }
}
