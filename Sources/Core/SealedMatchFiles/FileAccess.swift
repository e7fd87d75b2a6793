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
}
