internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchWorkers

/// The order in which a table is solved: peeling of the 3-uniform hypergraph, in rounds (Docs/Protocol.md, "Table",
/// steps 2–3).
///
/// Round by round, every cell that just one remaining entry touches becomes that entry's free cell; an entry with
/// several takes the lowest. The outcome depends on entries and seed alone. Entries of one round are independent of
/// each other, so that a round is solved on all cores.
struct Peeling {
    /// The three cells of entry i, at 3i.
    let positions: SharedBuffer<UInt32>
    /// Entries in peeling order.
    let order: [UInt32]
    /// The free cell of entry i.
    let freeCells: [UInt32]
    /// Where each round begins in `order`; the last element is its end.
    let rounds: [Int]

    /// - Throws: `peelingFailed` when the seed does not peel: draw another; `interrupted`.
    init(keys: [EntryKey], seed: Bytes32, cells: Int, workers: Workers) throws(SealedMatchError) {
        let positions = SharedBuffer<UInt32>(repeating: 0, count: 3 * keys.count)
        try workers.forEachChunk("positions", count: keys.count, chunk: 4096) { (range) throws(SealedMatchError) in
            for index in range {
                let place = try TablePositions(of: keys[index], seed: seed, cells: cells)
                positions[3 * index] = UInt32(place.first)
                positions[3 * index + 1] = UInt32(place.second)
                positions[3 * index + 2] = UInt32(place.third)
            }
        }
        // Of each cell: how many remaining entries touch it, and the exclusive or of their indices.
        var degrees = [UInt32](repeating: 0, count: cells)
        var sums = [UInt32](repeating: 0, count: cells)
        for index in keys.indices {
            for corner in 0..<3 {
                let cell = Int(positions[3 * index + corner])
                degrees[cell] += 1
                sums[cell] ^= UInt32(index)
            }
        }
        var order: [UInt32] = []
        order.reserveCapacity(keys.count)
        var freeCells = [UInt32](repeating: .max, count: keys.count)
        var rounds = [0]
        var single = (0..<UInt32(cells)).filter { degrees[Int($0)] == 1 }
        while !single.isEmpty {
            try workers.checkInterruption()
            for cell in single {
                let entry = Int(sums[Int(cell)])
                if freeCells[entry] == .max { order.append(UInt32(entry)) }
                freeCells[entry] = min(freeCells[entry], cell)
            }
            var touched: [UInt32] = []
            for entry in order[rounds.last!...] {
                for corner in 0..<3 {
                    let cell = positions[3 * Int(entry) + corner]
                    degrees[Int(cell)] -= 1
                    sums[Int(cell)] ^= entry
                    if degrees[Int(cell)] == 1 { touched.append(cell) }
                }
            }
            rounds.append(order.count)
            // A cell that fell to 1 and then to 0 in this round is gone; none can fall to 1 twice.
            single = touched.filter { degrees[Int($0)] == 1 }
        }
        guard order.count == keys.count else {
            throw SealedMatchError(.peelingFailed, "this position seed does not peel; draw another")
        }
        self.positions = positions
        self.order = order
        self.freeCells = freeCells
        self.rounds = rounds
    }

    /// The two cells of an entry besides its free one.
    func others(of entry: Int) -> (Int, Int) {
        let free = freeCells[entry]
        let a = positions[3 * entry]
        let b = positions[3 * entry + 1]
        let c = positions[3 * entry + 2]
        if free == a { return (Int(b), Int(c)) }
        return free == b ? (Int(a), Int(c)) : (Int(a), Int(b))
    }
}
