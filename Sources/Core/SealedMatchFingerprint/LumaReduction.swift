/// Blurs a picture twice and takes 64 × 64 samples of it, in one pass over the rows (Docs/Protocol.md, 5.11: PDQ with
/// coefficients, steps 2–5).
///
/// `pdqhash` holds the whole picture as Floats, twice, and passes over it four times. Here rows flow through four
/// stages:
///
///     rows of pixels → luma, mean along rows → mean along columns → mean along rows → mean along columns → samples
///
/// Means along rows run on eight rows at once, with the lanes of a vector as the rows. Means along columns keep one
/// running sum for each column and the last ⌈height / 128⌉ rows. The second pair of means writes only what is sampled.
/// Memory: about 4 · width · (⌈height / 128⌉ + 33) bytes and 0.2 MB; 0.5 MB for 1920 × 1080, at most 20 MB.
@safe
struct LumaReduction: ~Copyable {
    typealias Vector = SIMD8<Float>

    private let width: Int
    private let rowWindow: BoxWindow
    private let columnWindow: BoxWindow
    /// Vectors in a row, the last one padded.
    private let rowVectors: Int
    /// Two blocks of eight rows with the lanes as rows: one vector for each column.
    private let lanes: UnsafeMutablePointer<Vector>
    private let blurred: UnsafeMutablePointer<Vector>
    /// The means along rows that a window along columns still needs, `ringRows` of them.
    private let ring: UnsafeMutablePointer<Vector>
    private let ringRows: Int
    private let columnSums: UnsafeMutablePointer<Vector>
    /// Eight rows after the first pair of means.
    private let batch: UnsafeMutablePointer<Vector>
    private var batched = 0
    private let sampledColumns: [Int]
    private var sampled: SampledRows

    private init(width: Int, height: Int) {
        self.width = width
        rowWindow = BoxWindow(length: width)
        columnWindow = BoxWindow(length: height)
        rowVectors = (width + 7) / 8
        ringRows = columnWindow.size + 8
        unsafe lanes = LumaReduction.zeros(rowVectors * 8)
        unsafe blurred = LumaReduction.zeros(rowVectors * 8)
        unsafe ring = LumaReduction.zeros(ringRows * rowVectors)
        unsafe columnSums = LumaReduction.zeros(rowVectors)
        unsafe batch = LumaReduction.zeros(8 * rowVectors)
        sampledColumns = (0..<LumaGrid.side).map { LumaGrid.source(of: $0, length: width) }
        sampled = SampledRows(window: columnWindow)
    }

    deinit {
        unsafe lanes.deallocate()
        unsafe blurred.deallocate()
        unsafe ring.deallocate()
        unsafe columnSums.deallocate()
        unsafe batch.deallocate()
    }

    private static func zeros(_ count: Int) -> UnsafeMutablePointer<Vector> {
        let pointer = UnsafeMutablePointer<Vector>.allocate(capacity: count)
        unsafe pointer.initialize(repeating: Vector(repeating: 0), count: count)
        return unsafe pointer
    }

    /// Reduces a picture whose shape has been checked.
    ///
    /// Two rules of `pdqhash` besides the blur (PDQ with coefficients, steps 1 and 3): a picture with a side below
    /// five pixels has no content (an all-zero hash of quality 0), and one of 64 × 64 pixels is taken as it is.
    static func grid(of picture: PixelBuffer) -> LumaGrid {
        if min(picture.width, picture.height) < LumaGrid.leastSide {
            return LumaGrid(values: [Float](repeating: 0, count: LumaGrid.side * LumaGrid.side))
        }
        return switch picture.format {
        case .gray8: reduce(picture, as: Gray8())
        case .rgb8: reduce(picture, as: Colour.rgb8)
        case .rgba8: reduce(picture, as: Colour.rgba8)
        case .bgra8: reduce(picture, as: Colour.bgra8)
        }
    }

    @inline(__always)
    private static func reduce<Layout: PixelLayout>(
        _ picture: PixelBuffer, as layout: Layout
    ) -> LumaGrid {
        if picture.width == LumaGrid.side && picture.height == LumaGrid.side { return copy(picture, as: layout) }
        var reduction = LumaReduction(width: picture.width, height: picture.height)
        var row = 0
        let height = picture.height
        while row < height {
            let count = min(8, height - row)
            reduction.blurRows(of: picture, from: row, as: layout)
            for entering in row..<row + count {
                reduction.unpack(lane: entering - row, intoRow: entering)
            }
            for entering in row..<row + count { reduction.enter(row: entering) }
            row += count
        }
        for extra in 0..<reduction.columnWindow.lead { reduction.leave(row: height + extra) }
        reduction.flushBatch()
        return reduction.sampled.finish()
    }

    private static func copy<Layout: PixelLayout>(_ picture: PixelBuffer, as layout: Layout) -> LumaGrid {
        var values: [Float] = []
        for row in 0..<LumaGrid.side {
            for column in 0..<LumaGrid.side {
                let word = unsafe layout.lastWord(picture.row(row) + column * layout.bytesPerPixel)
                values.append(layout.luma(SIMD8(repeating: word))[0])
            }
        }
        return LumaGrid(values: values)
    }

    // MARK: First pair of means

    /// Luma of rows `row` ... `row` + 7 and its mean along the rows. Rows past the last one repeat it and are dropped
    /// later.
    @inline(__always)
    private mutating func blurRows<Layout: PixelLayout>(
        of picture: PixelBuffer, from row: Int, as layout: Layout
    ) {
        let last = picture.height - 1
        let row0 = unsafe picture.row(row)
        let row1 = unsafe picture.row(min(row + 1, last))
        let row2 = unsafe picture.row(min(row + 2, last))
        let row3 = unsafe picture.row(min(row + 3, last))
        let row4 = unsafe picture.row(min(row + 4, last))
        let row5 = unsafe picture.row(min(row + 5, last))
        let row6 = unsafe picture.row(min(row + 6, last))
        let row7 = unsafe picture.row(min(row + 7, last))
        let luma = unsafe lanes
        let means = unsafe blurred
        let lastColumn = width - 1
        let bytesPerPixel = layout.bytesPerPixel
        rowWindow.run(
            value: { column in
                let at = column &* bytesPerPixel
                var words = SIMD8<UInt32>()
                if column < lastColumn {
                    unsafe words = SIMD8(
                        layout.word(row0 + at), layout.word(row1 + at), layout.word(row2 + at), layout.word(row3 + at),
                        layout.word(row4 + at), layout.word(row5 + at), layout.word(row6 + at), layout.word(row7 + at))
                } else {
                    unsafe words = SIMD8(
                        layout.lastWord(row0 + at), layout.lastWord(row1 + at), layout.lastWord(row2 + at),
                        layout.lastWord(row3 + at), layout.lastWord(row4 + at), layout.lastWord(row5 + at),
                        layout.lastWord(row6 + at), layout.lastWord(row7 + at))
                }
                let values = layout.luma(words)
                unsafe luma[column] = values
                return values
            },
            earlier: { column in unsafe luma[column] },
            emit: { column, sum, count in unsafe means[column] = sum / count }
        )
    }

    /// Writes one of the eight blurred rows into the ring.
    @inline(__always)
    private mutating func unpack(lane: Int, intoRow row: Int) {
        let target = unsafe ring + (row % ringRows) &* rowVectors
        let source = unsafe UnsafeRawPointer(blurred).assumingMemoryBound(to: Float.self) + lane
        for vector in 0..<rowVectors {
            let from = unsafe source + vector &* 64
            unsafe target[vector] = Vector(
                from[0], from[8], from[16], from[24], from[32], from[40], from[48], from[56])
        }
    }

    /// Row `row` of the ring enters the windows along columns.
    @inline(__always)
    private mutating func enter(row: Int) {
        let entering = unsafe ring + (row % ringRows) &* rowVectors
        let sums = unsafe columnSums
        switch columnWindow.entry(row) {
        case .fill:
            for vector in 0..<rowVectors { unsafe sums[vector] += entering[vector] }
        case .grow(_, let count):
            let target = unsafe batch + batched &* rowVectors
            let divisor = Float(count)
            for vector in 0..<rowVectors {
                let sum = unsafe sums[vector] + entering[vector]
                unsafe sums[vector] = sum
                unsafe target[vector] = sum / divisor
            }
            rowDone()
        case .slide(_, let leaving):
            let target = unsafe batch + batched &* rowVectors
            let left = unsafe ring + (leaving % ringRows) &* rowVectors
            let divisor = Float(columnWindow.size)
            for vector in 0..<rowVectors {
                let sum = unsafe sums[vector] + entering[vector] - left[vector]
                unsafe sums[vector] = sum
                unsafe target[vector] = sum / divisor
            }
            rowDone()
        }
    }

    /// After the last row windows shrink: `row` counts on past the height.
    @inline(__always)
    private mutating func leave(row: Int) {
        let left = unsafe ring + ((row - columnWindow.size) % ringRows) &* rowVectors
        let target = unsafe batch + batched &* rowVectors
        let sums = unsafe columnSums
        let divisor = Float(columnWindow.size - 1 - (row - columnWindow.length))
        for vector in 0..<rowVectors {
            let sum = unsafe sums[vector] - left[vector]
            unsafe sums[vector] = sum
            unsafe target[vector] = sum / divisor
        }
        rowDone()
    }

    @inline(__always)
    private mutating func rowDone() {
        batched += 1
        if batched == 8 { flushBatch() }
    }

    // MARK: Second pair of means, at sampled places only

    /// Turns the batch so that lanes are rows, takes means along rows at the sampled columns, and passes them on.
    @inline(never)
    private mutating func flushBatch() {
        let side = LumaGrid.side
        let turned = unsafe lanes
        let floats = unsafe UnsafeRawPointer(batch).assumingMemoryBound(to: Float.self)
        let stride = rowVectors &* 8
        for column in 0..<width {
            let from = unsafe floats + column
            unsafe turned[column] = Vector(
                from[0], from[stride], from[2 &* stride], from[3 &* stride],
                from[4 &* stride], from[5 &* stride], from[6 &* stride], from[7 &* stride])
        }
        var samples = [Vector](repeating: Vector(repeating: 0), count: side)
        var next = 0
        let columns = sampledColumns
        rowWindow.run(
            value: { column in unsafe turned[column] },
            earlier: { column in unsafe turned[column] },
            emit: { column, sum, count in
                while next < side && columns[next] == column {
                    samples[next] = sum / count
                    next += 1
                }
            }
        )
        for lane in 0..<batched { sampled.enter(samples, lane: lane) }
        batched = 0
    }
}
