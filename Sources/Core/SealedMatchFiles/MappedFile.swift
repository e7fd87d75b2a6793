internal import CSealedMatchPlatform
package import SealedMatchCrypto

/// A regular file mapped read-only, so that its pages are shared and can be dropped under memory pressure. Unmapped
/// when the last reference goes.
///
/// The file must not be changed in place while it is mapped: SealedMatch only ever replaces files by renaming. A
/// process that can truncate the file can end this one (SIGBUS), as with every mapping.
@safe
package final class MappedFile: @unchecked Sendable {
    // The region is immutable and lives as long as this object, so sharing it between threads is safe.
    private let base: UnsafeMutableRawPointer
    /// Bytes of the file.
    package let count: Int

    /// - Parameter limit: the largest accepted size in bytes.
    /// - Throws: `fileFailed` when it cannot be opened or mapped; `wrongLength` when it is empty or larger than
    ///   `limit`.
    package convenience init(path: String, limit: Int) throws(SealedMatchError) {
        let descriptor = unsafe platform_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        guard descriptor >= 0 else { throw .file("the file cannot be opened") }
        defer { close(descriptor) }
        try self.init(descriptor: descriptor, limit: limit)
    }

    /// The same for an open descriptor, which stays the caller's.
    package convenience init(descriptor: Int32, limit: Int) throws(SealedMatchError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, unsafe platform_is_regular(&status) == 1 else {
            throw SealedMatchError(.fileFailed, "not a regular file")
        }
        // Opening a set, step 1: not empty, and not beyond the limit
        guard status.st_size > 0, status.st_size <= limit else {
            throw SealedMatchError(.wrongLength, "the file is empty or larger than this kind of file can be")
        }
        let count = Int(status.st_size)
        guard let region = unsafe platform_map(descriptor, count) else {
            throw .file("the file cannot be mapped")
        }
        unsafe self.init(base: region, count: count)
    }

    /// A read-only copy of bytes, for a file that its owner holds in memory and may change or free: as many private
    /// bytes as it has.
    /// - Throws: `outOfMemory`; `wrongLength` when it is empty or larger than `limit`.
    package convenience init(copying bytes: UnsafeRawBufferPointer, limit: Int) throws(SealedMatchError) {
        guard bytes.count > 0, bytes.count <= limit else {
            throw SealedMatchError(.wrongLength, "the file is empty or larger than this kind of file can be")
        }
        guard let region = unsafe platform_map_memory(bytes.count) else {
            throw SealedMatchError(.outOfMemory, "no memory for a copy of the file")
        }
        unsafe region.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        // Best effort: nothing here writes to it, and nothing else should.
        _ = unsafe mprotect(region, bytes.count, PROT_READ)
        unsafe self.init(base: region, count: bytes.count)
    }

    // Embedded Swift leaks an object whose own initialiser throws: everything that can fail comes before there is one.
    private init(base: UnsafeMutableRawPointer, count: Int) {
        unsafe self.base = unsafe base
        self.count = count
    }

    deinit { unsafe munmap(base, count) }

    /// The file's bytes; valid while this object lives.
    @unsafe package var bytes: UnsafeRawBufferPointer {
        let start = unsafe UnsafeRawPointer(base)
        return unsafe UnsafeRawBufferPointer(start: start, count: count)
    }

    /// A copy of part of the file.
    /// - Throws: `wrongLength` when the range is not inside the file.
    package func copy(_ range: Range<Int>) throws(SealedMatchError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= count else {
            throw SealedMatchError(.wrongLength, "the file is too short")
        }
        return unsafe Array(bytes[range])
    }
}
