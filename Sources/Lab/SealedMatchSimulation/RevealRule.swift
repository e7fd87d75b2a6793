internal import SealedMatchOpenings

/// When an account-epoch is revealed: of R matches among e chance openings the decoder finds the R if and only if
/// R ≥ t and k(R − t) ≥ e, for errors in general position. (Docs/Protocol.md, "Decoder", bound)
package struct RevealRule: Sendable {
    package let threshold: Int
    package let polynomials: Int

    package init(threshold: Int, polynomials: Int) {
        self.threshold = threshold
        self.polynomials = polynomials
    }

    package func reveals(matches: Int, byChance: Int) -> Bool {
        matches >= threshold && polynomials * (matches - threshold) >= byChance
    }

    /// Openings of an account-epoch that are decoded; later ones are quarantined.
    package static var cap: Int { OpeningCaps.counted }
}
