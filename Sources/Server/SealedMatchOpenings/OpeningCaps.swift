/// How many openings of one account and epoch an opening store keeps, all forms together. (Docs/Protocol.md, "Open",
/// step 3)
public enum OpeningCaps {
    /// Openings that count; later ones are quarantined.
    public static let counted = 4_096
    /// Quarantined openings that are kept; of a voucher with more, the sealed bytes are kept if the source forgets them.
    public static let quarantined = 4_096
}
