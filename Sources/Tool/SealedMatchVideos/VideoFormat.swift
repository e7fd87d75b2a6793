/// The containers that are read, told by their first bytes, never by a file's name.
///
/// None of them refers to other files: playlists, concatenations and sequences of pictures are not among them.
public enum VideoFormat: String, Hashable, Sendable, CaseIterable {
    /// MP4, QuickTime, 3GP.
    case mp4
    /// Matroska, WebM.
    case matroska
    case avi
    case ogg
    case mpegTransport
    case mpegProgram
    case flv

    /// How many bytes sniffing looks at.
    public static let sniffedBytes = 1_024

    /// The format that the first `sniffedBytes` bytes announce, or nil. Pictures in an MP4 container (HEIF, AVIF) are
    /// no videos.
    ///
    /// - Parameter size: the whole file's bytes.
    public init?(sniffing bytes: [UInt8], of size: Int) {
        func matches(_ text: StaticString, at offset: Int) -> Bool {
            text.withUTF8Buffer {
                unsafe bytes.count >= offset + $0.count && bytes[offset..<offset + $0.count].elementsEqual($0)
            }
        }
        func repeats(_ byte: UInt8, from first: Int, every step: Int) -> Bool {
            (0..<3).allSatisfy { bytes.count > first + $0 * step && bytes[first + $0 * step] == byte }
        }
        if matches("ftyp", at: 4) {
            let pictures: [StaticString] = [
                "heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1", "avif", "avis",
            ]
            if pictures.contains(where: { matches($0, at: 8) }) { return nil }
            self = .mp4
        } else if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            self = .matroska
        } else if matches("RIFF", at: 0), matches("AVI ", at: 8) {
            self = .avi
        } else if matches("OggS", at: 0) {
            self = .ogg
        } else if bytes.starts(with: [0, 0, 1, 0xBA]) {
            self = .mpegProgram
        } else if bytes.starts(with: [0x46, 0x4C, 0x56, 1]) {
            self = .flv
        } else if repeats(0x47, from: 0, every: 188) || repeats(0x47, from: 4, every: 192) {
            self = .mpegTransport
        } else if VideoFormat.boxes.contains(where: { matches($0, at: 4) }), VideoFormat.hasBox(bytes, of: size) {
            // QuickTime before it had brands, fragments, and files that begin with padding or with notes.
            self = .mp4
        } else {
            return nil
        }
    }

    /// Boxes of MP4 and QuickTime that may come first. The words may begin a text, too: see `hasBox`.
    private static let boxes: [StaticString] = [
        "moov", "mdat", "wide", "pnot", "skip", "free", "junk", "uuid", "udta", "meta", "PICT", "pict", "moof", "styp",
        "sidx", "prfl", "mfra", "emsg", "pdin", "prft", "ssix", "imda",
    ]

    /// Whether the first four bytes are a box's size: 0 (to the end of the file), 1 (eight more bytes have it), or at
    /// least that of its own head and at most the file's. A text's first four letters are a number beyond 500 million.
    /// The last box of a file that was cut off is longer than the file, so that `mdat` has no such limit.
    private static func hasBox(_ bytes: [UInt8], of size: Int) -> Bool {
        let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        return length <= 1 || length >= 8 && (length <= size || bytes[4..<8].elementsEqual("mdat".utf8))
    }

    /// The decoder's name of it: the only one that it may take the file for.
    var demuxer: String {
        switch self {
        case .mp4: "mov"
        case .matroska: "matroska"
        case .avi: "avi"
        case .ogg: "ogg"
        case .mpegTransport: "mpegts"
        case .mpegProgram: "mpeg"
        case .flv: "flv"
        }
    }
}
