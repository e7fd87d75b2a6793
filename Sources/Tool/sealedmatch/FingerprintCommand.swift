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

            For sets of profile 3 give --profile 3. Its clients first look for what was below a logo or a caption. Of \
            a picture that is listed with one, a further line that ends in "without-marks" has the hash of that. A \
            list should hold both: by the first alone such a picture may not be found, even as the same file. The \
            second is an entry more. It is not printed where the first is enough (Docs/Lists.md).

            A file that cannot be read is named on standard error, and the others follow; the exit code is then the \
            worst of theirs.
            """)

    @Argument(
        help:
            "Pictures (JPEG, PNG, WebP, GIF, AVIF, HEIC, BMP, TIFF), videos (what ffmpeg reads of MP4, QuickTime, Matroska, WebM, AVI, Ogg, MPEG, FLV), or other files."
    )
    var files: [FileName]

    @Option(help: "Of the sets that the list is for, 2 or 3: what else is printed, and the short key in JSON.")
    var profile: UInt32 = FingerprintProfile.standard.id

    @Option(help: "Of these sets r, 0 to 16: a hash without marks within so many bits is not printed.")
    var separation = Parameters().separation

    @Flag(help: "One JSON object a line.")
    var json = false

    private struct Row: Encodable {
        let file: String
        let sha256: String
        let pdq: String?
        let quality: Int?
        let storedPDQ: String?
        let storedQuality: Int?
        let withoutMarksPDQ: String?
        let withoutMarksQuality: Int?
        let shortKey: String?
        let companions: [String]?
        let videoFrames: Int?
        let videoMilliseconds: Int?
        let videoCut: String?
    }

    func validate() throws {
        _ = try chosenProfile()
        guard Parameters.separations.contains(separation) else { throw ValidationError("--separation: from 0 to 16") }
    }

    func run() throws {
        try reportingFailures {
            let profile = try chosenProfile()
            try Sodium.start()
            var worst = ExitCode.success
            var failed = 0
            for file in files {
                do {
                    try report(MediaFile(file), file, profile)
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

    private func chosenProfile() throws -> FingerprintProfile {
        guard let chosen = FingerprintProfile.numbered(profile) else {
            throw ValidationError("--profile: \(profile) is not known here; 2 and 3 are")
        }
        return chosen
    }

    private func report(_ media: MediaFile, _ file: FileName, _ profile: FingerprintProfile) throws {
        let key = media.pdq.map {
            hexadecimal(EntryKey(perceptual: profile.shortKey(of: $0.hash)).encoded.dropFirst())
        }
        let withoutMarks = media.picture.flatMap {
            profile.withoutMarks($0.fingerprint, raster: $0.raster, separation: separation)
        }
        if json {
            try Terminal.printJSON(
                Row(
                    file: file.text, sha256: hexadecimal(media.sha256.bytes), pdq: media.pdq?.hash.hexadecimal,
                    quality: media.pdq?.quality,
                    storedPDQ: media.picture?.stored?.hash.hexadecimal,
                    storedQuality: media.picture?.stored?.quality,
                    withoutMarksPDQ: withoutMarks?.hash.hexadecimal, withoutMarksQuality: withoutMarks?.quality,
                    shortKey: key,
                    companions: media.video?.line.dropFirst().map(\.hash.hexadecimal),
                    videoFrames: media.video?.frames,
                    videoMilliseconds: media.video?.lastTime, videoCut: media.video?.cut?.description))
        } else if let fingerprint = media.fingerprint {
            comment(file)
            Terminal.print("pdq \(fingerprint.hash.hexadecimal),\(fingerprint.quality)")
            if let stored = media.picture?.stored {
                Terminal.print("pdq \(stored.hash.hexadecimal),\(stored.quality),as-stored")
            }
            if let withoutMarks {
                Terminal.print("pdq \(withoutMarks.hash.hexadecimal),\(withoutMarks.quality),without-marks")
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
