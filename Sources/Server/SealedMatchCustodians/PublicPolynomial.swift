internal import SealedMatchCrypto

/// A polynomial of which only its coefficients' products with B are known: a dealer's commitments, or the key's.
struct PublicPolynomial: Equatable, Sendable {
    /// The coefficient of x⁰ first.
    let commitments: [Point]

    /// Its value at a place, times B: Σ place^k·A_k. In variable time.
    func value(at place: PublicScalar, times factor: PublicScalar) throws(SealedMatchError) -> Point {
        var sum = Point.identity
        // Horner's rule: places are small numbers, and there are at most 16 coefficients.
        for commitment in commitments.reversed() {
            sum = try sum.multipliedVarTime(byPublic: place).adding(commitment)
        }
        return try sum.multipliedVarTime(byPublic: factor)
    }

    /// The sum with another one of the same degree.
    func adding(_ other: PublicPolynomial) throws(SealedMatchError) -> PublicPolynomial {
        var sums: [Point] = []
        for (a, b) in zip(commitments, other.commitments) { sums.append(try a.adding(b)) }
        return PublicPolynomial(commitments: sums)
    }
}

extension RunPlan {
    /// How many commitments a member makes.
    func commitments(of party: PartyIndex) -> Int {
        if party == lost { return 0 }
        return kind == .keyGeneration ? threshold : threshold - 1
    }

    /// What a dealer's polynomial is taken at, and what its value is multiplied with, to give a party's share. A key
    /// generation's polynomial is f(x); that of another run is (x − p)·b(x − p), which is zero at p.
    func place(of party: PartyIndex) throws(SealedMatchError) -> (place: PublicScalar, factor: PublicScalar) {
        let place = try party.scalar.subtracting(PublicScalar(UInt64(lost?.number ?? 0)))
        return (place, kind == .keyGeneration ? try PublicScalar(1) : place)
    }
}
