/// The file formats that are read, told by their first bytes, never by a file's name.
/// (Docs/Protocol.md, 5.11: Pictures, step 1)
public enum PictureFormat: String, Hashable, Sendable, CaseIterable {
    case jpeg
    case png
    case webp
    case gif
    case avif
    /// HEIC and its brothers.
    case heif
    case bmp
    case tiff

    /// How many bytes sniffing looks at.
    public static let sniffedBytes = 1_024

    /// The format that the first `sniffedBytes` bytes announce, or nil.
    public init?(sniffing bytes: RawSpan) {
        let format = unsafe bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) in
            unsafe PictureFormat.sniff(ByteScanner(bytes: raw.assumingMemoryBound(to: UInt8.self)))
        }
        guard let format else { return nil }
        self = format
    }

    private static func sniff(_ bytes: ByteScanner) -> PictureFormat? {
        if bytes.number(0, bytes: 3) == 0xFFD8FF { return .jpeg }
        if bytes.number(0, bytes: 4) == 0x8950_4E47, bytes.number(4, bytes: 4) == 0x0D0A_1A0A { return .png }
        if bytes.word("RIFF", 0), bytes.word("WEBP", 8) { return .webp }
        if bytes.word("GIF87a", 0) || bytes.word("GIF89a", 0) { return .gif }
        if ["II*\0", "MM\0*", "II+\0", "MM\0+"].contains(where: { bytes.word($0, 0) }) { return .tiff }
        // Two letters may begin a text; with the header's size they do not.
        if bytes.word("BM", 0), bytes.part(14, 4).count == 4, bytes.number(15, bytes: 3) == 0,
            let size = bytes.byte(14), BMPDecoder.headers.contains(size)
        {
            return .bmp
        }
        if bytes.word("ftyp", 4) { return pictures(bytes) }
        return nil
    }

    /// Of a file in boxes, its brands decide: the first one, and where that says no more than "pictures", the others.
    private static func pictures(_ bytes: ByteScanner) -> PictureFormat? {
        let coded: [StaticString] = ["heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs"]
        func format(at place: Int) -> PictureFormat? {
            if bytes.word("avif", place) || bytes.word("avis", place) { return .avif }
            return coded.contains { bytes.word($0, place) } ? .heif : nil
        }
        if let first = format(at: 8) { return first }
        guard bytes.word("mif1", 8) || bytes.word("msf1", 8) || bytes.word("miaf", 8) else { return nil }
        let end = min(bytes.number(0, bytes: 4) ?? 0, bytes.count)
        for place in stride(from: 16, to: max(16, end - 3), by: 4) {
            if let found = format(at: place) { return found }
        }
        return .heif
    }
}
