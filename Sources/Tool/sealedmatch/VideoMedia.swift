internal import ArgumentParser
internal import SealedMatchFingerprint
internal import Glibc
internal import SealedMatchCrypto
internal import SealedMatchVideos

/// Reads a video for a command: progress on a terminal, Ctrl-C, and what to do about a video that gives no frames.
struct VideoMedia {
    let frames: Int
    let fingerprint: VideoFingerprint
    /// The samples that a list's line names, the key first; none if no sample will do.
    let line: [VideoLine.Entry]
    /// Time of the last frame in milliseconds.
    let lastTime: Int
    /// Why there may have been more frames; nil if the file was read to its end.
    let cut: VideoError?

    /// Fingerprints a file, one frame after another.
    ///
    /// - Returns: nil for a file with no frame at all, after a note: a voice message has the container of a video, too.
    ///   It is then like any other file.
    /// - Throws: `Failure`: a missing program, an interruption, or a decoder that could not be run.
    static func read(_ file: borrowing VideoFile, name: String) throws -> VideoMedia? {
        // Ignored by whoever started the tool, it would take the decoder's exit status away.
        signal(SIGCHLD, SIG_DFL)
        return try Interruption.watching { interruption in
            var lastTime = 0
            var sampler = VideoSampler()
            var line = VideoLine()
            do {
                var reader = try VideoReader(file) { interruption.isRequested }
                while let frame = try reader.next() {
                    lastTime = frame.time
                    Terminal.progress("\(name): \(reader.frames) frames, \(clock(lastTime))")
                    let sample = VideoFingerprint.Sample(
                        raster: try PictureRaster(
                            pixels: frame.pixels.span.bytes, width: frame.width, height: frame.height,
                            bytesPerRow: frame.bytesPerRow, format: .gray8))
                    sampler.append(sample)
                    line.append(sample.fingerprint.hash, quality: sample.fingerprint.quality)
                }
                Terminal.endProgress()
                var cut: VideoError?
                if case .cut(let error) = reader.end { cut = error }
                if let cut { Terminal.note("\(name): \(cut); the first \(reader.frames) frames count") }
                return VideoMedia(
                    frames: reader.frames, fingerprint: sampler.finish(), line: line.finish(), lastTime: lastTime,
                    cut: cut)
            } catch let error as VideoError {
                Terminal.endProgress()
                guard error.code != .noFrame else {
                    Terminal.note("\(name): \(error); taken for a file without pictures")
                    return nil
                }
                throw Failure("\(name): \(error)", code: exitCode(error))
            }
        }
    }

    /// SHA-256 of a file of any size.
    static func sha256(_ file: borrowing VideoFile, name: String) throws -> Bytes32 {
        var hash = try SHA256()
        var offset = 0
        while offset < file.count {
            let piece: [UInt8]
            do throws(VideoError) { piece = try file.bytes(at: offset, count: min(1 << 20, file.count - offset)) } catch
            {
                throw Failure("\(name): \(error)", code: Failure.badFile)
            }
            guard !piece.isEmpty else {
                throw Failure("\(name): the file became shorter while it was read", code: Failure.badFile)
            }
            try piece.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try hash.update(raw) }
            offset += piece.count
        }
        return try hash.finish()
    }

    /// Minutes and seconds.
    static func clock(_ milliseconds: Int) -> String {
        let seconds = milliseconds / 1_000
        return "\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
    }

    static func exitCode(_ error: VideoError) -> ExitCode {
        switch error.code {
        case .programMissing, .notStarted: Failure.unavailable
        case .unreadableFile: Failure.badFile
        case .interrupted: Failure.interrupted
        default: Failure.badData
        }
    }
}
