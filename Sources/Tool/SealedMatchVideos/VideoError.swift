/// Why a video gave no frames, or no more frames.
///
/// A structure around a code, so that a later release may add a code without breaking a `switch`. `detail` is a short
/// text, partly by the decoder: printable ASCII only, since a hostile file has a say in it. It holds no pixel.
public struct VideoError: Error, Hashable, Sendable {
    public struct Code: Hashable, Sendable {
        /// A stable number, from 1 on.
        public let number: Int32
        let text: String

        /// `ffmpeg` or `prlimit` is not in PATH. Pictures work without them.
        public static let programMissing = Code(number: 1, text: "a program that videos need is missing")
        /// The file cannot be opened or read, or is no regular file.
        public static let unreadableFile = Code(number: 2, text: "cannot read the file")
        /// The first bytes are those of no known video container.
        public static let unknownFormat = Code(number: 3, text: "not a video file of a known format")
        /// The decoder ended without a single frame: no video stream (a voice message, say), damaged from the start, or
        /// of a codec that is not read.
        public static let noFrame = Code(number: 4, text: "no frame could be decoded")
        /// More wall-clock time than the limit.
        public static let timeLimit = Code(number: 5, text: "video takes longer than the limit")
        /// More processor time than the limit.
        public static let processorLimit = Code(number: 6, text: "video takes more processor time than the limit")
        /// More frames than the limit.
        public static let frameLimit = Code(number: 7, text: "video has more frames than the limit")
        /// What came from the decoder is not what was asked for.
        public static let badOutput = Code(number: 8, text: "the decoder's output is not well-formed")
        /// The decoder ended with an error or was killed, possibly for want of memory.
        public static let decoderFailed = Code(number: 9, text: "the decoder failed")
        /// The decoder could not be started.
        public static let notStarted = Code(number: 10, text: "the decoder could not be started")
        /// The caller asked to stop.
        public static let interrupted = Code(number: 11, text: "interrupted")
        /// A rate, a size or a limit given by the caller is out of range.
        public static let badArgument = Code(number: 12, text: "rate, size or limit is out of range")
    }

    public let code: Code
    public let detail: String

    init(_ code: Code, _ detail: String = "") {
        self.code = code
        self.detail = detail
    }
}

extension VideoError: CustomStringConvertible {
    public var description: String {
        detail.isEmpty ? code.text : code.text + ": " + detail
    }
}
