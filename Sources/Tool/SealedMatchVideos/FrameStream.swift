/// Frames out of yuv4mpeg, grey: one header line, then for each frame the line `FRAME` and its pixels. Nothing in it is
/// trusted.
struct FrameStream: ~Copyable {
    private var source: DecoderProcess
    private let sampling: VideoSampling
    /// Read, and not yet used from `used` on.
    private var pending: [UInt8] = []
    private var used = 0
    private var size: (width: Int, height: Int)?

    /// A line is short; ffmpeg's header has some 60 bytes.
    private static let lineBytes = 256
    private static let readBytes = 1 << 16

    init(_ source: consuming DecoderProcess, sampling: VideoSampling) {
        self.source = source
        self.sampling = sampling
    }

    var messages: String { source.messages }

    mutating func finish() throws(VideoError) -> DecoderProcess.Ending { try source.finish() }

    /// The pixels of the next frame with width and height, or nil at the end of the stream.
    ///
    /// - Throws: `badOutput`, or what reading throws.
    mutating func next() throws(VideoError) -> (pixels: [UInt8], width: Int, height: Int)? {
        if size == nil {
            guard let header = try line() else { return nil }
            size = try FrameStream.size(in: header, sampling: sampling)
        }
        guard let size, let mark = try line() else { return nil }
        guard mark == Array("FRAME".utf8) else { throw VideoError(.badOutput, "no frame where one should begin") }
        let count = size.width * size.height
        var pixels = Array(pending[used..<min(pending.count, used + count)])
        pixels.reserveCapacity(count)
        used += pixels.count
        while pixels.count < count {
            guard try source.read(upTo: count - pixels.count, into: &pixels) else {
                throw VideoError(.badOutput, "ends within a frame")
            }
        }
        return (pixels, size.width, size.height)
    }

    /// The next line without its end; nil if there is no further byte.
    private mutating func line() throws(VideoError) -> [UInt8]? {
        while true {
            if let end = pending[used...].firstIndex(of: UInt8(ascii: "\n")) {
                let found = Array(pending[used..<end])
                used = end + 1
                guard found.count <= FrameStream.lineBytes else { throw VideoError(.badOutput, "line too long") }
                return found
            }
            guard pending.count - used <= FrameStream.lineBytes else { throw VideoError(.badOutput, "line too long") }
            pending.removeFirst(used)
            used = 0
            guard try source.read(upTo: FrameStream.readBytes, into: &pending) else {
                if pending.isEmpty { return nil }
                throw VideoError(.badOutput, "ends within a line")
            }
        }
    }

    /// Reads `YUV4MPEG2 W320 H240 F4:1 Ip A1:1 Cmono XCOLORRANGE=FULL`: grey, of a size and a rate as they were asked
    /// for.
    static func size(in header: [UInt8], sampling: VideoSampling) throws(VideoError) -> (width: Int, height: Int) {
        let fields = header.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map { Array($0) }
        guard fields.first == Array("YUV4MPEG2".utf8) else { throw VideoError(.badOutput, "not yuv4mpeg") }
        func only(_ tag: Character) throws(VideoError) -> String {
            let found = fields.dropFirst().filter { $0.first == tag.asciiValue }
            guard found.count == 1 else { throw VideoError(.badOutput, "header without one \(tag)") }
            return String(decoding: found[0].dropFirst(), as: UTF8.self)
        }
        func side(_ tag: Character) throws(VideoError) -> Int {
            let text = try only(tag)
            // `Int` would take a sign.
            guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let value = Int(text),
                (1...sampling.longestSide).contains(value)
            else {
                throw VideoError(.badOutput, "size")
            }
            return value
        }
        let size = (width: try side("W"), height: try side("H"))
        guard try only("C") == "mono" else { throw VideoError(.badOutput, "not grey") }
        guard try only("F") == "\(sampling.rate):1" else { throw VideoError(.badOutput, "another rate") }
        return size
    }
}
