internal import Foundation

/// How many media an account sends in an epoch.
package enum VolumeLaw: Equatable, Sendable {
    /// Always as many.
    case fixed(Int)
    /// Poisson, with the same mean for every account.
    case poisson(mean: Double)
    /// Each account has a mean of its own, which stays: log-normal, `median` in the middle, `spread` the standard
    /// deviation of its logarithm. Each epoch is Poisson with that mean.
    case logNormal(median: Double, spread: Double)

    /// The most media of an epoch: the collector takes no more vouchers.
    package static let most = 65_536

    static let allowed = """
        a whole number from 0 to \(most), {"mean": a number from 0 to \(most)}, or {"median": a number above 0 and at \
        most \(most), "spread": a number from 0 to 3}
        """

    init(_ value: JSONValue, _ field: String, in reader: PlanReader) throws(PlanError) {
        switch value {
        case .number(let number):
            guard let whole = Int(exactly: number), (0...Self.most).contains(whole) else {
                throw reader.error(field, value.kind, allowed: Self.allowed)
            }
            self = .fixed(whole)
        case .object:
            var law = try PlanReader(value, at: reader.path + ".\(field)")
            if let mean = try law.number("mean", 0...Double(Self.most)) {
                try law.finish()
                self = .poisson(mean: mean)
                return
            }
            guard let median = try law.number("median", 0...Double(Self.most)), median > 0,
                let spread = try law.number("spread", 0...3)
            else { throw reader.error(field, "an object without these numbers", allowed: Self.allowed) }
            try law.finish()
            self = .logNormal(median: median, spread: spread)
        default: throw reader.error(field, value.kind, allowed: Self.allowed)
        }
    }

    /// Divided by whole numbers: how many series of s similar pictures.
    func divided(by s: Int) -> VolumeLaw {
        guard s > 1 else { return self }
        return switch self {
        case .fixed(let n): .fixed((n + s / 2) / s)
        case .poisson(let mean): .poisson(mean: mean / Double(s))
        case .logNormal(let median, let spread): .logNormal(median: median / Double(s), spread: spread)
        }
    }

    /// The mean number, before the cap.
    var mean: Double {
        switch self {
        case .fixed(let n): Double(n)
        case .poisson(let mean): mean
        case .logNormal(let median, let spread): median * exp(spread * spread / 2)
        }
    }

    /// An account's own law.
    func account(_ random: inout SimulationRandom) -> AccountVolume {
        switch self {
        case .fixed(let n): .fixed(n)
        case .poisson(let mean): .poisson(mean: mean)
        case .logNormal(let median, let spread): .poisson(mean: min(1e9, median * exp(spread * random.normal())))
        }
    }
}

/// How many media one account sends in an epoch.
enum AccountVolume {
    case fixed(Int)
    case poisson(mean: Double)

    /// - Parameter most: what is drawn beyond it is cut off.
    func draw(most: Int, _ random: inout SimulationRandom) -> Int {
        switch self {
        case .fixed(let n): min(n, most)
        // Beyond the cap by more than chance takes it back.
        case .poisson(let mean): mean > 2 * Double(most) + 1_000 ? most : min(random.poisson(mean), most)
        }
    }
}
