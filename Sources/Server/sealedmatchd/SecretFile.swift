internal import Foundation
internal import SealedMatchCrypto
internal import SealedMatchFiles

/// A file with a secret, which others must not read.
struct SecretFile {
    let path: String
    let access: FileAccess

    /// systemd's folder of this service's credentials: its files are not their reader's own.
    private static let credentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]

    /// - Parameter text: a path; or the name of a credential, which goes before a file of this name in the working
    ///   directory.
    init(_ text: String) {
        guard let folder = Self.credentials, !folder.isEmpty else {
            (path, access) = (text, .secret)
            return
        }
        if !text.isEmpty, !text.contains("/"), FileManager.default.fileExists(atPath: "\(folder)/\(text)") {
            (path, access) = ("\(folder)/\(text)", .credential)
        } else {
            let parts = text.split(separator: "/")
            let isInside = parts.dropLast().elementsEqual(folder.split(separator: "/")) && text.hasPrefix("/")
            (path, access) = (text, isInside && parts.last != ".." ? .credential : .secret)
        }
    }

    /// Refuses a file that another library opens by its path.
    func check() throws(SealedMatchError) { try access.check(path: path) }

    func read(limit: Int) throws(SealedMatchError) -> SecretBytes {
        try DurableFile.readSecret(path, limit: limit, access: access)
    }
}

/// Refuses a file that decides what is trusted, and that others can change. Each is asked for when it is first read.
func checkTrusted(_ path: String) throws { try about(path) { try FileAccess.checkTrusted(path: path) } }
