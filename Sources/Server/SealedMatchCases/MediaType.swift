/// A kind of picture or video, told by a file's first bytes, and never by its name. None that runs anything: SVG and
/// HTML are none of them.
package enum MediaType: String, CaseIterable, Sendable {
    case jpeg = "image/jpeg"
    case png = "image/png"
    case webp = "image/webp"
    case gif = "image/gif"
    case avif = "image/avif"
    /// HEIC and its brothers.
    case heif = "image/heif"
    case bmp = "image/bmp"
    case tiff = "image/tiff"
    /// MP4, QuickTime, 3GPP: files in boxes that are no pictures.
    case mp4 = "video/mp4"
    /// Matroska, too.
    case webm = "video/webm"
    case avi = "video/x-msvideo"
    case mpeg = "video/mpeg"

    /// Kinds that every browser shows.
    package var isShownByBrowsers: Bool {
        switch self {
        case .jpeg, .png, .webp, .gif: true
        default: false
        }
    }

    /// - Returns: nil for anything else.
    package init?(_ bytes: [UInt8]) {
        func begins(_ mark: [UInt8], at place: Int = 0) -> Bool { bytes.dropFirst(place).starts(with: mark) }
        func begins(_ mark: String, at place: Int = 0) -> Bool { begins(Array(mark.utf8), at: place) }
        if begins([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if begins("RIFF"), begins("WEBP", at: 8) {
            self = .webp
        } else if begins("RIFF"), begins("AVI ", at: 8) {
            self = .avi
        } else if begins("GIF87a") || begins("GIF89a") {
            self = .gif
        } else if begins("BM"), bytes.count > 26, [12, 40, 52, 56, 64, 108, 124].contains(bytes[14]), bytes[15] == 0 {
            self = .bmp
        } else if begins("II*\0") || begins("MM\0*") {
            self = .tiff
        } else if begins("ftyp", at: 4) {
            if begins("avif", at: 8) || begins("avis", at: 8) {
                self = .avif
            } else if ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "miaf"].contains(where: {
                begins($0, at: 8)
            }) {
                self = .heif
            } else {
                self = .mp4
            }
        } else if ["moov", "mdat", "wide"].contains(where: { begins($0, at: 4) }) {
            // QuickTime from before there was a first box that says so.
            self = .mp4
        } else if begins([0x1A, 0x45, 0xDF, 0xA3]) {
            self = .webm
        } else if begins([0x00, 0x00, 0x01, 0xBA]) || begins([0x00, 0x00, 0x01, 0xB3]) {
            self = .mpeg
        } else {
            return nil
        }
    }
}
