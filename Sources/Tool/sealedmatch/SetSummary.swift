internal import Foundation
internal import SealedMatchProtocol
internal import SealedMatchCrypto

/// What the header of a set says, for people who decide about it: a source before it signs, an auditor, an operator.
struct SetSummary {
    let header: SetHeader
    /// Files of keys that the caller named, by key.
    var names: [Bytes32: String] = [:]

    /// Prints everything but the sources.
    func print() throws {
        let parameters = header.parameters
        if header.isTest { Terminal.print("FOR TESTS   no production policy takes this set") }
        Terminal.print("root        \(hexadecimal(try header.root().encoded.bytes))")
        Terminal.print("version     \(header.version)")
        Terminal.print("issued      \(day(header.issuedAt))")
        let days = (header.expiresAt - header.issuedAt) / 86_400
        Terminal.print("expires     \(day(header.expiresAt)), \(days) days after its issue")
        Terminal.print("entries     \(header.entries) in \(header.cells) cells")
        Terminal.print("threshold   t = \(parameters.threshold), k = \(parameters.polynomials)")
        Terminal.print(
            "probes      M = \(parameters.probes) of \(parameters.profile.positions.count) bits, "
                + "keys more than r = \(parameters.separation) bits apart")
        let levels = parameters.checkLevels.values.map { "\($0)" }.joined(separator: ", ")
        Terminal.print("levels      N = \(levels): M/N slots of a voucher open by chance")
        Terminal.print(
            "profile     \(parameters.profile.id), digest \(hexadecimal(try parameters.profileDigest().bytes))")
        Terminal.print("parameters  \(hexadecimal(try header.parametersDigest().bytes)), as in the log's entry")
        Terminal.print(
            "claim       at least q = \(parameters.minimumSources) of the S = \(header.sources.count) sources below "
                + "list each entry")
    }

    /// Prints a line for each source.
    func printSources(_ remark: (Bytes32) -> String) {
        for source in header.sources {
            let name = names[source].map { "  \($0)" } ?? ""
            Terminal.print("source      \(hexadecimal(source.bytes))  \(remark(source))\(name)")
        }
    }

    private func day(_ seconds: UInt64) -> String {
        // Of other times, beyond the year 9999, a formatter makes nothing that can be read.
        guard seconds < 253_402_300_800 else { return "\(seconds) seconds after 1970" }
        return ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: Double(seconds)))
    }
}
