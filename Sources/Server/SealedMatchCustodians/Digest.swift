internal import SealedMatchCrypto

/// SHA-256 of parts, one after another.
enum Digest {
    static func sha256(_ parts: [UInt8]...) throws(SealedMatchError) -> Bytes32 {
        var hash = try SHA256()
        for part in parts {
            try unsafe part.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try unsafe hash.update(raw) }
        }
        return try hash.finish()
    }
}
