internal import SealedMatchFingerprint

/// Frames of one video, a line each: number, quality, PDQ hash, seconds, as the program writes them; or number, hash,
/// quality, seconds, as the Python module's example prints them. The list gets one line of it ("Line of a video").
enum FrameReader {
    /// 48 hours of eight frames a second.
    private static let maximumFrames = 48 * 3600 * 8

    static func read(
        _ source: ByteSource, into collector: ImportCollector, _ options: ImportOptions
    ) throws(ImportFailure) {
        var line = VideoLine()
        var frames = 0
        var isWhole = true
        var isHashFirst: Bool?
        var last: (number: Int, time: Double)?
        while let (number, text) = try source.nextLine(limit: 1024) {
            if text?.isEmpty == true { continue }
            guard frames < maximumFrames else { throw source.broken("more frames than 48 hours have") }
            frames += 1
            let fields = (text ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 4 else {
                collector.leave(.malformed, line: number)
                isWhole = false
                continue
            }
            let isFirst = isHashFirst ?? (fields[1].utf8.count > 3)
            isHashFirst = isFirst
            let (digits, quality) = isFirst ? (fields[1], fields[2]) : (fields[2], fields[1])
            guard let frame = Int(fields[0]), let time = Double(fields[3]), frame >= 0, time >= 0, time.isFinite,
                last.map({ frame > $0.number && time >= $0.time }) ?? true,
                case .known(let quality) = ImportedHash.Quality(quality), let hash = try? PDQHash(hexadecimal: digits)
            else {
                let isLength = !digits.isEmpty && digits.allSatisfy(\.isHexDigit) && digits.utf8.count != 64
                collector.leave(isLength ? .wrongLength : .malformed, line: number)
                isWhole = false
                continue
            }
            last = (frame, time)
            line.append(hash, quality: quality)
        }
        guard frames > 0 else { throw source.broken("the file is empty") }
        // Of a video of which frames are missing another line would come out.
        guard isWhole else { return }
        let entries = line.finish()
        if entries.isEmpty { return collector.leave(.lowQuality, line: 1) }
        collector.add(video: entries.map { $0.hash }, line: 1)
    }
}
