/// The bits of keys in another order. Bit i of a word is bit `places[i]` of its key; what is in no word is the same in
/// all keys of a group.
struct BitOrder {
    let places: [Int]
    /// The other bits of the keys.
    let rest: UInt64

    /// Keys that are looked at to choose an order.
    private static let sampleCount = 1_024

    /// The key of a word.
    func key(_ word: UInt64) -> UInt64 { spread(word) | rest }

    /// The bits of a word, where they are in the key.
    func spread(_ word: UInt64) -> UInt64 {
        var key: UInt64 = 0
        for (bit, place) in places.enumerated() { key |= (word >> UInt64(bit) & 1) << UInt64(place) }
        return key
    }

    /// Another order of these bits, for a split: block after block, each with some of the bits in which the words
    /// differ most. So every two blocks tell words apart: words that agree in many adjacent bits make no large groups.
    /// - Parameter words: in this order.
    /// - Returns: for each bit of the new words, the bit of these.
    func dealt(_ words: UnsafeMutableBufferPointer<UInt64>, _ split: KeySplit) -> [Int] {
        let step = (words.count + Self.sampleCount - 1) / Self.sampleCount
        var balance = [Int](repeating: 0, count: places.count)
        for index in stride(from: 0, to: words.count, by: step) {
            let word = unsafe words[index]
            for bit in places.indices { balance[bit] += word >> UInt64(bit) & 1 == 1 ? 1 : -1 }
        }
        let ordered = places.indices.sorted { (abs(balance[$0]), $0) < (abs(balance[$1]), $1) }
        var out: [Int] = []
        for block in 0..<split.blocks {
            for round in 0..<split.width { out.append(ordered[round * split.blocks + block]) }
        }
        return out + ordered[(split.blocks * split.width)...]
    }

    /// The bits of a word that `bits` names, as a word.
    static func gather(_ word: UInt64, _ bits: [Int]) -> UInt64 {
        var out: UInt64 = 0
        for (place, bit) in bits.enumerated() { out |= (word >> UInt64(bit) & 1) << UInt64(place) }
        return out
    }

    /// The order after `gather`.
    func reordered(_ bits: [Int]) -> BitOrder { BitOrder(places: bits.map { places[$0] }, rest: rest) }

    /// The order of the bits that are left where words agree with this one in `bits`, from bit 0 on.
    func without(_ fixed: UInt64, of word: UInt64) -> (order: BitOrder, bits: [Int]) {
        let bits = places.indices.filter { fixed >> UInt64($0) & 1 == 0 }
        return (BitOrder(places: bits.map { places[$0] }, rest: rest | spread(word & fixed)), bits)
    }
}
