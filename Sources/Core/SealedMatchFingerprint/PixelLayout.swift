/// Reads one pixel as a 32-bit word and weighs its channels. Each conformance is a specialisation of the inner loop.
protocol PixelLayout {
    static var bytesPerPixel: Int { get }
    /// Loads the pixel at `pixel`. May read a byte of the pixel behind it, which must exist.
    @unsafe static func word(_ pixel: UnsafeRawPointer) -> UInt32
    /// The word of a pixel behind which nothing is readable.
    @unsafe static func lastWord(_ pixel: UnsafeRawPointer) -> UInt32
    /// The luma of eight pixels.
    static func luma(_ words: SIMD8<UInt32>) -> SIMD8<Float>
}

extension PixelLayout {
    @unsafe @inline(__always)
    static func lastWord(_ pixel: UnsafeRawPointer) -> UInt32 {
        unsafe word(pixel)
    }

    /// Luma is .299 R + .587 G + .114 B, which `pdqhash` sums in double precision and rounds to single.
    ///
    /// The same value without a double: 299 R + 587 G + 114 B is an integer below 2^24, so exact in a Float, and one
    /// Float division by 1,000 rounds it correctly. The double sum is off by less than 10^-13; a value n / 1,000 is
    /// either a Float itself or at least 10^-9 from the middle of two, so both round to the same Float.
    @inline(__always)
    static func weigh(_ red: SIMD8<UInt32>, _ green: SIMD8<UInt32>, _ blue: SIMD8<UInt32>) -> SIMD8<Float> {
        // Through Int32: the conversion from unsigned words has no instruction of its own.
        let sum =
            SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: red)) * 299
            + SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: green)) * 587
            + SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: blue)) * 114
        return sum / 1_000
    }
}

enum Gray8: PixelLayout {
    static var bytesPerPixel: Int { 1 }

    @unsafe @inline(__always)
    static func word(_ pixel: UnsafeRawPointer) -> UInt32 {
        UInt32(unsafe pixel.load(as: UInt8.self))
    }

    @inline(__always)
    static func luma(_ words: SIMD8<UInt32>) -> SIMD8<Float> {
        SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: words))
    }
}

enum RGB8: PixelLayout {
    static var bytesPerPixel: Int { 3 }

    @unsafe @inline(__always)
    static func word(_ pixel: UnsafeRawPointer) -> UInt32 {
        UInt32(littleEndian: unsafe pixel.loadUnaligned(as: UInt32.self))
    }

    @unsafe @inline(__always)
    static func lastWord(_ pixel: UnsafeRawPointer) -> UInt32 {
        unsafe UInt32(pixel.load(as: UInt8.self))
            | UInt32(pixel.load(fromByteOffset: 1, as: UInt8.self)) << 8
            | UInt32(pixel.load(fromByteOffset: 2, as: UInt8.self)) << 16
    }

    @inline(__always)
    static func luma(_ words: SIMD8<UInt32>) -> SIMD8<Float> {
        weigh(words & 255, (words &>> 8) & 255, (words &>> 16) & 255)
    }
}

enum RGBA8: PixelLayout {
    static var bytesPerPixel: Int { 4 }

    @unsafe @inline(__always)
    static func word(_ pixel: UnsafeRawPointer) -> UInt32 {
        unsafe RGB8.word(pixel)
    }

    @inline(__always)
    static func luma(_ words: SIMD8<UInt32>) -> SIMD8<Float> {
        RGB8.luma(words)
    }
}

enum BGRA8: PixelLayout {
    static var bytesPerPixel: Int { 4 }

    @unsafe @inline(__always)
    static func word(_ pixel: UnsafeRawPointer) -> UInt32 {
        unsafe RGB8.word(pixel)
    }

    @inline(__always)
    static func luma(_ words: SIMD8<UInt32>) -> SIMD8<Float> {
        weigh((words &>> 16) & 255, (words &>> 8) & 255, words & 255)
    }
}
