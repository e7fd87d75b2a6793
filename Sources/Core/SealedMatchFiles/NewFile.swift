internal import CSealedMatchPlatform
package import SealedMatchCrypto

/// A file to create: where there is one of its name already, it stays, and nothing is created.
///
/// For what cannot be made again: keys, a set's secrets, a signed set.
@unsafe package struct NewFile {
    /// Where the file will be.
    package let path: String
    /// What it holds, one part after another; valid while the file is created.
    package let parts: [UnsafeRawBufferPointer]
    /// Whether its owner alone may read it.
    package let isSecret: Bool
    /// How a file begins that it may replace, where replacing is asked for: in ASCII, the mark of its kind. None for a
    /// file that never replaces another.
    package let kind: StaticString?

    /// A file that is not there yet.
    package init(path: String, parts: [UnsafeRawBufferPointer], isSecret: Bool, kind: StaticString? = nil) {
        unsafe self.path = path
        unsafe self.parts = unsafe parts
        unsafe self.isSecret = isSecret
        unsafe self.kind = kind
    }
}

extension DurableFile {
    /// Creates files that belong together, in this order: each whole or not at all, and all of them or none.
    ///
    /// All are complete on disk, without a name, before the first gets its name. So a process that is killed leaves no
    /// partial file, and nothing is lost when a later file cannot be made. A kill between two names leaves the first
    /// ones: put secrets first, and last the file without which the others mean nothing.
    ///
    /// - Parameter replacing: replace files of these names, if they begin as their kind does. Those that could not all
    ///   be replaced come back.
    /// - Throws: `fileFailed` when a file cannot be written, or one of its name exists, or one that is to be replaced
    ///   is of another kind; `randomSourceFailed`. Then none of the files is new. Or, if a directory could not be
    ///   synced, all are there and may not outlast a power failure.
    package static func create(_ files: [NewFile], replacing: Bool = false) throws(SealedMatchError) {
        var pending: [PendingFile] = []
        do throws(SealedMatchError) {
            for index in unsafe files.indices { pending.append(try unsafe PendingFile(files[index])) }
            for file in pending.indices { try pending[file].appear(replacing: replacing) }
        } catch {
            for file in pending.indices.reversed() { pending[file].undo() }
            throw error
        }
        for file in pending.indices { pending[file].finish() }
        for file in pending { try syncDirectory(of: file.path) }
    }

    /// Creates one file of what `writing` gives, piece by piece, in constant memory.
    /// - Parameters:
    ///   - kind: how a file begins that it may replace, in ASCII.
    ///   - replacing: replace a file of this name, if it begins so.
    /// - Throws: as for several, and what `writing` throws; then the file is not there.
    package static func create(
        at path: String, isSecret: Bool, kind: StaticString? = nil, replacing: Bool = false,
        writing: (inout FileWriter) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) {
        var file = try PendingFile(path: path, isSecret: isSecret, kind: kind) {
            (descriptor) throws(SealedMatchError) in
            var writer = FileWriter(descriptor: descriptor)
            try writing(&writer)
            try writer.flush()
        }
        do throws(SealedMatchError) {
            try file.appear(replacing: replacing)
        } catch {
            file.undo()
            throw error
        }
        file.finish()
        try syncDirectory(of: path)
    }

    /// Creates one file.
    /// - Throws: as for several.
    package static func create(_ bytes: [UInt8], at path: String, isSecret: Bool) throws(SealedMatchError) {
        try unsafe bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
            try unsafe create([NewFile(path: path, parts: [raw], isSecret: isSecret)])
        }
    }

    /// Whether there is anything of this name, a broken link for example.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// Bytes of what has this name; nil if there is nothing.
    package static func size(_ path: String) -> Int? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}

/// A file that is complete on disk and has no name yet, and what is needed to take the name away again.
private struct PendingFile {
    let path: String
    private let kind: StaticString?
    private let descriptor: Int32
    /// A name beside its place: on file systems without files that have none, and to put it in another's place.
    private var temporary: String?
    private var hasAppeared = false
    /// Under the temporary name is now what was at `path`.
    private var holdsOld = false

    init(_ file: NewFile) throws(SealedMatchError) {
        try unsafe self.init(path: file.path, isSecret: file.isSecret, kind: file.kind) {
            (descriptor) throws(SealedMatchError) in
            for part in unsafe file.parts.indices { try unsafe DurableFile.writeAll(file.parts[part], to: descriptor) }
        }
    }

    /// - Parameter write: writes what the file holds.
    init(
        path: String, isSecret: Bool, kind: StaticString?, write: (Int32) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) {
        self.path = path
        self.kind = kind
        let mode: mode_t = isSecret ? 0o600 : 0o644
        var opened = unsafe platform_open_unnamed(DurableFile.parent(of: path), mode)
        if opened < 0, platform_errno() == EOPNOTSUPP || platform_errno() == EISDIR || platform_errno() == EINVAL {
            let name = try DurableFile.temporaryName(for: path)
            opened = unsafe platform_open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
            if opened >= 0 { temporary = name }
        }
        guard opened >= 0 else { throw .file("a file cannot be created there") }
        descriptor = opened
        do throws(SealedMatchError) {
            try write(descriptor)
            guard fsync(descriptor) == 0 else { throw .file("a file cannot be synced to disk") }
        } catch {
            undo()
            throw error
        }
    }

    /// Gives the file its name.
    mutating func appear(replacing: Bool) throws(SealedMatchError) {
        if link(to: path) {
            hasAppeared = true
            return
        }
        guard platform_errno() == EEXIST else { throw .file("a file cannot be put in its place") }
        guard replacing else { throw .file("it is there already, and is not replaced") }
        var status = stat()
        guard unsafe lstat(path, &status) == 0, unsafe platform_is_regular(&status) == 1 else {
            throw SealedMatchError(.fileFailed, "what is there is no regular file, and is not replaced")
        }
        if temporary == nil {
            let name = try DurableFile.temporaryName(for: path)
            guard link(to: name) else { throw .file("a file cannot be put in its place") }
            temporary = name
        }
        guard let temporary, unsafe platform_exchange(temporary, path) == 0 else {
            throw .file("a file cannot be put in another's place")
        }
        holdsOld = true
        // Looked at under the name that nobody else knows; `undo` puts it back.
        guard isOfKind(temporary) else {
            throw SealedMatchError(.fileFailed, "what is there is no file of this kind, and is not replaced")
        }
    }

    private func isOfKind(_ path: String) -> Bool {
        guard let kind else { return false }
        let descriptor = unsafe platform_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var beginning = [UInt8](repeating: 0, count: kind.utf8CodeUnitCount)
        var span = beginning.mutableSpan
        let count = unsafe span.withUnsafeMutableBytes { bytes in
            unsafe CSealedMatchPlatform.read(descriptor, bytes.baseAddress!, bytes.count)
        }
        return count == beginning.count && beginning == HashToGroup.ascii(kind)
    }

    private func link(to name: String) -> Bool {
        if let temporary { return unsafe CSealedMatchPlatform.link(temporary, name) == 0 }
        return unsafe platform_link_unnamed(descriptor, name) == 0
    }

    /// Takes the name away again; what was there before is back.
    mutating func undo() {
        if holdsOld, let temporary { _ = unsafe platform_exchange(temporary, path) }
        if hasAppeared { _ = unsafe unlink(path) }
        finish()
    }

    /// Forgets what is needed no longer.
    mutating func finish() {
        if let temporary { _ = unsafe unlink(temporary) }
        temporary = nil
        hasAppeared = false
        holdsOld = false
        close(descriptor)
    }
}
