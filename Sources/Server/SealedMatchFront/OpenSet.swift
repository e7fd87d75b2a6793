internal import Foundation
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchProtocol
internal import Synchronization

/// A set file that was checked as a whole, and stays open: what is given out are the bytes that were checked, also when
/// another file takes its name. A file that is changed in place is not given out any more: caches keep what they get of
/// a root for a year.
final class OpenSet: Sendable {
    /// Bytes of the file.
    let size: Int
    let header: SetHeader
    private let descriptor: Int32
    private let checked: Stamp
    private let isChanged = Mutex(false)

    /// What a change in place leaves behind.
    private struct Stamp: Equatable {
        let size: Int
        let seconds: Int
        let nanoseconds: Int

        init(_ descriptor: Int32) throws(SealedMatchError) {
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0 else {
                throw SealedMatchError(.fileFailed, "a set file cannot be looked at", systemError: errno)
            }
            size = Int(status.st_size)
            #if canImport(Darwin)
                (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
            #else
                (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
            #endif
        }
    }

    /// Reads all of the file.
    /// - Parameter allowsTestSets: takes sets for tests, and sets that nobody signed.
    /// - Throws: `fileFailed`, `wrongLength`, `invalidSignature`, `testSet`, `rootMismatch` where the table is
    ///   not the header's, and the decoding errors of the header.
    convenience init(path: String, allowsTestSets: Bool) throws(SealedMatchError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw SealedMatchError(.fileFailed, "the file cannot be opened", systemError: errno)
        }
        do throws(SealedMatchError) {
            let before = try Stamp(descriptor)
            let file = try SetFile(descriptor: descriptor)
            guard allowsTestSets || !file.header.isTest else {
                throw SealedMatchError(.testSet, "the set is for tests; whoever made it knows its secret key")
            }
            let signers = try file.signatures.validSigners(of: file.header)
            guard allowsTestSets || !signers.isEmpty else {
                throw SealedMatchError(.invalidSignature, "nobody has signed the set: no client takes it")
            }
            guard try file.tableDigest() == file.header.tableDigest else {
                throw SealedMatchError(.rootMismatch, "the table is not the one that the set's root names")
            }
            guard try Stamp(descriptor) == before else {
                throw SealedMatchError(.fileFailed, "the file changes while it is read")
            }
            self.init(descriptor, before, file.header)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private init(_ descriptor: Int32, _ checked: Stamp, _ header: SetHeader) {
        self.descriptor = descriptor
        self.checked = checked
        self.header = header
        size = checked.size
    }

    deinit { close(descriptor) }

    /// - Throws: `Problem` 503 once the file has changed, until the process starts again.
    func check(_ logger: Logger) throws(Problem) {
        let isChanged = isChanged.withLock { isChanged in
            if !isChanged, (try? Stamp(descriptor)) != checked {
                isChanged = true
                logger.error(
                    "a set file was changed in place: it is not given out any more; put the right one there, start again"
                )
            }
            return isChanged
        }
        if isChanged { throw Problem(.serviceUnavailable, "the set cannot be given out now", retryAfter: 600) }
    }

    /// A part of the file. A reply whose file changes meanwhile ends before its length is reached.
    func body(_ range: Range<Int>, _ logger: Logger) -> ResponseBody {
        ResponseBody(contentLength: range.count) { [self] writer in
            var at = range.lowerBound
            while at < range.upperBound {
                let count = min(Self.partBytes, range.upperBound - at)
                let place = at
                let part = try await NIOThreadPool.singleton.runIfActive { try self.read(count, place) }
                try check(logger)
                try await writer.write(ByteBuffer(bytes: part))
                at += part.count
            }
            try await writer.finish(nil)
        }
    }

    private static let partBytes = 131_072

    private func read(_ count: Int, _ place: Int) throws(SealedMatchError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        while true {
            let read = unsafe pread(descriptor, &bytes, count, off_t(place))
            if read < 0, errno == EINTR { continue }
            guard read > 0 else { throw SealedMatchError(.fileFailed, "a set file cannot be read") }
            bytes.removeLast(count - read)
            return bytes
        }
    }
}
