public import SealedMatchCollector
public import SealedMatchCrypto
internal import SealedMatchProtocol

extension PostgreSQLOpenings {
    /// Forgets everything of these accounts and epochs. The server's files keep the bytes, encrypted where they open
    /// something, until it has vacuumed and its log has gone.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then nothing was forgotten.
    public func erase(_ names: [AccountEpoch]) throws(SealedMatchError) {
        guard !names.isEmpty else { return }
        let names = Self.ordered(names)
        try pool.write { connection in
            // The account first: its row is the lock on all that belongs to it.
            for table in ["account", "form", "opening", "voucher", "sealed"] {
                try connection.run(
                    """
                    DELETE FROM \(table) USING unnest($1::bytea[], $2::int8[]) AS name (pseudonym, epoch)
                    WHERE \(table).pseudonym = name.pseudonym AND \(table).epoch = name.epoch
                    """, .bytesArray(names.map(\.pseudonym.encoded.bytes)), .integers(names.map { Int64($0.epoch) }))
            }
        }
    }

    /// Forgets everything of epochs before `epoch`; bytes stay as with `erase`.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then nothing was forgotten.
    public func expire(before epoch: UInt32) throws(SealedMatchError) {
        try pool.write { connection in
            for table in ["account", "form", "opening", "voucher", "sealed"] {
                try connection.run("DELETE FROM \(table) WHERE epoch < $1::int8", .integer(epoch))
            }
        }
    }
}
