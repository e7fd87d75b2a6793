internal import ArgumentParser
internal import SealedMatchFingerprint
internal import SealedMatchProtocol
internal import SealedMatchCrypto

struct FingerprintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprint",
        abstract: "Prints PDQ hashes, quality and SHA-256 of files; a line is valid in a hash list.",
        discussion: """
            A picture is what a viewer shows: upright, the first frame, with the pixels that are there. Where the file \
            stores it otherwise, as cameras do, a second line that ends in "as-stored" has the hash of the stored \
            pixels, as tools that do not turn pictures print it. A list may hold both; each is one entry.

            A file that cannot be read is named on standard error, and the others follow; the exit code is then the \
            worst of theirs.
            """)

    @Argument(
        help:
            "Pictures (JPEG, PNG, WebP, GIF, AVIF, HEIC, BMP, TIFF), videos (what ffmpeg reads of MP4, QuickTime, Matroska, WebM, AVI, Ogg, MPEG, FLV), or other files."
    )
    var files: [FileName]

    @Flag(help: "One JSON object a line.")
    var json = false

    private struct Row: Encodable {
        let file: String
        let sha256: String
        let pdq: String?
        let quality: Int?
        let storedPDQ: String?
        let storedQuality: Int?
        let shortKey: String?
        let companions: [String]?
        let videoFrames: Int?
        let videoMilliseconds: Int?
        let videoCut: String?
    }

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            var worst = ExitCode.success
            var failed = 0
            for file in files {
                do {
                    try report(MediaFile(file), file)
                } catch let failure as Failure where failure.code != Failure.interrupted {
                    Terminal.note("sealedmatch: \(failure.message)")
                    worst = Failure.worse(worst, failure.code)
                    failed += 1
                }
            }
            if failed > 0 {
                throw Failure("no hash of \(failed) of \(count(files.count, "file")); see above", code: worst)
            }
        }
    }

    private func report(_ media: MediaFile, _ file: FileName) throws {
        let key = media.pdq.map {
            hexadecimal(EntryKey(perceptual: FingerprintProfile.standard.shortKey(of: $0.hash)).encoded.dropFirst())
        }
        if json {
            try Terminal.printJSON(
                Row(
                    file: file.text, sha256: hexadecimal(media.sha256.bytes), pdq: media.pdq?.hash.hexadecimal,
                    quality: media.pdq?.quality,
                    storedPDQ: media.picture?.stored?.hash.hexadecimal,
                    storedQuality: media.picture?.stored?.quality, shortKey: key,
                    companions: media.video?.line.dropFirst().map(\.hash.hexadecimal),
                    videoFrames: media.video?.frames,
                    videoMilliseconds: media.video?.lastTime, videoCut: media.video?.cut?.description))
        } else if let fingerprint = media.fingerprint {
            comment(file)
            Terminal.print("pdq \(fingerprint.hash.hexadecimal),\(fingerprint.quality)")
            if let stored = media.picture?.stored {
                Terminal.print("pdq \(stored.hash.hexadecimal),\(stored.quality),as-stored")
            }
        } else if let video = media.video, !video.fingerprint.samples.isEmpty {
            // A SHA-256 would be listed in vain: clients look for such a video by its samples.
            comment(file, ": video, \(count(video.frames, "frame")), \(VideoMedia.clock(video.lastTime))")
            Terminal.print(
                video.line.isEmpty
                    ? "# no sample is good enough for a list"
                    : "video " + video.line.map(\.hash.hexadecimal).joined(separator: " "))
        } else {
            comment(file)
            Terminal.print("sha256 \(hexadecimal(media.sha256.bytes))")
        }
    }

    /// A list's comment, which no name makes longer than a line can be, or more than one line.
    private func comment(_ file: FileName, _ rest: String = "") {
        let scalars = file.description.unicodeScalars
        let name = scalars.count > 300 ? "…" + String(scalars.suffix(150)) : file.description
        Terminal.print("# \(name)\(rest)")
    }
}
