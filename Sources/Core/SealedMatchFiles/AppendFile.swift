internal import CSealedMatchPlatform
package import SealedMatchCrypto

/// A file that only grows, by whole records of one size, each on the disk before `append` returns. Its owner alone may
/// read it. Whoever opens it holds a lock of another file, so that one process writes. Threads may share it, since its
/// one user, a journal, calls it under a lock of its own.
@safe
package final class AppendFile: @unchecked Sendable {
    // A descriptor, closed once in deinit, and a number: callers take turns (`append` is not for two threads at once).
    private let descriptor: Int32
    private let recordCount: Int
    /// How many whole records there are.
    package private(set) var records: Int
    /// A record was written in part, and could not be taken back: nothing more is written.
    private var isBroken = false

    /// Creates the file if it is missing. What a killed process left of a record at its end is cut off: nobody was told
    /// of it.
    /// - Throws: `fileFailed`, `notPrivate`.
    package convenience init(path: String, recordCount: Int) throws(SealedMatchError) {
        let isNew = !DurableFile.exists(path)
        let descriptor = unsafe platform_open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file("a file cannot be opened for appending") }
        var status = stat()
        do throws(SealedMatchError) {
            guard unsafe fstat(descriptor, &status) == 0, unsafe platform_is_regular(&status) == 1 else {
                throw SealedMatchError(.fileFailed, "not a regular file")
            }
            try FileAccess.secret.check(descriptor)
            let records = Int(status.st_size) / recordCount
            if records * recordCount != Int(status.st_size) {
                guard ftruncate(descriptor, off_t(records * recordCount)) == 0, fsync(descriptor) == 0 else {
                    throw .file("a file's unfinished end cannot be cut off")
                }
            }
            if isNew { try DurableFile.syncDirectory(of: path) }
        } catch {
            close(descriptor)
            throw error
        }
        self.init(descriptor: descriptor, recordCount: recordCount, records: Int(status.st_size) / recordCount)
    }

    // Embedded Swift leaks an object whose own initialiser throws: everything that can fail comes before there is one.
    private init(descriptor: Int32, recordCount: Int, records: Int) {
        self.descriptor = descriptor
        self.recordCount = recordCount
        self.records = records
    }

    deinit { close(descriptor) }

    /// Writes a record behind all others, durably: after a power failure it is there, whole.
    /// - Throws: `fileFailed`; `wrongLength` for another size. Then no record was added.
    package func append(_ record: [UInt8]) throws(SealedMatchError) {
        guard record.count == recordCount else { throw SealedMatchError(.wrongLength, "a record has another length") }
        guard !isBroken else { throw SealedMatchError(.fileFailed, "the file's end is damaged") }
        do throws(SealedMatchError) {
            try unsafe record.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
                try unsafe DurableFile.writeAll(raw, to: descriptor)
            }
            guard fdatasync(descriptor) == 0 else { throw .file("a file cannot be synced to disk") }
        } catch {
            isBroken = ftruncate(descriptor, off_t(records * recordCount)) != 0 || fsync(descriptor) != 0
            throw error
        }
        records += 1
    }

    /// Takes the last record away.
    /// - Throws: `fileFailed`.
    package func dropLast() throws(SealedMatchError) {
        guard records > 0, ftruncate(descriptor, off_t((records - 1) * recordCount)) == 0, fsync(descriptor) == 0 else {
            throw .file("a file's end cannot be cut off")
        }
        records -= 1
    }
}
