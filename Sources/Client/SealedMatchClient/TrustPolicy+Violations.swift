public import SealedMatchProtocol

extension TrustPolicy {
    /// A parameter of a set that is below a pinned floor or above a pinned ceiling: what `belowFloor` is about.
    public struct Violation: Equatable, Sendable {
        /// What is bounded (Docs/Protocol.md, sections 2 and 4.1).
        public enum Parameter: UInt8, Sendable {
            /// t, at least `minimumThreshold`.
            case threshold
            /// k, at least `minimumPolynomials`.
            case polynomials
            /// M, at least `minimumProbes`.
            case probes
            /// A check level N_i, at most that of `maximumCheckLevels`: the first that is above.
            case checkLevel
            /// r, at least `minimumSeparation`.
            case separation
            /// n, at least `minimumEntries`.
            case entries
            /// m, at most `maximumCells`.
            case cells
            /// Seconds from issue to expiry, at most `maximumLifetime`.
            case lifetime
        }
        /// Which parameter.
        public let parameter: Parameter
        /// Its value in the set.
        public let value: UInt64
        /// The value that the policy pins.
        public let bound: UInt64
    }

    /// All of a set's parameters that are beyond this policy, in the order of `Violation.Parameter`. None for a set
    /// that meets the floors and ceilings; its profile and its signatures are not looked at here.
    public func violations(of header: SetHeader) -> [Violation] {
        let parameters = header.parameters
        var found: [Violation] = []
        func check(_ parameter: Violation.Parameter, _ value: UInt64, _ bound: UInt64, isFloor: Bool = true) {
            guard isFloor ? value < bound : value > bound else { return }
            found.append(Violation(parameter: parameter, value: value, bound: bound))
        }
        check(.threshold, UInt64(clamping: parameters.threshold), UInt64(clamping: minimumThreshold))
        check(.polynomials, UInt64(clamping: parameters.polynomials), UInt64(clamping: minimumPolynomials))
        check(.probes, UInt64(clamping: parameters.probes), UInt64(clamping: minimumProbes))
        let levels = zip(parameters.checkLevels.values, maximumCheckLevels.values)
        if let level = levels.first(where: { $0 > $1 }) {
            check(.checkLevel, UInt64(level.0), UInt64(level.1), isFloor: false)
        }
        check(.separation, UInt64(clamping: parameters.separation), UInt64(clamping: minimumSeparation))
        check(.entries, UInt64(clamping: header.entries), UInt64(clamping: minimumEntries))
        check(.cells, UInt64(clamping: header.cells), UInt64(clamping: maximumCells), isFloor: false)
        let lifetime = header.expiresAt >= header.issuedAt ? header.expiresAt - header.issuedAt : 0
        check(.lifetime, lifetime, maximumLifetime, isFloor: false)
        return found
    }
}
