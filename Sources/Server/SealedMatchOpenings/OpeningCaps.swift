/// How many openings of one account and epoch an opening store keeps, all forms together. (Docs/Protocol.md, "Open",
/// step 3)
public enum OpeningCaps {
    /// Openings that count; later ones are quarantined. Half as many again as chance gives an honest account that fills
    /// its 65,536 vouchers (Docs/Security.md, 6).
    public static let counted = 24_576
    /// Quarantined openings that are kept; of a voucher with more, the sealed bytes are kept if the source forgets
    /// them.
    public static let quarantined = 4_096
}
