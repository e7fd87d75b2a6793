/// Finds the shares that lie on common polynomials among chance openings: decoding of an interleaved Reed–Solomon code
/// (Bleichenbacher, Kiayias, Yung 2003) by syndromes and multi-sequence shift-register synthesis (Schmidt, Sidorenko
/// 2006). O(k·C²).
///
/// With R real shares and e others it finds the real ones when R ≥ t + ⌈e/k⌉, exactly k(R − t) ≥ e, for errors in
/// general position. Beyond the bound, and for errors of low rank, it fails; a result is only ever returned after every
/// chosen share was checked.
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
    /// - Returns: `nil` when no unique set of at least t + 1 shares is found; or at least t, if `acceptingThreshold`:
    ///   with exactly t shares the polynomial check is vacuous, and only a commitment tells right from wrong.
    package func decode(_ shares: [Share], acceptingThreshold: Bool) -> Codeword? {
        decode(shares, acceptingThreshold: acceptingThreshold, by: locate)
    }

    /// The same by another algorithm, which gets more than t shares, and returns the indices of at least t + 1 of them
    /// that lie on common polynomials, or nothing.
    package func decode(
        _ shares: [Share], acceptingThreshold: Bool, by locate: ([Share]) -> [Int]?
    ) -> Codeword? {
        guard shares.count >= threshold else { return nil }
        let members: [Int]
        if shares.count == threshold {
            members = Array(shares.indices)
        } else {
            guard let kept = locate(shares) else { return nil }
            members = kept
        }
        guard members.count > threshold || (members.count == threshold && acceptingThreshold) else { return nil }
        return Codeword(members: members, secrets: interpolateAtZero(members.prefix(threshold).map { shares[$0] }))
    }

    /// Shares with x ≠ 0, k values, and no x twice: the first of each x stays. Indices into `shares`.
    package func distinct(_ shares: [Share]) -> [Int] {
        var seen = Set<UInt32>()
        return shares.indices.filter { index in
            shares[index].x != .zero && shares[index].z.count == polynomials
                && seen.insert(shares[index].x.word).inserted
        }
    }

    // Decoder, steps 1–6: the indices of the shares that are no errors.
    private func locate(_ shares: [Share]) -> [Int]? {
        guard let weights = weights(of: shares) else { return nil }
        let length = shares.count - threshold
        var syndromes = Syndromes(of: shares, weights: weights, polynomials: polynomials, length: length)
        var register = ShiftRegister(polynomials: polynomials, length: length)
        var quiet = 0
        var nextCheck = 1
        for position in 1...length {
            syndromes.extend()
            guard let changed = register.extend(to: position, syndromes) else { return nil }
            quiet = changed ? 0 : quiet + 1
            // 2k syndromes that the register foretold: it is the locator, unless the errors were made to look so. What
            // it says is checked like the last one's; the rest of the syndromes could only confirm it.
            if quiet >= 2, position >= nextCheck, position < length {
                if let kept = kept(shares, locator: register.locator) { return kept }
                // Errors made to look quiet again and again must not buy more than log C checks.
                nextCheck = 2 * position
            }
        }
        return kept(shares, locator: register.locator)
    }

    private func kept(_ shares: [Share], locator: [UInt32]?) -> [Int]? {
        guard let locator else { return nil }
        // Decoder, step 5: the errors are the x at which Σ Λ_i·x^(L−i) vanishes; all L roots must be among the x.
        var kept: [Int] = []
        for (index, share) in shares.enumerated() {
            var value = FieldElement.zero
            for coefficient in locator { value = value * share.x + FieldElement(unchecked: coefficient) }
            if value != .zero { kept.append(index) }
        }
        guard shares.count - kept.count == locator.count - 1, kept.count >= threshold else { return nil }
        // Decoder, step 6: all the kept shares lie on the polynomials of degree ≤ t − 1 through the first t of them.
        let polynomials = SharePolynomials(basis: kept.prefix(threshold).map { shares[$0] })
        for index in kept.dropFirst(threshold) where !polynomials.contains(shares[index]) { return nil }
        return kept
    }

    /// Decoder, step 1: w_i = 1/∏_{l≠i}(x_i − x_l). `nil` if two x are equal.
    private func weights(of shares: [Share]) -> [UInt32]? {
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
