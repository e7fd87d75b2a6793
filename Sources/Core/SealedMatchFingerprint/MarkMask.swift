/// Cells of a picture that a hypothesis does not believe: 64 words, bit j of word i is cell (i, j).
package struct MarkMask: Equatable {
    package private(set) var rows = [UInt64](repeating: 0, count: MarkCells.side)

    package subscript(row: Int, column: Int) -> Bool { rows[row] >> UInt64(column) & 1 == 1 }

    mutating func insert(_ row: Int, _ column: Int) { rows[row] |= 1 << UInt64(column) }

    mutating func form(_ other: MarkMask) {
        for row in rows.indices { rows[row] |= other.rows[row] }
    }

    /// How many cells it has.
    var count: Int { rows.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// With the cells that have a neighbour in it, above, below, to the left or to the right.
    var grown: MarkMask {
        var result = self
        for row in rows.indices {
            result.rows[row] |= rows[row] << 1 | rows[row] >> 1
            if row > 0 { result.rows[row] |= rows[row - 1] }
            if row + 1 < rows.count { result.rows[row] |= rows[row + 1] }
        }
        return result
    }
}

/// A part of a picture that something may have been put on: suspect cells that touch.
package struct Mark {
    package let weight: Int
    package let mask: MarkMask

    /// The clearest marks, at most eight: `Docs/Protocol.md`, 5.11, Masks, steps 1–2.
    /// - Parameter scores: z of each cell.
    @_optimize(size)
    package static func all(_ scores: [Int]) -> [Mark] {
        let side = MarkCells.side
        var isSeen = scores.map { $0 < MarkTables.threshold }
        var found: [Mark] = []
        var left: [Int] = []
        // In the order of their first cells: a sort by weight that is stable leaves equal ones so.
        for start in scores.indices where !isSeen[start] {
            var (weight, count, mask) = (0, 0, MarkMask())
            isSeen[start] = true
            left.append(start)
            while let place = left.popLast() {
                let (row, column) = (place / side, place % side)
                weight += scores[place] - MarkTables.threshold
                count += 1
                mask.insert(row, column)
                for y in max(row - 1, 0)...min(row + 1, side - 1) {
                    for x in max(column - 1, 0)...min(column + 1, side - 1) where !isSeen[y * side + x] {
                        isSeen[y * side + x] = true
                        left.append(y * side + x)
                    }
                }
            }
            guard count >= MarkTables.leastCells else { continue }
            // Before the first that is lighter.
            found.append(Mark(weight: weight, mask: mask))
            var at = found.count - 1
            while at > 0 && found[at - 1].weight < weight {
                found.swapAt(at - 1, at)
                at -= 1
            }
            if found.count > MarkTables.mostMarks { found.removeLast() }
        }
        return found
    }

    /// What a kind of mask hides, and how clear that is: Masks, steps 3–4. Nil where there are too few marks, or
    /// too many cells.
    @_optimize(size)
    package static func mask(_ kind: MarkTables.Kind, of marks: [Mark]) -> (mask: MarkMask, weight: Int)? {
        guard marks.count >= kind.least else { return nil }
        var (mask, weight) = (MarkMask(), 0)
        for mark in marks[kind.first..<min(kind.first + kind.count, marks.count)] {
            mask.form(mark.mask)
            weight += mark.weight
        }
        mask = mask.grown
        guard weight > 0, mask.count <= MarkTables.mostCells else { return nil }
        return (mask, weight)
    }
}
