package import SealedMatchCrypto

/// Where a key's three cells are: h1, h2, h3, one in each third of the table, from a public random seed
/// (Docs/Protocol.md, "Positions").
package struct TablePositions: Equatable, Sendable {
    /// h_1, in the table's first third.
    package let first: Int
    /// h_2, in the second third.
    package let second: Int
    /// h_3, in the last third.
    package let third: Int

    /// - Parameters:
    ///   - seed: the set's position seed, drawn after its entries were fixed.
    ///   - cells: m, a multiple of 3, at most 3·2^31.
    package init(of key: EntryKey, seed: Bytes32, cells: Int) throws(SealedMatchError) {
        // Positions, step 1: w = KDF(seed, "positions", y), four little-endian words of 64 bits
        var hash = KDF(.positions, capacity: 40)
        hash.append(key.encoded)
        let digest = try hash.derive(key: seed)
        // Positions, step 2: h_i = (i − 1)·m/3 + ⌊w_i·(m/3) / 2^64⌋
        let size = UInt64(cells / 3)
        func position(_ index: Int) -> Int {
            let word = digest.word(at: index)
            return index * Int(size) + Int(word.multipliedFullWidth(by: size).high)
        }
        first = position(0)
        second = position(1)
        third = position(2)
    }

    /// As indices for a batch.
    /// - Throws: `tooManyEntries` for cells from 2^32 on, which no set has.
    package func triple() throws(SealedMatchError) -> GroupBatch.Triple {
        guard let first = UInt32(exactly: first), let second = UInt32(exactly: second),
            let third = UInt32(exactly: third)
        else { throw SealedMatchError(.tooManyEntries, "a table has too many cells") }
        return (first, second, third)
    }

    /// Positions that are known already, for vectors.
    package init(first: Int, second: Int, third: Int) {
        self.first = first
        self.second = second
        self.third = third
    }

    /// m for n entries: 3·⌈max(10·n^(2/3), 0.41·n + √n)⌉, at least 4,098. A random seed fails to peel with probability
    /// about 6·10⁻⁴ or less.
    package static func cells(forEntries n: Int) -> Int {
        // In integers, rounded up at each step, so that every implementation agrees: ∛(1000·n²) = 10·n^(2/3).
        let small = ceilingRoot(3, of: 1000 * UInt128(n) * UInt128(n))
        let large = (41 * n + 99) / 100 + ceilingRoot(2, of: UInt128(n))
        return 3 * max(small, large, 1366)
    }

    /// The least r with r^degree ≥ value.
    private static func ceilingRoot(_ degree: Int, of value: UInt128) -> Int {
        var low = 0
        var high = 1 << 32
        while low < high {
            let middle = (low + high) / 2
            var power: UInt128 = 1
            for _ in 0..<degree { power *= UInt128(middle) }
            if power >= value { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
