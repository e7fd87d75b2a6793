/// A cell of the tables: how many matches among how many vouchers, placed by which scenario.
struct AttackCase: Sendable {
    let scenario: Scenario
    /// Vouchers of the epoch.
    let volume: Int
    var matches = 10
    /// Also over twelve epochs.
    var repeated = false

    /// `S.N` for ten matches, else `M.S.N`.
    var name: String { (matches == 10 ? "" : "\(matches).") + "\(scenario.name).\(volume)" }

    /// Ten matches, by scenario and volume.
    static func basic(_ extent: CheckCurve.Extent) -> [AttackCase] {
        let scenarios: [Scenario] = [.row, .scattered, .late, .everyOther, .known(among: 10)]
        return switch extent {
        case .least: product(scenarios, [30])
        case .quick: product(scenarios, [30, 100])
        case .full: product(scenarios, CheckCurve.volumes, repeated: true)
        }
    }

    static let bursts = product([.burst], CheckCurve.volumes, repeated: true)

    static let others =
        product([.twoRows], [100, 300]) + product([.known(among: 30)], [100, 300])
        + product([.known(among: 1)], CheckCurve.volumes, matches: 1)
        + product([.scattered, .late], [30, 100, 300], matches: 3)
        + product([.scattered], [30, 100, 300], matches: 20) + product([.late], [100, 300], matches: 20)

    /// One below the default threshold.
    static let nearlyAll = product([.scattered, .late], [300], matches: 29)

    /// What the outbox's shuffle adds.
    static let shuffled = product([.shuffledRow], CheckCurve.volumes)

    static func product(
        _ scenarios: [Scenario], _ volumes: [Int], matches: Int = 10, repeated: Bool = false
    ) -> [AttackCase] {
        volumes.flatMap { volume in
            scenarios.map { AttackCase(scenario: $0, volume: volume, matches: matches, repeated: repeated) }
        }
    }
}
