package import SealedMatchProtocol
package import SealedMatchCrypto
package import SealedMatchWorkers

/// T, the table of m group elements: the solution of decode(y) = V(y) for every entry, with fillers in the cells that
/// no entry owns.
@safe
package final class Table: Sendable {
    let cells: SharedBuffer<Point>

    private init(cells: SharedBuffer<Point>) { self.cells = cells }

    package var count: Int { cells.count }

    /// The 32·m bytes; valid while this object lives.
    @unsafe package var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(cells.elements) }

    package func digest() throws(SealedMatchError) -> Bytes32 { try unsafe KDF.plainDigest(bytes) }

    private static let chunk = 512
    /// Elements that custodians are asked for together.
    private static let askedChunk = 4_096
    /// Smaller, because the last of many short rounds would otherwise keep one thread busy and the others waiting.
    private static let solveChunk = 64

    /// Solves the table for V(y) = α·H(y). Deterministic in its arguments.
    /// - Parameters:
    ///   - keys: distinct.
    ///   - fillers: how many different ones there are; nil for one of its own in each cell, as the protocol says.
    ///     Repeated ones show which cells are fillers: for sets that hide nothing.
    /// - Throws: `peelingFailed`, `interrupted`.
    package static func build(
        keys: [EntryKey], key: borrowing MatchingKey, tableID: TableID, positionSeed: Bytes32, fillerSeed: Bytes32,
        fillers: Int? = nil, workers: Workers
    ) throws(SealedMatchError) -> Table {
        let elements = TableElement(tableID: tableID)
        return try unsafe solve(
            keys: keys, positionSeed: positionSeed, fillerSeed: fillerSeed, fillers: fillers, workers: workers
        ) { (range, out) throws(SealedMatchError) in
            // Table, step 4: V(y) = α·H(y)
            try unsafe key.evaluate(elements.messages(of: keys[range]), into: out)
        }
    }

    /// The same, by whoever holds α: in fewer and longer batches, since each may be a request to several custodians.
    /// - Throws: as above; what `key` does.
    package static func build(
        keys: [EntryKey], by key: some BlindingKey, tableID: TableID, positionSeed: Bytes32, fillerSeed: Bytes32,
        workers: Workers
    ) throws(SealedMatchError) -> Table {
        let elements = TableElement(tableID: tableID)
        return try unsafe solve(
            keys: keys, positionSeed: positionSeed, fillerSeed: fillerSeed, chunk: askedChunk, workers: workers
        ) { (range, out) throws(SealedMatchError) in
            // Table, step 4: V(y) = α·H(y)
            try unsafe GroupBatch.hash(elements.messages(of: keys[range]), HashToGroup.elements, into: out)
            var encodings = unsafe out.map(\.encoded)
            try key.evaluate(&encodings)
            for (offset, encoding) in encodings.enumerated() {
                guard !encoding.isZero else {
                    throw SealedMatchError(.identityPoint, "an entry has no product under this key")
                }
                unsafe out[offset] = Point(unchecked: encoding)
            }
        }
    }

    /// Solves the table for given values, without α: what an auditor does with the decoded values.
    package static func rebuild(
        keys: [EntryKey], values: [Point], positionSeed: Bytes32, fillerSeed: Bytes32, workers: Workers
    ) throws(SealedMatchError) -> Table {
        try unsafe solve(keys: keys, positionSeed: positionSeed, fillerSeed: fillerSeed, workers: workers) {
            (range, out) throws(SealedMatchError) in
            for (offset, index) in range.enumerated() { unsafe out[offset] = values[index] }
        }
    }

    /// Table, step 1: m.
    /// - Throws: `tooManyEntries`.
    package static func cells(forEntries count: Int) throws(SealedMatchError) -> Int {
        guard count <= SetHeader.maximumEntries else {
            throw SealedMatchError(.tooManyEntries, "too many entries for one set")
        }
        return TablePositions.cells(forEntries: count)
    }

    private static func solve(
        keys: [EntryKey], positionSeed: Bytes32, fillerSeed: Bytes32, fillers: Int? = nil, chunk: Int = chunk,
        workers: Workers,
        values: @Sendable (Range<Int>, UnsafeMutableBufferPointer<Point>) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) -> Table {
        let count = try cells(forEntries: keys.count)
        // Table, steps 2–3
        let peeling = try Peeling(keys: keys, seed: positionSeed, cells: count, workers: workers)
        let cells = SharedBuffer(repeating: Point.identity, count: count)
        try fill(cells, besides: peeling, seed: fillerSeed, fillers, workers)
        // Table, step 4: each value goes to its entry's free cell first …
        try workers.forEachChunk("evaluate", count: keys.count, chunk: chunk) { (range) throws(SealedMatchError) in
            let batch = SharedBuffer(repeating: Point.identity, count: range.count)
            try unsafe values(range, batch.elements)
            for (offset, index) in range.enumerated() { cells[Int(peeling.freeCells[index])] = batch[offset] }
        }
        // Table, step 5: … and, last round first, T[free cell] = V(y) − the other two
        for round in peeling.rounds.indices.dropLast().reversed() {
            let entries = peeling.rounds[round]..<peeling.rounds[round + 1]
            try workers.forEachChunk("solve", count: entries.count, chunk: solveChunk) {
                (range) throws(SealedMatchError) in
                let triples = range.map { offset -> GroupBatch.Triple in
                    let entry = Int(peeling.order[entries.lowerBound + offset])
                    let others = peeling.others(of: entry)
                    return (UInt32(peeling.freeCells[entry]), UInt32(others.0), UInt32(others.1))
                }
                try unsafe triples.span.withUnsafeBufferPointer { (triples) throws(SealedMatchError) in
                    try unsafe GroupBatch.subtractPairs(triples, in: cells.elements)
                }
            }
        }
        return Table(cells: cells)
    }

    /// Cells that no entry owns: HashToGroup(fillerSeed ‖ index), the index as 8 little-endian bytes, under the
    /// fillers' tag.
    private static func fill(
        _ cells: SharedBuffer<Point>, besides peeling: Peeling, seed: Bytes32, _ count: Int?, _ workers: Workers
    ) throws(SealedMatchError) {
        var isOwned = [Bool](repeating: false, count: cells.count)
        for cell in peeling.freeCells { isOwned[Int(cell)] = true }
        let unowned = (0..<cells.count).filter { !isOwned[$0] }
        if let count {
            let fillers = try fillers(Array(0..<count)[...], seed: seed)
            for cell in unowned { cells[cell] = fillers[cell % count] }
            return
        }
        try workers.forEachChunk("fillers", count: unowned.count, chunk: chunk) { (range) throws(SealedMatchError) in
            let fillers = try fillers(unowned[range], seed: seed)
            for (offset, index) in range.enumerated() { cells[unowned[index]] = fillers[offset] }
        }
    }

    /// The fillers of these cells.
    private static func fillers(_ indices: ArraySlice<Int>, seed: Bytes32) throws(SealedMatchError) -> SharedBuffer<
        Point
    > {
        let fillers = SharedBuffer(repeating: Point.identity, count: indices.count)
        var messages = GroupMessages(capacity: indices.count)
        for index in indices { try messages.append(TableElement.fillerMessage(ofCell: index, seed: seed)) }
        try unsafe GroupBatch.hash(messages, TableElement.fillerHash, into: fillers.elements)
        return fillers
    }
}
