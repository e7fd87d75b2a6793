internal import ArgumentParser
internal import SealedMatchProtocol

/// Twelve check levels on the command line: numbers with commas between them.
struct CheckLevelList: ExpressibleByArgument {
    let levels: CheckLevels

    init(_ levels: CheckLevels) { self.levels = levels }

    init?(argument: String) {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { UInt8($0) }
        guard !numbers.contains(nil), let levels = try? CheckLevels(canonical: numbers.compactMap { $0 }) else {
            return nil
        }
        self.levels = levels
    }

    var defaultValueDescription: String { levels.values.map { "\($0)" }.joined(separator: ",") }
}
