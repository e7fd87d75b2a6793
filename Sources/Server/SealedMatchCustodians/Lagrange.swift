internal import SealedMatchCrypto

/// Lagrange's coefficients: how the values of a polynomial at some parties' places give its value elsewhere.
enum Lagrange {
    /// λ_i(at) = ∏ (at − j) / (i − j) over the other parties j.
    /// - Parameters:
    ///   - place: where the value is wanted; 0 for the key itself.
    ///   - divisor: what the coefficient is divided by.
    static func coefficient(
        of party: PartyIndex, among parties: [PartyIndex], at place: UInt8 = 0, dividedBy divisor: UInt64 = 1
    ) throws(SealedMatchError) -> PublicScalar {
        try .lagrange(
            UInt64(party.number), among: parties.map { UInt64($0.number) }, at: UInt64(place), dividedBy: divisor)
    }
}
