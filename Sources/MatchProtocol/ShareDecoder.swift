/// Finds the shares that lie on common polynomials among decoys: decoding of an interleaved Reed–Solomon code (Bleichenbacher, Kiayias, Yung 2003) by
/// syndromes and multi-sequence shift-register synthesis (Schmidt, Sidorenko 2006). O(k·C²).
///
/// With R real shares and e others it finds the real ones when R ≥ t + ⌈e/k⌉, exactly k(R − t) ≥ e, for errors in general position. Beyond the bound,
/// and for errors of low rank, it fails; a result is only ever returned after every chosen share was checked.
package struct ShareDecoder {
    package let threshold: Int
    package let polynomials: Int

    package init(threshold: Int, polynomials: Int) {
        self.threshold = threshold
        self.polynomials = polynomials
    }

    /// What `decode` found: which shares lie on polynomials of degree ≤ t − 1, and those polynomials' values at zero.
    package struct Codeword {
        package let members: [Int]
        package let secrets: [FieldElement]
    }

    /// - Parameter shares: distinct non-zero x, k values each (`distinct(_:)`).
    /// - Returns: `nil` when no unique set of at least t + 1 shares is found; or at least t, if `acceptingThreshold`: with exactly t shares the polynomial check is
    ///   vacuous, and only a commitment tells right from wrong.
    package func decode(_ shares: [Share], acceptingThreshold: Bool) -> Codeword? {
        let count = shares.count
        guard count >= threshold else { return nil }
        let members: [Int]
        if count == threshold {
            members = Array(shares.indices)
        } else {
            guard let kept = locate(shares) else { return nil }
            members = kept
        }
        guard members.count > threshold || (members.count == threshold && acceptingThreshold) else { return nil }
        // Decoder, step 6: the kept shares' own syndromes vanish, so all of them lie on polynomials of degree ≤ t − 1.
        let kept = members.map { shares[$0] }
        guard let weights = weights(of: kept) else { return nil }
        if kept.count > threshold {
            guard syndromes(of: kept, weights: weights).allSatisfy({ $0 == 0 }) else { return nil }
        }
        return Codeword(members: members, secrets: interpolateAtZero(Array(kept.prefix(threshold))))
    }

    /// Shares with canonical non-zero x, k values, and no x twice: the first of each x stays. Indices into `shares`.
    package func distinct(_ shares: [Share]) -> [Int] {
        var seen = Set<UInt64>()
        return shares.indices.filter { index in
            shares[index].x != .zero && shares[index].z.count == polynomials && seen.insert(shares[index].x.word).inserted
        }
    }

    // Decoder, steps 1–5: the indices of the shares that are no errors.
    private func locate(_ shares: [Share]) -> [Int]? {
        guard let weights = weights(of: shares) else { return nil }
        let length = shares.count - threshold
        let table = syndromes(of: shares, weights: weights)
        guard let locator = shortestRegister(table, length: length) else { return nil }
        // Decoder, step 5: the errors are the x at which Σ Λ_i·x^(L−i) vanishes; all L roots must be among the x.
        var kept: [Int] = []
        for (index, share) in shares.enumerated() {
            var value = FieldElement.zero
            for coefficient in locator { value = value * share.x + FieldElement(unchecked: coefficient) }
            if value != .zero { kept.append(index) }
        }
        guard shares.count - kept.count == locator.count - 1 else { return nil }
        return kept
    }

    /// Decoder, step 1: w_i = 1/∏_{l≠i}(x_i − x_l). `nil` if two x are equal.
    private func weights(of shares: [Share]) -> [UInt64]? {
        var products: [FieldElement] = []
        products.reserveCapacity(shares.count)
        for (index, share) in shares.enumerated() {
            var product = FieldElement.one
            for (other, point) in shares.enumerated() where other != index { product = product * (share.x - point.x) }
            guard product != .zero else { return nil }
            products.append(product)
        }
        return products.map { $0.inverse.word }
    }

    /// Decoder, step 2: S_{j,m} = Σ_i w_i·x_i^m·z_{j,i} for 0 ≤ m < C − t, as row j·(C − t) + m.
    private func syndromes(of shares: [Share], weights: [UInt64]) -> [UInt64] {
        let count = shares.count
        let length = count - threshold
        // Values transposed, so that the inner loop walks memory in order.
        var values = [UInt64](repeating: 0, count: polynomials * count)
        for (i, share) in shares.enumerated() {
            for j in 0..<polynomials { values[j * count + i] = share.z[j].word }
        }
        var powers = weights
        var out = [UInt64](repeating: 0, count: polynomials * length)
        for m in 0..<length {
            for j in 0..<polynomials {
                out[j * length + m] = dot(powers, 0, values, j * count, count)
            }
            for i in 0..<count { powers[i] = (FieldElement(unchecked: powers[i]) * shares[i].x).word }
        }
        return out
    }

    private func dot(_ a: [UInt64], _ aStart: Int, _ b: [UInt64], _ bStart: Int, _ count: Int) -> UInt64 {
        let a = a.span.extracting(aStart..<(aStart + count))
        let b = b.span.extracting(bStart..<(bStart + count))
        var sum = DotProduct()
        for index in 0..<count { sum.add(a[index], b[index]) }
        return sum.value.word
    }

    /// Decoder, steps 3–4: the shortest Λ = 1 + Λ_1·X + … + Λ_L·X^L with Σ_i Λ_i·S_{j,m−i} = 0 for every j and L ≤ m < length, as [1, Λ_1 … Λ_L].
    /// `nil` when the register is too long to be unique: more errors than the bound allows.
    private func shortestRegister(_ syndromes: [UInt64], length: Int) -> [UInt64]? {
        struct Previous {
            var polynomial: [UInt64] = []
            var degree = 0
            var position = 0
            var discrepancy = FieldElement.one
        }
        var locator: [UInt64] = [1]
        var degree = 0
        var previous = [Previous](repeating: Previous(), count: polynomials)
        // Reversed rows, so that the discrepancy is a dot product of two ascending runs: reversed[j][length − 1 − m] = S_{j,m}
        var reversed = [UInt64](repeating: 0, count: syndromes.count)
        for j in 0..<polynomials {
            for m in 0..<length { reversed[j * length + length - 1 - m] = syndromes[j * length + m] }
        }
        for position in 1...length {
            for j in 0..<polynomials {
                let terms = min(locator.count, position)
                let discrepancy = FieldElement(
                    unchecked: dot(locator, 0, reversed, j * length + length - position, terms))
                guard discrepancy != .zero else { continue }
                let older = previous[j]
                let shift = position - older.position
                let grown = older.degree + shift
                let saved = grown > degree ? locator : []
                // Λ ← Λ − (d / d_j)·X^shift·Λ_j
                if !older.polynomial.isEmpty {
                    let factor = FieldElement.zero - discrepancy * older.discrepancy.inverse
                    let needed = shift + older.polynomial.count
                    if locator.count < needed { locator += [UInt64](repeating: 0, count: needed - locator.count) }
                    for index in older.polynomial.indices {
                        let term = factor * FieldElement(unchecked: older.polynomial[index])
                        locator[shift + index] = (FieldElement(unchecked: locator[shift + index]) + term).word
                    }
                }
                if grown > degree {
                    previous[j] = Previous(polynomial: saved, degree: degree, position: position, discrepancy: discrepancy)
                    degree = grown
                    // L errors have a unique locator only while k·(length − L) ≥ L.
                    guard polynomials * (length - degree) >= degree else { return nil }
                }
            }
        }
        guard locator.count <= degree + 1 else { return nil }
        locator += [UInt64](repeating: 0, count: degree + 1 - locator.count)
        return locator
    }

    /// p_j(0) for all j from t shares, by Lagrange's formula.
    private func interpolateAtZero(_ shares: [Share]) -> [FieldElement] {
        var secrets = [FieldElement](repeating: .zero, count: polynomials)
        for (i, share) in shares.enumerated() {
            var numerator = FieldElement.one
            var denominator = FieldElement.one
            for (l, other) in shares.enumerated() where l != i {
                numerator = numerator * other.x
                denominator = denominator * (other.x - share.x)
            }
            let basis = numerator * denominator.inverse
            for j in 0..<polynomials { secrets[j] = secrets[j] + basis * share.z[j] }
        }
        return secrets
    }
}
