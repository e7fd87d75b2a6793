/// Decoder, step 2: S_{j,m} = Σ_i w_i·x_i^m·z_{j,i}, made one m after another, as far as the decoder needs them.
struct Syndromes {
    let length: Int
    private let polynomials: Int
    private let points: [FieldElement]
    // Transposed, so that the inner loop walks memory in order: z_{j,i} is word j·C + i.
    private var values: [UInt32]
    // w_i·x_i^m for the next m
    private var powers: [UInt32]
    // Reversed rows, so that a discrepancy is a dot product of two ascending runs: S_{j,m} is word j·length + length −
    // 1 − m.
    private(set) var reversed: [UInt32]
    private var made = 0

    init(of shares: [Share], weights: [UInt32], polynomials: Int, length: Int) {
        let count = shares.count
        var values = [UInt32](repeating: 0, count: polynomials * count)
        for (i, share) in shares.enumerated() {
            for j in 0..<polynomials { values[j * count + i] = share.z[j].word }
        }
        self.length = length
        self.polynomials = polynomials
        self.values = values
        points = shares.map { $0.x }
        powers = weights
        reversed = [UInt32](repeating: 0, count: polynomials * length)
    }

    /// Makes the next S_{j,m} for all j.
    mutating func extend() {
        let count = points.count
        for j in 0..<polynomials {
            let syndrome = DotProduct.sum(powers.span, values.span.extracting((j * count)..<((j + 1) * count)))
            reversed[j * length + length - 1 - made] = syndrome.word
        }
        for i in 0..<count { powers[i] = (FieldElement(unchecked: powers[i]) * points[i]).word }
        made += 1
    }
}

/// Decoder, steps 3–4: multi-sequence Berlekamp–Massey. The shortest Λ = 1 + Λ_1·X + … + Λ_L·X^L with Σ_i Λ_i·S_{j,m−i}
/// = 0 for every j and L ≤ m < the syndromes so far.
struct ShiftRegister {
    private struct Previous {
        var polynomial: [UInt32] = []
        var degree = 0
        var position = 0
        var inverse = FieldElement.one
    }

    private let polynomials: Int
    private let length: Int
    private var coefficients: [UInt32] = [1]
    private var degree = 0
    private var previous: [Previous]

    init(polynomials: Int, length: Int) {
        self.polynomials = polynomials
        self.length = length
        previous = [Previous](repeating: Previous(), count: polynomials)
    }

    /// [1, Λ_1 … Λ_L]; `nil` when the polynomial is longer than its register.
    var locator: [UInt32]? {
        guard coefficients.count <= degree + 1 else { return nil }
        return coefficients + [UInt32](repeating: 0, count: degree + 1 - coefficients.count)
    }

    /// Takes in S_{j,position − 1} for all j.
    /// - Returns: whether the register changed; `nil` when it is too long to be unique: more errors than the bound
    ///   allows.
    mutating func extend(to position: Int, _ syndromes: Syndromes) -> Bool? {
        var changed = false
        for j in 0..<polynomials {
            let terms = min(coefficients.count, position)
            let start = j * length + length - position
            let discrepancy = DotProduct.sum(
                coefficients.span.extracting(0..<terms), syndromes.reversed.span.extracting(start..<(start + terms)))
            guard discrepancy != .zero else { continue }
            changed = true
            let shift = position - previous[j].position
            let grown = previous[j].degree + shift
            let saved = grown > degree ? coefficients : []
            subtract(discrepancy, previous[j], shift: shift)
            if grown > degree {
                previous[j] = Previous(
                    polynomial: saved, degree: degree, position: position, inverse: discrepancy.inverse)
                degree = grown
                // L errors have a unique locator only while k·(length − L) ≥ L.
                guard polynomials * (length - degree) >= degree else { return nil }
            }
        }
        return changed
    }

    /// Λ ← Λ − (d / d_j)·X^shift·Λ_j
    private mutating func subtract(_ discrepancy: FieldElement, _ older: Previous, shift: Int) {
        guard !older.polynomial.isEmpty else { return }
        let factor = FieldElement.zero - discrepancy * older.inverse
        let needed = shift + older.polynomial.count
        if coefficients.count < needed { coefficients += [UInt32](repeating: 0, count: needed - coefficients.count) }
        let terms = older.polynomial.span
        // At least shift + terms.count long by now.
        var target = coefficients.mutableSpan
        for index in 0..<terms.count {
            let product = factor * FieldElement(unchecked: unsafe terms[unchecked: index])
            let sum = product + FieldElement(unchecked: unsafe target[unchecked: shift + index])
            unsafe target[unchecked: shift + index] = sum.word
        }
    }
}

extension DotProduct {
    /// Σ aᵢ·bᵢ.
    static func sum(_ a: Span<UInt32>, _ b: Span<UInt32>) -> FieldElement {
        precondition(a.count == b.count)
        var sum = DotProduct()
        var index = 0
        while index + 4 <= a.count {
            let first = unsafe UInt64(a[unchecked: index]) &* UInt64(b[unchecked: index])
            let second = unsafe UInt64(a[unchecked: index + 1]) &* UInt64(b[unchecked: index + 1])
            let third = unsafe UInt64(a[unchecked: index + 2]) &* UInt64(b[unchecked: index + 2])
            let fourth = unsafe UInt64(a[unchecked: index + 3]) &* UInt64(b[unchecked: index + 3])
            sum.add(first &+ second &+ third &+ fourth)
            index += 4
        }
        while index < a.count {
            unsafe sum.add(a[unchecked: index], b[unchecked: index])
            index += 1
        }
        return sum.value
    }
}
