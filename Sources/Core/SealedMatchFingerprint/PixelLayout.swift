/// Reads one pixel as a 32-bit word and weighs its channels. Each conformance is a specialisation of the inner loop, of
/// four kilobytes: one for grey, one for all formats with colours.
protocol PixelLayout {
    var bytesPerPixel: Int { get }
    /// Loads the pixel at `pixel`. May read a byte of the pixel behind it, which must exist.
    @unsafe func word(_ pixel: UnsafeRawPointer) -> UInt32
    /// The word of a pixel behind which nothing is readable.
    @unsafe func lastWord(_ pixel: UnsafeRawPointer) -> UInt32
    /// The luma of eight pixels.
    func luma(_ words: SIMD8<UInt32>) -> SIMD8<Float>
}

struct Gray8: PixelLayout {
    @inline(__always)
    var bytesPerPixel: Int { 1 }

    @unsafe @inline(__always)
    func word(_ pixel: UnsafeRawPointer) -> UInt32 {
        UInt32(unsafe pixel.load(as: UInt8.self))
    }

    @unsafe @inline(__always)
    func lastWord(_ pixel: UnsafeRawPointer) -> UInt32 {
        unsafe word(pixel)
    }

    @inline(__always)
    func luma(_ words: SIMD8<UInt32>) -> SIMD8<Float> {
        SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: words))
    }
}

/// Three or four bytes a pixel, green the second.
struct Colour: PixelLayout {
    let bytesPerPixel: Int
    /// The weights of the first and the third byte, in thousandths.
    private let first: Float
    private let third: Float

    static let rgb8 = Colour(bytesPerPixel: 3, first: 299, third: 114)
    static let rgba8 = Colour(bytesPerPixel: 4, first: 299, third: 114)
    static let bgra8 = Colour(bytesPerPixel: 4, first: 114, third: 299)

    @unsafe @inline(__always)
    func word(_ pixel: UnsafeRawPointer) -> UInt32 {
        UInt32(littleEndian: unsafe pixel.loadUnaligned(as: UInt32.self))
    }

    @unsafe @inline(__always)
    func lastWord(_ pixel: UnsafeRawPointer) -> UInt32 {
        unsafe UInt32(pixel.load(as: UInt8.self))
            | UInt32(pixel.load(fromByteOffset: 1, as: UInt8.self)) << 8
            | UInt32(pixel.load(fromByteOffset: 2, as: UInt8.self)) << 16
    }

    /// Luma is .299 R + .587 G + .114 B, which `pdqhash` sums in double precision and rounds to single.
    ///
    /// The same value without a double: 299 R + 587 G + 114 B is an integer below 2^24, so exact in a Float, and one
    /// Float division by 1,000 rounds it correctly. The double sum is off by less than 10^-13; a value n / 1,000 is
    /// either a Float itself or at least 10^-9 from the middle of two, so both round to the same Float.
    @inline(__always)
    func luma(_ words: SIMD8<UInt32>) -> SIMD8<Float> {
        let sum =
            channel(words & 255) * first + channel((words &>> 8) & 255) * 587
            + channel((words &>> 16) & 255) * third
        return sum / 1_000
    }

    /// Through Int32: the conversion from unsigned words has no instruction of its own.
    @inline(__always)
    private func channel(_ values: SIMD8<UInt32>) -> SIMD8<Float> {
        SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: values))
    }
}
