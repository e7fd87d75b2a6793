/// How the 8-bit channels of a pixel lie in memory.
///
/// Alpha is ignored, not composited: the colour under a transparent pixel counts. This is what `pdqhash` gets from
/// Pillow's `convert("RGB")`. Callers that hold premultiplied pixels should divide first.
public enum PixelFormat: UInt8, Hashable, Sendable, CaseIterable {
    /// One byte, grey; hashed like red = green = blue.
    case gray8 = 1
    /// Three bytes: red, green, blue.
    case rgb8 = 2
    /// Four bytes: red, green, blue, and one that is ignored.
    case rgba8 = 3
    /// Four bytes: blue, green, red, and one that is ignored.
    case bgra8 = 4

    /// Bytes a pixel takes: 1, 3 or 4.
    public var bytesPerPixel: Int {
        switch self {
        case .gray8: 1
        case .rgb8: 3
        case .rgba8, .bgra8: 4
        }
    }
}
