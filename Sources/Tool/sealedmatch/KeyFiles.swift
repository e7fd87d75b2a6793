internal import Foundation
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchSets
internal import SealedMatchFiles

/// Key files of the tool: one line of text, `tag hexadecimal`. Secret ones are readable by their owner only.
enum KeyFiles {
    private static let sourceSecretTag = "sealedmatch-source-secret-1"
    private static let sourcePublicTag = "sealedmatch-source-1"

    static func writeSource(_ key: borrowing SigningKey, to path: String) throws {
        // The text is short-lived; only the file is meant to keep it.
        let seed = unsafe key.withSeed { unsafe hexadecimal($0) }
        try about(path) { try DurableFile.write(Array("\(sourceSecretTag) \(seed)\n".utf8), to: path, secret: true) }
        let text = "\(sourcePublicTag) \(hexadecimal(key.publicKey.bytes))\n"
        try about(path + ".pub") { try DurableFile.write(Array(text.utf8), to: path + ".pub", secret: false) }
    }

    static func readSourceSecret(_ path: String) throws -> SigningKey {
        let seed = try read(path, tag: sourceSecretTag)
        return try about(path) { try SigningKey(seed: SecretBytes.copying(seed)) }
    }

    static func readSourcePublic(_ path: String) throws -> Bytes32 {
        let bytes = try read(path, tag: sourcePublicTag)
        return try about(path) { try Bytes32(exactly: bytes) }
    }

    private static func read(_ path: String, tag: String) throws -> [UInt8] {
        let content = try about(path) { try DurableFile.read(path, limit: 4096) }
        let fields = String(decoding: content, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard fields.count == 2, fields[0] == tag, let bytes = bytes(hexadecimal: fields[1]), bytes.count == 32 else {
            throw Failure("\(path): not a key file; expected one line, \"\(tag) <64 hexadecimal digits>\"")
        }
        return bytes
    }

    /// The secrets of one set.
    static func readSetSecrets(_ path: String) throws -> SetSecrets {
        let content = try about(path) { try DurableFile.read(path, limit: SetSecrets.encodedCount) }
        let bytes = try about(path) { try SecretBytes.copying(content) }
        return try about(path) {
            try unsafe bytes.withBytes { (raw) throws(SealedMatchError) in try unsafe SetSecrets.decodeCanonical(raw) }
        }
    }

    /// An account's name: 64 hexadecimal digits as they are; any other text by its SHA-256.
    static func account(_ text: String) throws -> AccountID {
        if let raw = bytes(hexadecimal: text), raw.count == 32 { return try Bytes32(exactly: raw) }
        return try sha256(Array(text.utf8))
    }

    static func sha256(_ bytes: [UInt8]) throws -> Bytes32 {
        var hash = try SHA256()
        try bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try hash.update(raw) }
        return try hash.finish()
    }
}
