/// The k polynomials of degree ≤ t − 1 through t known shares: tells whether further shares lie on them, without
/// decoding anew. O(t²) to make, O(k·t) a share. In variable time: shares that were opened are no secret of whoever
/// opened them.
package struct SharePolynomials {
    private let basis: [Share]
    // 1/∏_{l≠i}(x_i − x_l)
    private let weights: [FieldElement]

    /// - Parameter basis: t shares with distinct x.
    package init(basis: [Share]) {
        self.basis = basis
        weights = basis.indices.map { i in
            var product = FieldElement.one
            for l in basis.indices where l != i { product = product * (basis[i].x - basis[l].x) }
            return product.inverse
        }
    }

    /// Whether z_j = p_j(x) for every j.
    package func contains(_ share: Share) -> Bool {
        guard share.z.count == basis[0].z.count else { return false }
        if let known = basis.first(where: { $0.x == share.x }) { return known.z == share.z }
        // Lagrange: p_j(x) = Σ_i z_{j,i}·w_i·∏_{l≠i}(x − x_l)
        // ∏_{l≠i}(x − x_l) as the product of those before and those after i: no inversion.
        var factors = weights
        var before = FieldElement.one
        for i in basis.indices {
            factors[i] = factors[i] * before
            before = before * (share.x - basis[i].x)
        }
        var after = FieldElement.one
        for i in basis.indices.reversed() {
            factors[i] = factors[i] * after
            after = after * (share.x - basis[i].x)
        }
        for j in share.z.indices {
            var sum = DotProduct()
            for i in basis.indices { sum.add(factors[i].word, basis[i].z[j].word) }
            guard sum.value == share.z[j] else { return false }
        }
        return true
    }
}
