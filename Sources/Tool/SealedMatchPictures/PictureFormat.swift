/// The file formats that are read, told by their first bytes, never by a file's name.
public enum PictureFormat: String, Hashable, Sendable, CaseIterable {
    case jpeg
    case png
    case webp

    /// The format that the first bytes announce, or nil.
    public init?(sniffing bytes: RawSpan) {
        if PictureFormat.matches(bytes, [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if PictureFormat.matches(bytes, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if PictureFormat.matches(bytes, [0x52, 0x49, 0x46, 0x46]),
            PictureFormat.matches(bytes, [0x57, 0x45, 0x42, 0x50], at: 8)
        {
            self = .webp
        } else {
            return nil
        }
    }

    private static func matches(_ bytes: RawSpan, _ magic: [UInt8], at offset: Int = 0) -> Bool {
        guard bytes.byteCount >= offset + magic.count else { return false }
        for index in 0..<magic.count
        where unsafe bytes.unsafeLoad(fromByteOffset: offset + index, as: UInt8.self) != magic[index] {
            return false
        }
        return true
    }
}
