/// Why a fingerprint, a hash or a profile could not be made.
///
/// A structure around a code, so that a later release may add a code without breaking a `switch`. The codes are stable.
/// No error carries a byte of the picture.
public struct FingerprintError: Error, Hashable, Sendable {
    /// A stable number, from 1 on.
    public let code: Int32

    init(code: Int32) {
        self.code = code
    }

    /// Width or height lies outside 1...65,535.
    public static let badDimensions = FingerprintError(code: 1)
    /// The picture has more than 2^28 pixels.
    public static let tooManyPixels = FingerprintError(code: 2)
    /// `bytesPerRow` is smaller than a row of pixels, or negative.
    public static let rowTooShort = FingerprintError(code: 3)
    /// The buffer ends before the last pixel.
    public static let bufferTooShort = FingerprintError(code: 4)
    /// A hash in hexadecimal is not 64 digits out of `0-9a-fA-F`.
    public static let badHexadecimal = FingerprintError(code: 5)
    /// An encoded hash is not 32 bytes long.
    public static let badHashLength = FingerprintError(code: 6)
    /// A profile's positions are empty, more than 64 or not distinct, or its numbers are out of range.
    public static let badProfile = FingerprintError(code: 7)
}

extension FingerprintError: CustomStringConvertible {
    /// What went wrong, for a person.
    public var description: String {
        switch code {
        case 1: "picture width and height must lie in 1...65,535"
        case 2: "picture has more than 2^28 pixels"
        case 3: "bytes per row are fewer than a row of pixels takes"
        case 4: "pixel buffer ends before the last pixel"
        case 5: "a PDQ hash is written as exactly 64 hexadecimal digits"
        case 6: "an encoded PDQ hash has exactly 32 bytes"
        case 7: "fingerprint profile is out of range"
        default: "fingerprint error"
        }
    }
}
