internal import SealedMatchProtocol
internal import SealedMatchCrypto

/// One key's part of a voucher in the published Apple PSI system (Bhowmick, Boneh, Myers, Talwar, Tarbe, 2021), for
/// comparison: a cuckoo table of cells P = α·H(y), random points where empty, in which a key has two places; the client
/// does not know which, so it blinds against both.
///
///     for i = 1, 2:  Q_i = β_i·H(y) + γ_i·B;  S_i = β_i·P[h_i(y)] + γ_i·L;  wrapped_i = rkey ⊕ KDF(S_i)
///
/// H(y) is computed once for both. Written over the same primitives, KDFs and slot format as SealedMatch's own slots,
/// without their check of the cells, because the multiplication decodes the one cell it needs.
struct TwoHeaderVoucher: ~Copyable {
    private var beta: Scalar
    private var gamma: Scalar
    private let cells: [Point]
    private let positionSeed: Bytes32
    private let publicKey: Point
    private let elements: TableElement
    private var random = SystemRandom()

    /// - Parameter cells: what stands in for the cuckoo table; the work does not depend on what the cells hold.
    init(cells: [Point], publicKey: Point, tableID: TableID) throws {
        var random = SystemRandom()
        let positionSeed = try random.bytes32()
        let beta = try Scalar.random(from: &random)
        let gamma = try Scalar.random(from: &random)
        self.cells = cells
        self.publicKey = publicKey
        self.positionSeed = positionSeed
        elements = TableElement(tableID: tableID)
        self.beta = beta
        self.gamma = gamma
    }

    /// The two headers of one key, in random order.
    mutating func seal(_ key: EntryKey, rkey: Bytes32, context: SlotContext) throws -> (SealedSlot, SealedSlot) {
        let element = try elements.point(of: key)
        let places = try TablePositions(of: key, seed: positionSeed, cells: cells.count)
        let first = try header(element, cells[places.first], rkey, context)
        let second = try header(element, cells[places.second], rkey, context)
        return try random.integerVarTime(below: 2) == 0 ? (first, second) : (second, first)
    }

    private mutating func header(_ element: Point, _ cell: Point, _ rkey: Bytes32, _ context: SlotContext) throws
        -> SealedSlot
    {
        try beta.randomise(from: &random)
        try gamma.randomise(from: &random)
        let q = try element.multiplied(by: beta).adding(Point.base(times: gamma))
        var s = try cell.multiplied(by: beta).adding(publicKey.multiplied(by: gamma)).encoded
        defer { s.wipe() }
        return try context.seal(rkey, slotKey: s, element: q.encoded)
    }
}
