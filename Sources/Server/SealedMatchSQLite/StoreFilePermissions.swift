internal import Foundation
internal import SealedMatchCrypto

/// Who may read and write a store's file.
enum StoreFilePermissions {
    /// A new, empty file, which its owner alone can read.
    static func makeEmpty(_ path: String) throws(SealedMatchError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw SealedMatchError(.fileFailed, "a database cannot be created there", systemError: errno)
        }
        close(descriptor)
    }

    /// Sees that nobody but its owner, who is us, can read or write the file: one that others could read becomes ours
    /// alone again; one of another user is refused.
    ///
    /// The file is not opened here: closing a descriptor of a SQLite file gives up the locks that this process has on
    /// it.
    static func narrow(_ path: String) throws(SealedMatchError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            guard errno == ENOENT else {
                throw SealedMatchError(.fileFailed, "the database cannot be opened", systemError: errno)
            }
            throw SealedMatchError(.fileFailed, "there is no database of this name")
        }
        try narrow(path, status)
        // What SQLite keeps beside it has the same rows.
        for beside in ["-wal", "-shm", "-journal"] where unsafe lstat(path + beside, &status) == 0 {
            try narrow(path + beside, status)
        }
    }

    private static func narrow(_ path: String, _ status: stat) throws(SealedMatchError) {
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SealedMatchError(.fileFailed, "the database is not a regular file")
        }
        guard status.st_uid == geteuid() else {
            throw SealedMatchError(.fileFailed, "the database belongs to another user")
        }
        guard status.st_mode & 0o077 != 0 else { return }
        guard unsafe chmod(path, status.st_mode & 0o700) == 0 else {
            throw SealedMatchError(
                .fileFailed, "others can read the database, and that cannot be changed", systemError: errno)
        }
    }
}
