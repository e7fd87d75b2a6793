/// Into how many blocks the bits of a group of keys are divided, so that its near pairs are found with little work.
struct KeySplit: Equatable {
    /// a: near keys agree on so many blocks. 0: the keys are compared each with each.
    let agreeing: Int
    /// r + a.
    let blocks: Int
    /// Bits of a block. Bits that are left over are in no block.
    let width: Int

    /// What putting a key into a group costs, in comparisons.
    static let placing = 4
    /// More blocks and wider ones gain nothing: a list has fewer than 2^28 keys.
    private static let maximumAgreeing = 8
    private static let maximumWidth = 8

    /// The best for keys whose bits are random.
    /// - Parameters:
    ///   - count: keys of the group.
    ///   - bits: in which they may differ.
    init(count: Int, bits: Int, separation: Int) {
        var best = (cost: Double(count) / 2, agreeing: 0, width: 0)
        // Prefixes of the choices of a blocks: under each a key is put into a group.
        var passes = 0.0
        // Choices of a of r + a blocks.
        var choices = 1.0
        for agreeing in 1...Self.maximumAgreeing {
            let blocks = separation + agreeing
            let width = min(Self.maximumWidth, bits / blocks)
            guard width > 0 else { break }
            choices = choices * Double(blocks) / Double(agreeing)
            passes += choices
            let group = Double(count) / Double(1 << UInt64(agreeing * width) as UInt64)
            let cost = Double(Self.placing) * passes + choices * group / 2
            if cost < best.cost { best = (cost, agreeing, width) }
        }
        agreeing = best.agreeing
        blocks = separation + best.agreeing
        width = best.width
    }
}
