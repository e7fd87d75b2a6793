internal import Glibc
internal import SealedMatchProtocol
public import SealedMatchCrypto
public import SealedMatchFiles

/// A set file that a source audits and then signs. It is opened once: what is audited and what is signed are the same
/// file, whatever its name means meanwhile.
///
/// A signature is written into its place of the file, 64 bytes that no other source writes. So two sources can sign at
/// once, a kill leaves the file with the signature or without it, and links, owner and mode stay as they are. A client
/// that opens the file in the moment of writing may see half a signature and refuse it (`invalidSignature`); it opens
/// the file again.
public final class SignableSetFile: Sendable {
    /// The open set file, the one that is audited and signed.
    public let set: SetFile
    private let path: String
    private let descriptor: Int32

    /// Opens a set file to read and write it.
    /// - Throws: `fileFailed`, `wrongLength`, and the decoding errors of the header.
    public init(path: String) throws(SealedMatchError) {
        let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw SealedMatchError(.fileFailed, "the file cannot be opened to read and write it", systemError: errno)
        }
        do throws(SealedMatchError) {
            set = try SetFile(descriptor: descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Adds a source's signature to the file, on disk when this returns. Signing again changes nothing.
    /// - Throws: the errors of `Audit.sign`; `fileFailed`, also when `path` names another file by now.
    public func sign(with key: borrowing SigningKey, after audit: Audit) throws(SealedMatchError) {
        let signature = try audit.sign(set, with: key)
        // Audit.sign has found the key among the sources.
        guard let place = set.header.sources.firstIndex(of: key.publicKey) else { return }
        var here = stat()
        var there = stat()
        guard unsafe fstat(descriptor, &here) == 0, unsafe stat(path, &there) == 0, here.st_dev == there.st_dev,
            here.st_ino == there.st_ino
        else {
            throw SealedMatchError(.fileFailed, "the file was replaced while it was audited: nothing was signed")
        }
        let offset = off_t(SetHeader.encodedCount + Signature.encodedCount * place)
        let written = unsafe signature.encoded.withUnsafeBytes {
            unsafe pwrite(descriptor, $0.baseAddress, $0.count, offset)
        }
        guard written == Signature.encodedCount, fsync(descriptor) == 0 else {
            throw SealedMatchError(.fileFailed, "the signature cannot be written")
        }
    }
}

extension SetFile {
    /// Writes the set with one signature more to a new file.
    /// - Throws: the errors of `Audit.sign`; `fileFailed`, also when there is a file of this name.
    public func writeSigned(
        with key: borrowing SigningKey, after audit: Audit, to path: String
    ) throws(SealedMatchError) {
        var signatures = signatures
        let signature = try audit.sign(self, with: key)
        guard let place = header.sources.firstIndex(of: key.publicKey) else { return }
        signatures.places[place] = signature
        let head = header.encoded + signatures.encoded
        try unsafe head.span.withUnsafeBytes { (head) throws(SealedMatchError) in
            try unsafe DurableFile.create([NewFile(path: path, parts: [head, tableBytes], isSecret: false)])
        }
    }
}
