/// What may have happened to a picture between the list that holds its hash and the client that is about to send it.
///
/// A profile's hypotheses each give coefficients, and so short keys to probe. Source: `Docs/Protocol.md`, 4.1 and 5.11.
public enum Hypothesis: Hashable, Sendable {
    /// The picture is hashed as it is.
    case asSent
    /// The picture had another size, had its edges cut off or its tones changed: the listed hash is that of its raster,
    /// sampled elsewhere.
    /// - Parameters:
    ///   - tone: of a changed curve, −2...2; 0 leaves the values as they are.
    ///   - shift: of the sample places, in 1/1,024 of a raster cell, −2,048...2,048.
    ///   - zoom: 1,000...1,100; above 1,024 the picture was larger before its edges were cut off.
    ///   - penalty: what the hypothesis costs, in 1/256 of the spread, 0...1,024.
    case raster(tone: Int, shift: Int, zoom: Int, penalty: Int)
    /// The picture was changed in a way that is undone on its raster, before it is sampled as `raster` does with a zoom
    /// of 1,024.
    /// - Parameters:
    ///   - change: what was done to it.
    ///   - strength: how much of it is undone, in the range of the change.
    ///   - shift: as `raster`'s.
    ///   - penalty: as `raster`'s.
    case changed(HypothesisChange, strength: Int, shift: Int, penalty: Int)

    /// Bytes of the encoding.
    package static let encodedCount = 8

    var penalty: Int {
        switch self {
        case .asSent: 0
        case .raster(_, _, _, let penalty), .changed(_, _, _, let penalty): penalty
        }
    }

    var isInRange: Bool {
        switch self {
        case .asSent: true
        case .raster(let tone, let shift, let zoom, let penalty):
            tone >= -2 && tone <= 2 && shift >= -2_048 && shift <= 2_048 && zoom >= 1_000 && zoom <= 1_100
                && penalty >= 0 && penalty <= 1_024
        case .changed(let change, let strength, let shift, let penalty):
            strength >= 1 && strength <= change.greatestStrength && shift >= -2_048 && shift <= 2_048
                && penalty >= 0 && penalty <= 1_024
        }
    }

    /// `kind (1) ‖ tone (1) ‖ shift (2) ‖ zoom or strength (2) ‖ penalty (2)`, little-endian, tone and shift in two's
    /// complement.
    package var encoded: [UInt8] {
        switch self {
        case .asSent: [UInt8](repeating: 0, count: Hypothesis.encodedCount)
        case .raster(let tone, let shift, let zoom, let penalty):
            Self.bytes(1, UInt8(truncatingIfNeeded: tone), shift, zoom, penalty)
        case .changed(let change, let strength, let shift, let penalty):
            Self.bytes(change.rawValue, 0, shift, strength, penalty)
        }
    }

    private static func bytes(_ kind: UInt8, _ tone: UInt8, _ shift: Int, _ third: Int, _ penalty: Int) -> [UInt8] {
        [
            kind, tone, UInt8(truncatingIfNeeded: shift), UInt8(truncatingIfNeeded: shift >> 8),
            UInt8(truncatingIfNeeded: third), UInt8(truncatingIfNeeded: third >> 8),
            UInt8(truncatingIfNeeded: penalty), UInt8(truncatingIfNeeded: penalty >> 8),
        ]
    }

    /// - Throws: `FingerprintError.badProfile` for anything that `encoded` does not give for a hypothesis in range.
    package init(canonical bytes: [UInt8]) throws(FingerprintError) {
        guard bytes.count == Hypothesis.encodedCount else { throw .badProfile }
        let shift = Int(Int16(truncatingIfNeeded: Int(bytes[2]) | Int(bytes[3]) << 8))
        let third = Int(bytes[4]) | Int(bytes[5]) << 8
        let penalty = Int(bytes[6]) | Int(bytes[7]) << 8
        let hypothesis: Hypothesis
        switch bytes[0] {
        case 0:
            for byte in bytes where byte != 0 { throw .badProfile }
            hypothesis = .asSent
        case 1:
            hypothesis = .raster(tone: Int(Int8(bitPattern: bytes[1])), shift: shift, zoom: third, penalty: penalty)
        default:
            guard let change = HypothesisChange(rawValue: bytes[0]), bytes[1] == 0 else { throw .badProfile }
            hypothesis = .changed(change, strength: third, shift: shift, penalty: penalty)
        }
        guard hypothesis.isInRange else { throw .badProfile }
        self = hypothesis
    }
}
