/// How likely something was put on each cell of a picture: `Docs/Protocol.md`, 5.11, "Score of marks".
package enum MarkScore {
    /// z of each cell, in 1/256 nat.
    ///
    /// Features are whole numbers, and so are their sums, which stay far below 2^63. Boxes of several maps are the box
    /// of the maps' weighted sum.
    @_optimize(size)
    package static func scores(of cells: MarkCells) -> [Int] {
        let side = MarkCells.side
        var total = [Int](repeating: MarkTables.bias, count: MarkCells.count)
        // Score of marks, steps 1–2
        let order = Order(cells.steps)
        let logs = cells.steps.map { Int(MarkTables.logarithms[Int($0)]) }
        let half = Int(MarkTables.logarithms[order.half])
        let tenth = Int(MarkTables.logarithms[order.tenth])
        let hundredth = Int(MarkTables.logarithms[order.hundredth])
        var weight = Weights()
        // The weights are in the order of the features.
        let (itself, overHalf, overTenth, overHundredth) = (weight.next, weight.next, weight.next, weight.next)
        let (near, wide) = (weight.next, weight.next)
        let common =
            overHalf * half + overTenth * tenth + overHundredth * hundredth + near * 9 * tenth + wide * 49 * tenth
        let own = itself + overHalf + overTenth + overHundredth
        for place in total.indices { total[place] &+= own &* logs[place] &- common }
        var small = logs.map { near * $0 }
        var middle = logs.map { wide * $0 }
        var large = [Int](repeating: 0, count: MarkCells.count)
        // Score of marks, step 3
        for map in MarkMap.allCases {
            let flags = map.flags(of: cells, order)
            let (one, box1, box3, box7) = (weight.next, weight.next, weight.next, weight.next)
            let (rowWeight, allWeight) = (weight.next, weight.next)
            var all = 0
            for row in 0..<side {
                var inRow = 0
                for place in row * side..<(row + 1) * side where flags[place] {
                    inRow &+= 1
                    total[place] &+= one
                    small[place] &+= box1
                    middle[place] &+= box3
                    large[place] &+= box7
                }
                all &+= inRow
                for place in row * side..<(row + 1) * side { total[place] &+= rowWeight &* inRow }
            }
            for place in total.indices { total[place] &+= allWeight &* all }
        }
        for (values, radius) in [(small, 1), (middle, 3), (large, 7)] {
            let sums = BoxSums.sums(of: values, radius: radius)
            for place in total.indices { total[place] &+= sums[place] }
        }
        // Score of marks, steps 4–5
        let places = (0..<MarkTables.places).map { _ in weight.next }
        let innerLog = weight.next
        func box(_ map: MarkMap, radius: Int) -> [Int] {
            let once = weight.next
            return BoxSums.sums(of: map.flags(of: cells, order).map { $0 ? once : 0 }, radius: radius)
        }
        let innerHard = box(.hard, radius: 3)
        let innerFlat = box(.flat, radius: 1)
        let lowBoth = box(.whiteAndBlack, radius: 3)
        let lowWhite = box(.white, radius: 1)
        for place in total.indices {
            let (row, column) = (place / side, place % side)
            let (y, x) = (min(row, side - 1 - row), min(column, side - 1 - column))
            var score = total[place]
            for (n, weight) in places.enumerated() where Self.isThere(n, row, y, x) { score &+= weight }
            if Self.isThere(Self.inner, row, y, x) {
                score &+= innerLog &* (logs[place] &- hundredth) &+ innerHard[place] &+ innerFlat[place]
            }
            if row >= 46 { score &+= lowBoth[place] &+ lowWhite[place] }
            total[place] = score >> MarkTables.shift
        }
        return total
    }

    /// Which of the twelve places is the inner one.
    private static let inner = 8

    /// Score of marks, step 4: whether a cell is in place n.
    /// - Parameters:
    ///   - y: rows to the nearer edge.
    ///   - x: columns to the nearer edge.
    private static func isThere(_ n: Int, _ row: Int, _ y: Int, _ x: Int) -> Bool {
        switch n {
        case 0: y < 1
        case 1: x < 1
        case 2: y < 3
        case 3: x < 3
        case 4: y < 7
        case 5: x < 7
        case 6: y < 3 && x < 3
        case 7: y < 7 && x < 7
        case inner: y < 12 && x < 20
        case 9: row >= 50
        case 10: row >= 57
        default: row < 7
        }
    }

    /// Steps of cells in order: the 2,048th, 3,686th and 4,055th smallest.
    struct Order {
        private(set) var half = 0, tenth = 0, hundredth = 0

        @_optimize(size)
        init(_ steps: [UInt8]) {
            var counts = [Int](repeating: 0, count: 256)
            for step in steps { counts[Int(step)] += 1 }
            half = Self.smallest(2_048, counts)
            tenth = Self.smallest(3_686, counts)
            hundredth = Self.smallest(4_055, counts)
        }

        @inline(never)
        private static func smallest(_ number: Int, _ counts: [Int]) -> Int {
            var (value, below) = (0, counts[0])
            while below < number {
                value += 1
                below += counts[value]
            }
            return value
        }
    }

    /// The weights, one after another.
    private struct Weights {
        private var place = 0

        var next: Int {
            mutating get {
                defer { place += 1 }
                return Int(MarkTables.weights[place])
            }
        }
    }
}

/// Of each cell, whether it is so: Score of marks, step 3.
enum MarkMap: CaseIterable {
    case flat, even, white, black, whiteAndBlack, hard, harder, hardForThis, allWhite, allBlack

    /// Of 4,096 cells.
    func flags(of cells: MarkCells, _ order: MarkScore.Order) -> [Bool] {
        (0..<MarkCells.count).map { place in
            let (high, low) = (Int(cells.highest[place]), Int(cells.lowest[place]))
            let step = Int(cells.steps[place])
            return switch self {
            case .flat: high - low <= 3
            case .even: high - low <= 8
            case .white: high >= 245
            case .black: low <= 12
            case .whiteAndBlack: high >= 245 && low <= 12
            case .hard: step >= 40
            case .harder: step >= 90
            case .hardForThis: 10 * step > 7 * order.hundredth
            case .allWhite: low >= 250
            case .allBlack: high <= 5
            }
        }
    }
}
