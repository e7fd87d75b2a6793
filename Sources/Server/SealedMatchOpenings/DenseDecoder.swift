internal import CSealedMatchElimination
internal import Dispatch
package import SealedMatchProtocol

/// Finds the shares that lie on common polynomials among chance openings, by eliminating rows: C³/3 multiplications
/// whatever k is, in long runs over vectors, and 4·C² bytes. (Docs/Protocol.md, "Decoder")
///
/// It finds what `ShareDecoder` finds for errors in general position, k(R − t) ≥ e, and also copes with some others. A
/// result is only ever returned after every chosen share was checked.
package struct DenseDecoder {
    /// Shares up to which this decoder is the faster one; it takes 64 MiB for so many.
    package static let maximumShares = 4_096

    /// How rows are added: the same results.
    package enum Kernel: CaseIterable, Sendable {
        /// On any processor.
        case plain
        /// Eight words at a time.
        case avx2

        /// Whether this processor has it.
        package var isAvailable: Bool { self == .plain || elimination_has_avx2() }
        /// The fastest one here.
        package static var best: Kernel { Kernel.avx2.isAvailable ? .avx2 : .plain }
    }

    private let threshold: Int
    private let polynomials: Int
    private let kernel: Kernel
    private let isDivided: Bool

    /// - Parameters:
    ///   - kernel: one that is available.
    ///   - isDivided: among the cores, or the calling thread alone: the same results.
    package init(threshold: Int, polynomials: Int, kernel: Kernel = .best, isDivided: Bool = true) {
        precondition(kernel.isAvailable)
        self.threshold = threshold
        self.polynomials = polynomials
        self.kernel = kernel
        self.isDivided = isDivided
    }

    /// Rows that vanish before giving up: a bound on the work that forged openings cause.
    private static let maximumDependencies = 8

    /// - Parameter shares: more than t, distinct non-zero x, k values each.
    /// - Returns: the indices of at least t + 1 shares on common polynomials of degree ≤ t − 1; `nil` if none are
    ///   found.
    package func locate(_ shares: [Share]) -> [Int]? {
        guard shares.count > threshold else { return nil }
        var elimination = Elimination(
            of: shares, threshold: threshold, polynomials: polynomials, kernel: kernel,
            rowsAtOnce: isDivided ? Elimination.rowsOfAThread : .max)
        for _ in 0..<Self.maximumDependencies {
            guard let support = elimination.nextDependency() else { return nil }
            if let members = members(support, of: shares) { return members }
        }
        return nil
    }

    /// All shares on the polynomials through the first t of a dependency, if all of it lies on them.
    private func members(_ support: [Int], of shares: [Share]) -> [Int]? {
        guard support.count > threshold else { return nil }
        let polynomials = SharePolynomials(basis: support.prefix(threshold).map { shares[$0] })
        for index in support.dropFirst(threshold) where !polynomials.contains(shares[index]) { return nil }
        return shares.indices.filter { polynomials.contains(shares[$0]) }
    }
}

/// Rows of shares, eliminated one after another, in their order.
///
/// The row of a share: 1, x, …, x^(t+D−2), then x^d·z_1 … x^d·z_k for d = 0 … D − 1, and of these the first C. Right
/// shares' rows span t + D − 1 dimensions; the others' are independent of them.
@safe
private struct Elimination: ~Copyable {
    // Rows at a multiple of 32 bytes, each filled up with zeros to a multiple of eight words.
    private let words: UnsafeMutablePointer<UInt32>
    private let stride: Int
    private let width: Int
    private let kernel: DenseDecoder.Kernel
    private let rowsAtOnce: Int
    // Row numbers: pivots, then those to come, both in the shares' order. A row that vanished is taken out.
    private var order: [UInt32]
    // 1/pivot, by which its row was multiplied.
    private var inverses: [UInt32] = []
    // Where the pivots begin that the rows behind the block have not been reduced by.
    private var block = 0

    private static let blockCount = Int(ELIMINATION_MAXIMUM_PIVOTS)

    /// Rows that one thread reduces at a time; an even number, as the kernels take two together.
    static let rowsOfAThread = 64

    init(of shares: [Share], threshold: Int, polynomials: Int, kernel: DenseDecoder.Kernel, rowsAtOnce: Int) {
        self.rowsAtOnce = rowsAtOnce
        let count = shares.count
        // D
        let depth = (count - threshold + polynomials) / (polynomials + 1)
        width = min(count, threshold + depth - 1 + depth * polynomials)
        stride = (width + 7) / 8 * 8
        self.kernel = kernel
        order = (0..<UInt32(count)).map { $0 }
        unsafe words = UnsafeMutableRawPointer.allocate(byteCount: 4 * count * stride, alignment: 32)
            .bindMemory(to: UInt32.self, capacity: count * stride)
        unsafe words.initialize(repeating: 0, count: count * stride)
        for (index, share) in shares.enumerated() {
            let row = unsafe words + index * stride
            var column = 0
            var power = FieldElement.one
            while column < min(width, threshold + depth - 1) {
                unsafe row[column] = power.word
                power = power * share.x
                column += 1
            }
            power = .one
            while column < width {
                for z in share.z.prefix(width - column) {
                    unsafe row[column] = (power * z).word
                    column += 1
                }
                power = power * share.x
            }
        }
    }

    deinit { unsafe UnsafeMutableRawPointer(words).deallocate() }

    /// Eliminates up to the next row that vanishes.
    /// - Returns: the shares of a combination that is zero, ascending; `nil` when there is none any more.
    mutating func nextDependency() -> [Int]? {
        while inverses.count < order.count {
            let rank = inverses.count
            let number = order[rank]
            if rank > block { reduce(rank..<(rank + 1)) }
            let row = unsafe words + Int(number) * stride
            guard let column = (rank..<width).first(where: { unsafe row[$0] != 0 }) else {
                order.remove(at: rank)
                return dependency(number)
            }
            if column != rank { swapColumns(column, rank) }
            let inverse = unsafe FieldElement(residueOf: row[rank]).inverse
            unsafe row[rank] = 1
            for index in (rank + 1)..<max(width, rank + 1) {
                unsafe row[index] = (FieldElement(residueOf: row[index]) * inverse).word
            }
            inverses.append(inverse.word)
            if inverses.count == block + Self.blockCount {
                reduce(inverses.count..<order.count)
                block = inverses.count
            }
        }
        return nil
    }

    /// Takes the block's pivots off rows, given by their places in `order`.
    private mutating func reduce(_ rows: Range<Int>) {
        let pivots = block..<inverses.count
        let (words, stride, first) = unsafe (words, stride, block)
        let avx2 = kernel == .avx2
        unsafe order.withUnsafeBufferPointer { order in
            guard let base = order.baseAddress else { return }
            // Threads read the pivots' rows and write each its own.
            nonisolated(unsafe) let pointers = unsafe (words, base)
            let reducePart = { @Sendable (part: Range<Int>) in
                let (words, base) = unsafe pointers
                unsafe elimination_reduce(
                    words, stride, base + pivots.lowerBound, pivots.count, base + part.lowerBound, part.count, first,
                    avx2)
            }
            guard rows.count > rowsAtOnce else { return reducePart(rows) }
            let size = rowsAtOnce
            DispatchQueue.concurrentPerform(iterations: (rows.count + size - 1) / size) { part in
                let lower = rows.lowerBound + part * size
                reducePart(lower..<min(rows.upperBound, lower + size))
            }
        }
    }

    private mutating func swapColumns(_ one: Int, _ other: Int) {
        for number in order {
            let row = unsafe words + Int(number) * stride
            unsafe (row[one], row[other]) = unsafe (row[other], row[one])
        }
    }

    /// The shares whose rows add up to a row that vanished: its multiples of pivots, each pivot one of its own row less
    /// multiples of the pivots before it.
    private func dependency(_ number: UInt32) -> [Int] {
        let row = unsafe words + Int(number) * stride
        var multiples = (0..<inverses.count).map { unsafe FieldElement(residueOf: row[$0]) }
        var support = [Int(number)]
        for place in multiples.indices.reversed() where multiples[place] != .zero {
            let coefficient = multiples[place] * FieldElement(residueOf: inverses[place])
            support.append(Int(order[place]))
            let pivot = unsafe words + Int(order[place]) * stride
            for index in 0..<place {
                multiples[index] = unsafe multiples[index] - coefficient * FieldElement(residueOf: pivot[index])
            }
        }
        return support.sorted()
    }
}
