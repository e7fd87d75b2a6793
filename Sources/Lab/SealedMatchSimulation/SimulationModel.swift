/// What the simulator takes for true about the protocol, in the form in which the checks compare it with the protocol
/// itself. Tests give wrong ones, and see that the checks fail.
package struct SimulationModel: Sendable {
    /// N of a device's voucher with number v.
    package var level: @Sendable (_ setting: SimulationSetting, _ number: Int) -> Int
    /// Slots that may open by chance.
    package var trials: @Sendable (_ setting: SimulationSetting, _ matches: Bool) -> Int
    package var reveals: @Sendable (_ setting: SimulationSetting, _ matches: Int, _ byChance: Int) -> Bool

    /// The simulator's own.
    package static let simulator = SimulationModel(
        level: { setting, number in Int(setting.parameters.checkLevels.values[Arrivals.octave(of: number)]) },
        trials: { setting, matches in setting.slots - (matches ? 1 : 0) },
        reveals: { setting, matches, byChance in
            RevealRule(threshold: setting.threshold, polynomials: setting.polynomials).reveals(
                matches: matches, byChance: byChance)
        })
}
