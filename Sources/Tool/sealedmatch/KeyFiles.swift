internal import Foundation
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchLists
internal import SealedMatchSets
internal import SealedMatchFiles

/// Key files, on the command line: errors name the file.
enum KeyFiles {
    static func writeSource(_ key: borrowing SigningKey, to path: String) throws {
        try about(path) { try SourceKeyFile.write(key, to: path) }
    }

    static func readSourceSecret(_ path: String) throws -> SigningKey {
        try about(path) { try SourceKeyFile.readSecret(path) }
    }

    static func readSourcePublic(_ path: String) throws -> Bytes32 {
        try about(path) { try SourceKeyFile.readPublic(path) }
    }

    /// The secrets of one set.
    static func readSetSecrets(_ path: String) throws -> SetSecrets {
        try about(path) {
            let bytes = try DurableFile.readSecret(path, limit: SetSecrets.encodedCount)
            return try unsafe bytes.withBytes { (raw) throws(SealedMatchError) in
                try unsafe SetSecrets(canonical: raw)
            }
        }
    }

    static func sha256(_ bytes: [UInt8]) throws -> Bytes32 {
        var hash = try SHA256()
        try bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try hash.update(raw) }
        return try hash.finish()
    }
}
