internal import Glibc
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchVideos

/// Which files `seal` has sealed in this epoch: for a run that is repeated. In the client's directory, and as secret as
/// its state, which can also tell whether a picture was sent.
struct SealedFiles {
    private let path: String
    private let epoch: UInt64
    private let salt: Bytes32
    private var tags: Set<Bytes32> = []

    private static let limit = 1 << 26

    /// - Throws: `SealedMatchError` where the record cannot be read, or is none.
    init(client: String, epoch: UInt64) throws {
        path = client + "/sealed-files"
        self.epoch = epoch
        // salt ‖ epoch (8) ‖ tags: another epoch's say nothing, as the distinctness store.
        if let content = try DurableFile.readIfPresent(path, limit: Self.limit) {
            guard content.count >= 40, (content.count - 40) % 32 == 0 else {
                throw SealedMatchError(.wrongLength, "the file sealed-files is damaged; remove it")
            }
            let saved = content[32..<40].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            if saved == epoch {
                salt = try Bytes32(exactly: Array(content[0..<32]))
                for start in stride(from: 40, to: content.count, by: 32) {
                    tags.insert(try Bytes32(exactly: Array(content[start..<(start + 32)])))
                }
                return
            }
        }
        var random = SystemRandom()
        salt = try random.bytes32()
    }

    func contains(_ file: FileName, _ digest: Bytes32) throws -> Bool { tags.contains(try tag(file, digest)) }

    /// Notes a file that was sealed; on disk when this returns.
    mutating func add(_ file: FileName, _ digest: Bytes32) throws {
        tags.insert(try tag(file, digest))
        var content = salt.bytes
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            content.append(UInt8(truncatingIfNeeded: epoch >> shift))
        }
        for tag in tags { content += tag.bytes }
        try DurableFile.write(content, to: path, secret: true)
    }

    /// Two files of one content are two, as two messages would be.
    private func tag(_ file: FileName, _ digest: Bytes32) throws -> Bytes32 {
        try SHA256.digest(of: salt.bytes + digest.bytes + file.resolved)
    }

    /// SHA-256 of a file's content.
    static func digest(_ file: FileName) throws -> Bytes32 {
        let content: VideoFile
        do throws(VideoError) { content = try VideoFile(path: file.bytes) } catch {
            throw Failure("\(file): \(error)", code: VideoMedia.exitCode(error))
        }
        return try VideoMedia.sha256(content, name: file.description)
    }
}

extension FileName {
    /// The one name of the file, without links; as it is if there is no such file.
    var resolved: [UInt8] {
        (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { name in
            guard let path = realpath(name.baseAddress!, nil) else { return bytes }
            defer { free(path) }
            return Array(UnsafeRawBufferPointer(start: path, count: strlen(path)))
        }
    }
}
