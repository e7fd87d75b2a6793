internal import SealedMatchFingerprint
package import SealedMatchProtocol

/// Parameters of a set, under a name: what is compared with others.
package struct SimulationSetting: Equatable, Sendable {
    package var name: String
    /// t, k, N_0 … N_11, P, and M in the profile.
    package var parameters = Parameters()

    package var threshold: Int { parameters.threshold }
    package var polynomials: Int { parameters.polynomials }

    /// M: one of `slotCounts`.
    package var slots: Int {
        get { parameters.probes }
        set {
            guard let changed = try? parameters.profile.asking(newValue) else {
                preconditionFailure("M is 1 to 64")
            }
            parameters.profile = changed
        }
    }

    package static let slotCounts = 1...FingerprintProfile.maximumProbes

    package init(name: String) { self.name = name }

    init(_ value: JSONValue, at path: String) throws(PlanError) {
        var reader = try PlanReader(value, at: path)
        guard let name = try reader.label("name") else { throw PlanError("\(path).name is missing") }
        self.init(name: name)
        parameters.threshold = try reader.whole("threshold", Parameters.thresholds) ?? threshold
        parameters.polynomials = try reader.whole("polynomials", Parameters.polynomialCounts) ?? polynomials
        parameters.payloadCount = try reader.whole("payload", Parameters.payloadCounts) ?? parameters.payloadCount
        slots = try reader.whole("slots", Self.slotCounts) ?? slots
        if let value = reader.take("levels") {
            let allowed = "twelve whole numbers from 1 to 255 that do not fall"
            guard case .array(let values) = value else { throw reader.error("levels", value.kind, allowed: allowed) }
            var levels: [UInt8] = []
            for (index, value) in values.enumerated() {
                guard case .number(let number) = value, let level = UInt8(exactly: number) else {
                    throw reader.error("levels[\(index)]", value.kind, allowed: "a whole number from 1 to 255")
                }
                levels.append(level)
            }
            guard let levels = try? CheckLevels(canonical: levels) else {
                let found = "[" + values.map(\.kind).joined(separator: ", ") + "]"
                throw reader.error("levels", found.count > 80 ? "an array of \(values.count)" : found, allowed: allowed)
            }
            parameters.checkLevels = levels
        }
        try reader.finish()
    }

    /// The probability that a slot without a match opens, of the vouchers of each octave of their number.
    var chances: [Double] { parameters.checkLevels.values.map { 1 / Double($0) } }
}
