public import SealedMatchProtocol

/// Ceilings that every set meets.
public let anyCheckLevels = try! CheckLevels(canonical: [UInt8](repeating: .max, count: CheckLevels.count))
