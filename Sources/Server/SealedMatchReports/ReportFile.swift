internal import Foundation
package import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchLists

/// A picture or video that goes with a report, as it is on the disk now.
package struct ReportFile: Sendable {
    /// Its path.
    package let path: String
    package let type: MediaType
    /// 64 hexadecimal digits.
    package let sha256: String
    package let bytes: [UInt8]

    /// Bytes of a file, at most.
    package static let maximumCount = 256 << 20

    /// - Throws: `ReportFailure`, which names the file: it cannot be read, is a folder, is empty, or is neither a
    ///   picture nor a video.
    package init(_ path: String) throws(ReportFailure) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw ReportFailure("\(path): there is no such file") }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw ReportFailure("\(path): is a folder, and no file") }
        let bytes = try about(path) { () throws(SealedMatchError) in
            try DurableFile.read(path, limit: Self.maximumCount)
        }
        guard !bytes.isEmpty else { throw ReportFailure("\(path): is empty") }
        guard let type = MediaType(bytes) else {
            throw ReportFailure(
                "\(path): is no picture or video of a kind that is reported (JPEG, PNG, WebP, GIF, AVIF, HEIF, BMP, "
                    + "TIFF, MP4, QuickTime, WebM, Matroska, AVI, MPEG), by its first bytes")
        }
        self.path = path
        self.type = type
        self.bytes = bytes
        sha256 = Hexadecimal.text(try FilingJournal.sha256(bytes).bytes)
    }

    /// The same, of a file that was prepared.
    /// - Throws: `ReportFailure`, also where it is another one now.
    package init(_ path: String, expecting sha256: String) throws(ReportFailure) {
        try self.init(path)
        guard self.sha256 == sha256 else {
            throw ReportFailure(
                "\(path): is another file than the one that was prepared: its SHA-256 is \(self.sha256), and was "
                    + "\(sha256)")
        }
    }
}
