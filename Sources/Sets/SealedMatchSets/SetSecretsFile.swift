internal import SealedMatchCrypto
package import SealedMatchFiles
package import SealedMatchProtocol

/// The file of a set's secrets: α, and what fixes its table (Docs/Protocol.md, 4.2).
package enum SetSecretsFile {
    /// Where the secrets of a set are: in a folder `secrets` beside the set file unless another is named, in a file
    /// that has the root's name. Of a set file that was renamed they are found all the same.
    package static func path(
        of header: SetHeader, beside set: String, folder: String?
    ) throws(SealedMatchError) -> String {
        let name = Hexadecimal.text(try header.root().encoded.bytes)
        return "\(folder ?? Self.folder(beside: set))/\(name).secrets"
    }

    /// `secrets`, beside the set file.
    package static func folder(beside set: String) -> String {
        guard let slash = set.lastIndex(of: "/") else { return "secrets" }
        return set[...slash] + "secrets"
    }

    /// - Throws: `fileFailed`, `notPrivate`, `wrongLength`, and what decoding throws.
    package static func read(
        _ path: String, access: FileAccess = .secret
    ) throws(SealedMatchError) -> SetSecrets {
        let bytes = try DurableFile.readSecret(path, limit: SetSecrets.encodedCount, access: access)
        return try unsafe bytes.withBytes { (raw) throws(SealedMatchError) in try unsafe SetSecrets(canonical: raw) }
    }

    /// The secrets of this very set.
    /// - Throws: as above; `setMismatch` for another set's.
    package static func read(
        _ path: String, of header: SetHeader, access: FileAccess = .secret
    ) throws(SealedMatchError) -> SetSecrets {
        let secrets = try read(path, access: access)
        guard secrets.tableID == header.tableID, secrets.positionSeed == header.positionSeed else {
            throw SealedMatchError(.setMismatch, "these are the secrets of another set")
        }
        return secrets
    }
}
