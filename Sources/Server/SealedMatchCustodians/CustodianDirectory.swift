public import SealedMatchCrypto
internal import SealedMatchFiles
public import SealedMatchProtocol

/// A custodian's states as files of a directory, for its owner alone, one for each table: `TABLEID.custodian`, the
/// table's name in 32 hexadecimal digits. One process at a time works in it.
public final class CustodianDirectory: CustodianStore {
    private let directory: LockedDirectory

    /// Creates the directory if it is missing, and takes its lock.
    /// - Throws: `fileFailed`, also if another process has it; `notPrivate`.
    public init(path: String) throws(SealedMatchError) {
        directory = try LockedDirectory(path: path)
    }

    private func path(of table: TableID) -> String {
        let digits = table.encoded.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(directory.path)/\(digits).custodian"
    }

    /// Reads a state into guarded memory.
    public func read(_ table: TableID) throws(SealedMatchError) -> SecretBytes? {
        try DurableFile.readSecretIfPresent(path(of: table), limit: CustodianState.maximumCount)
    }

    /// Written beside its place, synced, and renamed into it: killed here, one of the two is there, whole. What a
    /// killed process left beside it is never read, and is the owner's alone.
    public func replace(_ table: TableID, with state: borrowing SecretBytes) throws(SealedMatchError) {
        try unsafe state.withBytes { (raw) throws(SealedMatchError) in
            try unsafe DurableFile.write([raw], to: path(of: table), secret: true)
        }
    }
}
