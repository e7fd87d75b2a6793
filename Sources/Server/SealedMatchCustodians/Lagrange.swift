internal import SealedMatchCrypto

/// Lagrange's coefficients: how the values of a polynomial at some parties' places give its value elsewhere.
enum Lagrange {
    /// λ_i(at) = ∏ (at − j) / (i − j) over the other parties j.
    /// - Parameter place: where the value is wanted; 0 for the key itself.
    static func coefficient(
        of party: PartyIndex, among parties: [PartyIndex], at place: UInt8 = 0
    ) throws(SealedMatchError) -> PublicScalar {
        let at = try PublicScalar(UInt64(place))
        let own = try party.scalar
        var (above, below) = (try PublicScalar(1), try PublicScalar(1))
        for other in parties where other != party {
            let scalar = try other.scalar
            above = try above.multiplied(by: at.subtracting(scalar))
            below = try below.multiplied(by: own.subtracting(scalar))
        }
        return try above.multiplied(by: below.inverse())
    }
}
