import SealedMatchProtocol

/// What the decoys cost: how many there are in an epoch, and how often a voucher proves a match.
struct DecoyPrice {
    /// Decoys of an epoch, ascending.
    private let totals: [Int]
    private let volume: Int
    /// Of epochs with ten scattered matches, the share in which a voucher has c + 1 openings.
    private let proven: Double

    init(_ process: DecoyProcess, volume: Int, seed: UInt64, epochs: Int = 4_000) {
        self.volume = volume
        var random = SeededGenerator(seed: seed)
        var totals: [Int] = []
        var proven = 0
        for _ in 0..<epochs {
            let (streams, _) = process.sample(volume: volume, &random)
            totals.append(streams.joined().reduce(0) { $0 + Int($1) })
            let placed = Scenario.scattered.place(10, in: streams, allowed: streams.map { _ in nil }, &random)
            if placed.joined().contains(UInt8(process.coverSlots + 1)) { proven += 1 }
        }
        self.totals = totals.sorted()
        self.proven = Double(proven) / Double(epochs)
    }

    func figures(_ prefix: String) -> [DecoyFigure] {
        [
            DecoyFigure("\(prefix).mean.\(volume)", Double(totals.reduce(0, +)) / Double(totals.count), "decoys"),
            DecoyFigure("\(prefix).p99.\(volume)", Double(totals[totals.count * 99 / 100]), "decoys"),
            DecoyFigure("\(prefix).most.\(volume)", Double(totals[totals.count - 1]), "decoys"),
            DecoyFigure("\(prefix).proven.\(volume)", proven, "share"),
        ]
    }
}
