/// The last of PDQ's four means: along columns, at the 64 sampled columns, written at the 64 sampled rows only.
struct SampledRows {
    private let window: BoxWindow
    /// The rows that the window still needs, 64 values each.
    private var ring: [Float]
    private let ringRows: Int
    private var sums = [Float](repeating: 0, count: LumaGrid.side)
    private var entered = 0
    /// The next grid line to be written.
    private var line = 0
    private var grid = [Float](repeating: 0, count: LumaGrid.side * LumaGrid.side)

    /// - Parameter window: the window along columns of the picture.
    init(window: BoxWindow) {
        self.window = window
        ringRows = window.size + 1
        ring = [Float](repeating: 0, count: ringRows * LumaGrid.side)
    }

    /// The next row of the picture: lane `lane` of 64 vectors.
    mutating func enter(_ samples: [SIMD8<Float>], lane: Int) {
        let side = LumaGrid.side
        let at = entered % ringRows * side
        for column in 0..<side {
            let value = samples[column][lane]
            ring[at + column] = value
            sums[column] += value
        }
        switch window.entry(entered) {
        case .fill: break
        case .grow(let output, let count): write(row: output, count: count)
        case .slide(let output, let leaving):
            subtract(row: leaving)
            write(row: output, count: window.size)
        }
        entered += 1
    }

    /// Lets the window run out behind the last row.
    mutating func finish() -> LumaGrid {
        for extra in 0..<window.lead {
            let row = window.length + extra
            subtract(row: row - window.size)
            write(row: row - window.lead, count: window.size - 1 - extra)
        }
        return LumaGrid(values: grid)
    }

    private mutating func subtract(row: Int) {
        let at = row % ringRows * LumaGrid.side
        for column in 0..<LumaGrid.side { sums[column] -= ring[at + column] }
    }

    /// Output row `row` is ready: grid lines that take it are written. Small pictures repeat rows.
    private mutating func write(row: Int, count: Int) {
        let side = LumaGrid.side
        while line < side && LumaGrid.source(of: line, length: window.length) == row {
            for column in 0..<side { grid[line * side + column] = sums[column] / Float(count) }
            line += 1
        }
    }
}
