internal import SealedMatchProtocol

/// How many slots that do not match open by chance. (Docs/Protocol.md, "Check level")
public enum ChanceOpenings: Sendable, Equatable {
    /// As in production: by the check levels of the protocol, so about M/N a voucher. A reveal then takes more matches
    /// than t.
    case asSpecified
    /// None: exactly t matches reveal. For tests of what is around the protocol.
    case none
    /// The same number in every voucher: at most M/4, 8 of 32 slots.
    case exactly(Int)

    /// Of each voucher, if it is the same for all.
    var number: Int? {
        switch self {
        case .asSpecified: nil
        case .none: 0
        case .exactly(let number): number
        }
    }

    /// The levels of the world's sets. Where a number is wanted, devices seal until a voucher has it: so the level is
    /// the one that gives it most often.
    func levels(probes: Int) throws(SealedMatchError) -> CheckLevels {
        guard let number else { return .standard }
        let level = number == 0 ? 255 : min(255, max(4, (probes + number / 2) / number))
        return try CheckLevels(canonical: [UInt8](repeating: UInt8(level), count: CheckLevels.count))
    }
}
