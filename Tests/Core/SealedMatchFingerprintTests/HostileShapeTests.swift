import SealedMatchFingerprint
import Testing

/// Shapes that lie about their bytes end in a typed error.
@Suite struct HostileShapeTests {
    static let bytes = [UInt8](repeating: 128, count: 3 * 100)

    private func error(_ width: Int, _ height: Int, _ bytesPerRow: Int, _ format: PixelFormat = .rgb8)
        -> FingerprintError?
    {
        do throws(FingerprintError) {
            _ = try PDQFingerprint(
                pixels: Self.bytes.span.bytes, width: width, height: height, bytesPerRow: bytesPerRow, format: format)
            return nil
        } catch {
            return error
        }
    }

    @Test func refusesBadDimensions() {
        for bad in [0, -1, Int.min, 65_536, Int.max] {
            #expect(error(bad, 1, 300) == .badDimensions)
            #expect(error(1, bad, 300) == .badDimensions)
        }
        #expect(error(65_535, 65_535, 1 << 20) == .tooManyPixels)
        #expect(error(4_097, 65_535, 1 << 20) == .tooManyPixels)
    }

    @Test func refusesBadRows() {
        #expect(error(10, 10, 29) == .rowTooShort)
        #expect(error(10, 10, 0) == .rowTooShort)
        #expect(error(10, 10, -30) == .rowTooShort)
        #expect(error(10, 10, Int.min) == .rowTooShort)
        #expect(error(10, 10, 39, .rgba8) == .rowTooShort)
        #expect(error(10, 10, 30) == nil)
        #expect(error(10, 10, 31) == .bufferTooShort)
        #expect(error(10, 11, 30) == .bufferTooShort)
        #expect(error(10, 10, Int.max) == .bufferTooShort)
        #expect(error(10, 2, Int.max - 10) == .bufferTooShort)
        #expect(error(10, 65_535, Int.max / 2) == .bufferTooShort)
        // One row needs no stride.
        #expect(error(100, 1, Int.max) == nil)
    }

    @Test func refusesAnEmptyBuffer() {
        #expect(throws: FingerprintError.bufferTooShort) {
            try PDQFingerprint(
                pixels: [UInt8]().span.bytes, width: 1, height: 1, bytesPerRow: 3, format: .rgb8)
        }
    }

    @Test func everyCodeHasItsText() {
        let all: [FingerprintError] = [
            .badDimensions, .tooManyPixels, .rowTooShort, .bufferTooShort, .badHexadecimal, .badHashLength, .badProfile,
        ]
        #expect(all.map(\.code) == Array(1...7))
        #expect(Set(all.map(\.description)).count == all.count)
    }
}
