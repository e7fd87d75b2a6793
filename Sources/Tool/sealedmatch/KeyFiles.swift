internal import Foundation
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchLists
internal import SealedMatchSets
internal import SealedMatchFiles

/// Key files, on the command line: errors name the file.
enum KeyFiles {
    /// - Throws: `Failure` where a file of one of the two names is there, unless it may be replaced.
    static func writeSource(_ key: borrowing SigningKey, to path: String, replacing: Bool) throws {
        if !replacing {
            for path in [path, path + ".pub"] where DurableFile.exists(path) {
                throw Failure(
                    "\(path): it is there already, and is not replaced; --force replaces both key files",
                    code: Failure.badFile)
            }
        }
        try about(path) { try SourceKeyFile.create(key, at: path, replacing: replacing) }
    }

    static func readSourceSecret(_ path: String) throws -> SigningKey {
        try about(path) { try SourceKeyFile.readSecret(path) }
    }

    static func readSourcePublic(_ path: String) throws -> Bytes32 {
        try about(path) { try SourceKeyFile.readPublic(path) }
    }

    /// The header of a set that is not for tests.
    /// - Throws: `testSet`, and what opening a set file throws.
    static func productionHeader(_ path: String) throws(SealedMatchError) -> SetHeader {
        let header = try SetFile(path: path).header
        guard !header.isTest else {
            throw SealedMatchError(.testSet, "the set is for tests; whoever made it knows its secret key")
        }
        return header
    }

    /// Where the secrets of a set are (`SetSecretsFile`).
    static func secretsPath(of header: SetHeader, beside set: String, folder: String?) throws -> String {
        try SetSecretsFile.path(of: header, beside: set, folder: folder)
    }

    static func secretsFolder(beside set: String) -> String { SetSecretsFile.folder(beside: set) }

    /// The secrets of the set of `header`.
    /// - Throws: `Failure` for those of another set, too.
    static func readSetSecrets(of header: SetHeader, beside set: String, folder: String? = nil) throws -> SetSecrets {
        let path = try secretsPath(of: header, beside: set, folder: folder)
        return try about(path) { try SetSecretsFile.read(path, of: header) }
    }

    /// The secrets in one file.
    static func readSetSecrets(_ path: String) throws -> SetSecrets {
        try about(path) { try SetSecretsFile.read(path) }
    }
}
