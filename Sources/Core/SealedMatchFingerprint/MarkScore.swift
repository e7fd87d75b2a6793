/// How likely something was put on each cell of a picture: `Docs/Protocol.md`, 5.11, "Score of marks".
package enum MarkScore {
    /// z of each cell, in 1/256 nat.
    ///
    /// Features are whole numbers, and so are their sums: boxes of several maps are the box of the maps' weighted sum.
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
        for place in total.indices { total[place] += own * logs[place] - common }
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
                    inRow += 1
                    total[place] += one
                    small[place] += box1
                    middle[place] += box3
                    large[place] += box7
                }
                all += inRow
                for place in row * side..<(row + 1) * side { total[place] += rowWeight * inRow }
            }
            for place in total.indices { total[place] += allWeight * all }
        }
        for (values, radius) in [(small, 1), (middle, 3), (large, 7)] {
            let sums = BoxSums.sums(of: values, radius: radius)
            for place in total.indices { total[place] += sums[place] }
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
        for row in 0..<side {
            for column in 0..<side {
                let place = row * side + column
                let (y, x) = (min(row, side - 1 - row), min(column, side - 1 - column))
                if y < 1 { total[place] += places[0] }
                if x < 1 { total[place] += places[1] }
                if y < 3 { total[place] += places[2] }
                if x < 3 { total[place] += places[3] }
                if y < 7 { total[place] += places[4] }
                if x < 7 { total[place] += places[5] }
                if y < 3 && x < 3 { total[place] += places[6] }
                if y < 7 && x < 7 { total[place] += places[7] }
                if y < 12 && x < 20 {
                    total[place] += places[8] + innerLog * (logs[place] - hundredth)
                    total[place] += innerHard[place] + innerFlat[place]
                }
                if row >= 50 { total[place] += places[9] }
                if row >= 57 { total[place] += places[10] }
                if row < 7 { total[place] += places[11] }
                if row >= 46 { total[place] += lowBoth[place] + lowWhite[place] }
                total[place] >>= MarkTables.shift
            }
        }
        return total
    }

    /// Steps of cells in order: the 2,048th, 3,686th and 4,055th smallest.
    struct Order {
        private(set) var half = 0, tenth = 0, hundredth = 0

        init(_ steps: [UInt8]) {
            var counts = [Int](repeating: 0, count: 256)
            for step in steps { counts[Int(step)] += 1 }
            half = Self.smallest(2_048, counts)
            tenth = Self.smallest(3_686, counts)
            hundredth = Self.smallest(4_055, counts)
        }

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
