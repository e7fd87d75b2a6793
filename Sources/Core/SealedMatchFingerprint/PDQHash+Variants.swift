/// The seven ways to mirror and turn a picture, besides leaving it as it is.
public enum PictureVariant: String, CaseIterable, Hashable, Sendable {
    /// Left and right changed places, as a mirror shows it.
    case mirrored
    case upsideDown = "upside-down"
    /// Turned by 180°.
    case turned180 = "turned-180"
    /// Rows became columns.
    case transposed
    /// Turned by 90°, anticlockwise.
    case turnedLeft = "turned-left"
    /// Turned by 90°, clockwise.
    case turnedRight = "turned-right"
    /// Rows became columns, last ones first.
    case antitransposed

    /// Vertical and horizontal frequencies change places first.
    var transposes: Bool {
        switch self {
        case .transposed, .turnedLeft, .turnedRight, .antitransposed: true
        default: false
        }
    }

    /// Cosines of odd horizontal frequency change their sign.
    var invertsHorizontal: Bool {
        switch self {
        case .mirrored, .turned180, .turnedRight, .antitransposed: true
        default: false
        }
    }

    /// Cosines of odd vertical frequency change their sign.
    var invertsVertical: Bool {
        switch self {
        case .upsideDown, .turned180, .turnedLeft, .antitransposed: true
        default: false
        }
    }
}

extension PDQHash {
    /// The hash of the picture mirrored or turned, as near as these bits tell it: PDQ's median moves a little when
    /// coefficients change their sign.
    ///
    /// For sources that list such copies too: no client looks for them. Source: `Docs/Protocol.md`, 5.11, "Variants";
    /// recall in `Docs/Recall.md`.
    public func variant(_ variant: PictureVariant) -> PDQHash {
        var words = [UInt64](repeating: 0, count: 4)
        for vertical in 0..<16 {
            for horizontal in 0..<16 {
                // Index 0 is frequency 1.
                let inverted =
                    (variant.invertsHorizontal && horizontal & 1 == 0) != (variant.invertsVertical && vertical & 1 == 0)
                guard self[variant.transposes ? 16 * horizontal + vertical : 16 * vertical + horizontal] != inverted
                else { continue }
                words[vertical >> 2] |= 1 << UInt64(16 * (vertical & 3) + horizontal)
            }
        }
        return PDQHash(words: (words[0], words[1], words[2], words[3]))
    }
}
