/// Why a picture could not be read, changed or written.
///
/// A structure around a code, so that a later release may add a code without breaking a `switch`. `detail` is a short
/// text by the codec; it holds no pixel and no byte of the file.
public struct PictureError: Error, Hashable, Sendable {
    public struct Code: Hashable, Sendable {
        /// A stable number, from 1 on.
        public let number: Int32
        let text: String

        /// The file cannot be opened or read, or is no regular file.
        public static let unreadableFile = Code(number: 1, text: "cannot read the file")
        /// The first bytes are those of no format that is read.
        public static let unknownFormat = Code(number: 3, text: "not a picture of a known format")
        /// The header announces more pixels than the limit: possibly a decompression bomb. Nothing was decompressed.
        public static let tooManyPixels = Code(number: 4, text: "picture has more pixels than the limit")
        /// So truncated or damaged that there are no pixels.
        public static let damaged = Code(number: 5, text: "picture is truncated or damaged")
        /// Well-formed, but of a kind that is not read, such as JPEG with 12-bit samples.
        public static let unsupported = Code(number: 6, text: "this kind of picture is not supported")
        /// Encoding failed.
        public static let notEncoded = Code(number: 7, text: "picture could not be encoded")
        /// A size, a quality or a rectangle given by the caller is out of range.
        public static let badArgument = Code(number: 8, text: "size, quality or rectangle is out of range")
    }

    public let code: Code
    public let detail: String

    init(_ code: Code, _ detail: String = "") {
        self.code = code
        self.detail = detail
    }
}

extension PictureError: CustomStringConvertible {
    public var description: String {
        detail.isEmpty ? code.text : code.text + ": " + detail
    }
}
