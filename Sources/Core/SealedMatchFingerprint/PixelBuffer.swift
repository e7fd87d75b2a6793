/// A picture in memory whose shape has been checked against its bytes.
///
/// It borrows the bytes without saying so to the compiler: it lives only inside the `withUnsafeBytes` that lends them.
@safe
struct PixelBuffer {
    let width: Int
    let height: Int
    let bytesPerRow: Int
    let format: PixelFormat
    private let base: UnsafeRawPointer

    /// Checks the shape with overflow-safe arithmetic: after this, every byte of every row lies inside `pixels`.
    init(
        _ pixels: UnsafeRawBufferPointer, width: Int, height: Int, bytesPerRow: Int, format: PixelFormat
    ) throws(FingerprintError) {
        guard width >= 1, height >= 1, width <= PDQFingerprint.maximumSide, height <= PDQFingerprint.maximumSide else {
            throw .badDimensions
        }
        // Both sides are below 2^16, so 64 bits hold the product.
        guard UInt64(width) * UInt64(height) <= UInt64(PDQFingerprint.maximumPixels) else { throw .tooManyPixels }
        let rowBytes = width * format.bytesPerPixel
        guard bytesPerRow >= rowBytes else { throw .rowTooShort }
        let (upper, overflowed) = bytesPerRow.multipliedReportingOverflow(by: height - 1)
        let (needed, overflowedToo) = upper.addingReportingOverflow(rowBytes)
        guard !overflowed, !overflowedToo, needed <= pixels.count, let base = pixels.baseAddress else {
            throw .bufferTooShort
        }
        self.width = width
        self.height = height
        self.bytesPerRow = bytesPerRow
        self.format = format
        unsafe self.base = base
    }

    /// The first byte of row `index`, 0..<height.
    @unsafe @inline(__always)
    func row(_ index: Int) -> UnsafeRawPointer {
        unsafe base + index &* bytesPerRow
    }
}
