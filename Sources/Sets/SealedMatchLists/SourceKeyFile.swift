public import SealedMatchCrypto
package import SealedMatchFiles
internal import SealedMatchProtocol

/// The key files of a source: one line of text, a tag and 64 hexadecimal digits (Docs/Protocol.md, 4.2).
///
/// A secret key's text is held in guarded memory only, when it is read and when it is written.
public enum SourceKeyFile {
    private static let secretTag: StaticString = "sealedmatch-source-secret-1"
    private static let publicTag: StaticString = "sealedmatch-source-1"
    /// No key file is longer, in bytes.
    private static let maximumCount = 4096

    /// Reads a source's public key, 32 bytes.
    /// - Throws: `fileFailed`; `wrongLength` beyond 4,096 bytes; `invalidMagic` for anything but a public key's line.
    public static func readPublic(_ path: String) throws(SealedMatchError) -> Bytes32 {
        let content = try DurableFile.read(path, limit: maximumCount)
        var key = Bytes32()
        let isRead = unsafe content.span.withUnsafeBytes { content in
            unsafe key.withMutableBytes { key in unsafe parse(content, tag: publicTag, into: key) }
        }
        guard isRead else {
            throw SealedMatchError(
                .invalidMagic,
                "not a public key file; expected one line, \"sealedmatch-source-1 <64 hexadecimal digits>\"")
        }
        return key
    }

    /// Reads a source's secret key.
    /// - Throws: as `readPublic`, of a secret key's line; `outOfMemory`.
    public static func readSecret(_ path: String) throws(SealedMatchError) -> SigningKey {
        try readSecret(path, access: .secret)
    }

    /// The same of a file that may be one of a service's credentials.
    package static func readSecret(_ path: String, access: FileAccess) throws(SealedMatchError) -> SigningKey {
        let content = try DurableFile.readSecret(path, limit: maximumCount, access: access)
        var seed = try SecretBytes.zeros(count: 32)
        let isRead = unsafe content.withBytes { content in
            unsafe seed.withMutableBytes { seed in unsafe parse(content, tag: secretTag, into: seed) }
        }
        guard isRead else {
            throw SealedMatchError(
                .invalidMagic,
                "not a secret key file; expected one line, \"sealedmatch-source-secret-1 <64 hexadecimal digits>\"")
        }
        return try SigningKey(seed: seed)
    }

    /// Creates a source's key files, both or neither: the secret one at `path`, for its owner alone to read, the public
    /// one at `path`.pub.
    /// - Parameter replacing: replace key files of these names; else they stay, and that is an error. A file that is no
    ///   key file is never replaced.
    /// - Throws: `fileFailed`, `randomSourceFailed`, `outOfMemory`.
    public static func create(
        _ key: borrowing SigningKey, at path: String, replacing: Bool = false
    ) throws(SealedMatchError) {
        let tag = HashToGroup.ascii(secretTag)
        var secret = try SecretBytes.zeros(count: tag.count + 66)
        unsafe secret.withMutableBytes { text in
            for (index, byte) in tag.enumerated() { unsafe text[index] = byte }
            unsafe text[tag.count] = 0x20
            unsafe key.withSeed { seed in
                for index in 0..<32 {
                    let byte = unsafe seed[index]
                    unsafe text[tag.count + 1 + 2 * index] = Hexadecimal.digit(byte >> 4)
                    unsafe text[tag.count + 2 + 2 * index] = Hexadecimal.digit(byte & 15)
                }
            }
            unsafe text[tag.count + 65] = 0x0A
        }
        let line = Array("\(publicTag) \(Hexadecimal.text(key.publicKey.bytes))\n".utf8)
        try unsafe secret.withBytes { (secret) throws(SealedMatchError) in
            try unsafe line.span.withUnsafeBytes { (line) throws(SealedMatchError) in
                try unsafe DurableFile.create(
                    [
                        NewFile(path: path, parts: [secret], isSecret: true, kind: secretTag),
                        NewFile(path: path + ".pub", parts: [line], isSecret: false, kind: publicTag),
                    ], replacing: replacing)
            }
        }
    }

    /// The 32 bytes of a file with one line, `tag` and digits of either case, apart by blanks. A byte order mark and
    /// line ends of any kind are blanks, too.
    private static func parse(
        _ content: UnsafeRawBufferPointer, tag: StaticString, into out: UnsafeMutableRawBufferPointer
    ) -> Bool {
        let tag = HashToGroup.ascii(tag)
        var index = unsafe TextForm.byteOrderMark(content)
        func skipBlanks() -> Bool {
            let start = index
            while index < content.count, unsafe TextForm.isBlank(content[index]) { index += 1 }
            return index > start
        }
        _ = skipBlanks()
        guard content.count - index >= tag.count else { return false }
        for place in tag.indices {
            let byte = unsafe content[index + place]
            guard byte == tag[place] else { return false }
        }
        index += tag.count
        guard skipBlanks(), content.count - index >= 64 else { return false }
        for place in 0..<32 {
            guard let high = unsafe Hexadecimal.value(of: content[index]),
                let low = unsafe Hexadecimal.value(of: content[index + 1])
            else { return false }
            unsafe out[place] = high << 4 | low
            index += 2
        }
        _ = skipBlanks()
        return index == content.count
    }
}
