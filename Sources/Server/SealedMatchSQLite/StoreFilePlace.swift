internal import Foundation
internal import SealedMatchCrypto

/// What the names of an open store's files lead to. A file that was removed, moved or replaced can still be written by
/// who has it open; but nobody will find what is in it.
struct StoreFilePlace: Sendable {
    struct File: Equatable, Sendable {
        let device: UInt64
        let number: UInt64

        init?(_ path: String) {
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return nil }
            (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
        }
    }
    private let files: [(path: String, file: File)]

    /// Of a file that is open, with what SQLite keeps beside it for as long as it is.
    init(path: String) {
        files = ["", "-wal", "-shm"].compactMap { beside in File(path + beside).map { (path + beside, $0) } }
    }

    /// - Throws: `fileFailed` if one of the names leads to another file, or to none.
    func check() throws(SealedMatchError) {
        for (path, file) in files where File(path) != file {
            throw Self.replaced
        }
    }

    /// Whether the database is this file.
    func isOf(_ file: File) -> Bool { files.first?.file == file }

    /// Whether there is a write-ahead log that is not empty.
    static func hasLog(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path + "-wal", &status) == 0 && status.st_size > 0
    }

    static let replaced = SealedMatchError(
        .fileFailed,
        """
        the database, or what SQLite keeps beside it, was replaced, moved or removed while it was open: stop all roles \
        that use it, put the right file there, and start them
        """)
}
