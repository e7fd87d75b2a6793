internal import CSealedMatchPlatform
package import SealedMatchCrypto

/// What other users of the machine may do with a file or directory. Asked of the open file, before it is used, so that
/// nobody can put another one in its place meanwhile.
package enum FileAccess {
    /// Others may look, but not write: directories, and files without secrets.
    case written
    /// Others may do nothing: secrets and databases.
    case secret
    /// The same of a secret that the system's manager hands to this process: it lets the service's user in by an access
    /// list, whose mask shows as the group's right to read (systemd's LoadCredential; mode 0400 or 0440).
    case credential

    /// Mode bits of group and others that must not be set.
    private var forbidden: mode_t {
        switch self {
        case .written: 0o022
        case .secret: 0o077
        case .credential: 0o037
        }
    }

    /// - Parameter descriptor: of an open file or directory.
    /// - Throws: `notPrivate` if it belongs to a user who is neither this process's nor root, or if its mode lets
    ///   others do what they must not; `fileFailed`.
    package func check(_ descriptor: Int32) throws(SealedMatchError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .file("a file's owner cannot be read")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0, status.st_mode & forbidden == 0 else {
            throw SealedMatchError(
                .notPrivate, "it belongs to another user, or its mode lets others in; see chown and chmod")
        }
    }

    /// The same by name, for what another library opens: a database, or its directory. A missing one is no error.
    package func check(path: String) throws(SealedMatchError) {
        let descriptor = unsafe platform_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        if descriptor < 0 && platform_errno() == ENOENT { return }
        guard descriptor >= 0 else { throw .file("the file cannot be opened") }
        defer { close(descriptor) }
        try check(descriptor)
    }

    /// Of a file that others may read, and that decides what is trusted: a key, a list, a set, settings. Nobody else
    /// may write it, nor put another one in its place.
    /// - Throws: as `check`, also of its directory.
    package static func checkTrusted(path: String) throws(SealedMatchError) {
        try written.check(path: path)
        try checkDirectory(of: path)
    }

    /// Whoever can write in a directory can put another file in the place of one in it; a sticky one (/tmp) prevents
    /// that.
    /// - Throws: `notPrivate` if everybody can write there, or if it belongs to another user; `fileFailed`.
    package static func checkDirectory(of path: String) throws(SealedMatchError) {
        let descriptor = unsafe platform_open(DurableFile.parent(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw .file("the file's directory cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .file("the file's directory cannot be looked at") }
        let isSticky = status.st_mode & 0o1000 != 0
        guard isSticky || status.st_mode & 0o002 == 0,
            isSticky || status.st_uid == geteuid() || status.st_uid == 0
        else {
            throw SealedMatchError(
                .notPrivate, "its directory belongs to another user, or everybody can write there; see chown and chmod")
        }
    }
}
