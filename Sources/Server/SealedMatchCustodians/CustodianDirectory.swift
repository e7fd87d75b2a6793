public import SealedMatchCrypto
internal import SealedMatchFiles
public import SealedMatchProtocol

/// A custodian's states as files of a directory, for its owner alone, one for each table: `TABLEID.custodian`, the
/// table's name in 32 hexadecimal digits. One process at a time works in it.
public final class CustodianDirectory: CustodianStore {
    private let directory: LockedDirectory

    /// Creates the directory if it is missing, and takes its lock. Files that a killed process was writing are removed:
    /// they may hold a nonce that is to be used once, and nobody reads them.
    /// - Throws: `fileFailed`, also if another process has it; `notPrivate`.
    public init(path: String) throws(SealedMatchError) {
        directory = try LockedDirectory(path: path)
        var partial: [String] = []
        try LockedDirectory.visit(path) { (name) throws(SealedMatchError) in
            let name = String(decoding: name, as: UTF8.self)
            if name.contains(".custodian" + DurableFile.partialMark) { partial.append("\(path)/\(name)") }
            return true
        }
        for file in partial { try LockedDirectory.remove(file) }
        if let file = partial.first { try DurableFile.syncDirectory(of: file) }
    }

    private func path(of table: TableID) -> String {
        "\(directory.path)/\(Hexadecimal.text(table.encoded)).custodian"
    }

    /// The tables of which there is a state, in the order of their names.
    /// - Throws: `fileFailed`.
    package func tables() throws(SealedMatchError) -> [TableID] {
        var tables: [TableID] = []
        try LockedDirectory.visit(directory.path) { (name) throws(SealedMatchError) in
            let name = String(decoding: name, as: UTF8.self)
            if name.hasSuffix(".custodian"), let digits = Hexadecimal.bytes(name.dropLast(10).utf8),
                let table = try? TableID(canonical: digits)
            {
                tables.append(table)
            }
            return true
        }
        return tables.sorted { Hexadecimal.text($0.encoded) < Hexadecimal.text($1.encoded) }
    }

    /// Reads a state into guarded memory.
    public func read(_ table: TableID) throws(SealedMatchError) -> SecretBytes? {
        try DurableFile.readSecretIfPresent(path(of: table), limit: CustodianState.maximumCount)
    }

    /// Written beside its place, synced, and renamed into it: killed here, one of the two is there, whole.
    public func replace(_ table: TableID, with state: borrowing SecretBytes) throws(SealedMatchError) {
        try unsafe state.withBytes { (raw) throws(SealedMatchError) in
            try unsafe DurableFile.write([raw], to: path(of: table), secret: true)
        }
    }
}
