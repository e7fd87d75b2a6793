public import SealedMatchCrypto

extension PostgreSQLOpenings {
    /// Encrypts under the first data key all that is under another one, in batches of a transaction each, while others
    /// use the store. When it has returned, and every process has the new list, keys behind the first open nothing that
    /// is here; backups have cells under them.
    /// - Parameters:
    ///   - batch: rows of a transaction.
    ///   - proceed: asked before each batch; false ends early. What was done stays.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func encryptAnew(batch: Int = 1_024, proceed: () -> Bool = { true }) throws(SealedMatchError) -> KeyChange {
        var change = KeyChange()
        for column in SealedColumn.all {
            var place: [Value]? = column.beginning
            while let last = place {
                guard proceed() else { throw SealedMatchError(.interrupted, "interrupted; run it again to go on") }
                // A transaction that is done again has changed nothing before.
                let (step, next) = try pool.write { try encryptAnew(column, after: last, max(1, batch), $0) }
                change.changed += step.changed
                change.damaged += step.damaged
                place = next
            }
        }
        let check = try Schema.keyCheck(deployment, keys)
        try pool.perform { try $0.run("UPDATE store SET key_check = $1", .bytes(check)) }
        return change
    }

    /// - Returns: what was done, and the last row's place; nil if there was none.
    private func encryptAnew(
        _ column: SealedColumn, after place: [Value], _ batch: Int, _ connection: Connection
    ) throws -> (KeyChange, [Value]?) {
        let rows = try connection.run(
            column.selection, values: place + [.bytes(keys.first.number), .integer(batch)])
        guard rows.count > 0 else { return (KeyChange(), nil) }
        var change = KeyChange()
        var found: [Int] = []
        var cells: [[UInt8]] = []
        for row in 0..<rows.count {
            do {
                let place = try column.place(rows, row)
                var plain = try place.open(rows.bytes(row, column.key.count), keys)
                defer { plain.wipe() }
                cells.append(try place.seal(plain, keys))
                found.append(row)
            } catch let error as SealedMatchError {
                guard error.code == .damagedStore || error.code == .wrongLength else { throw error }
                change.damaged += 1
            }
        }
        if !found.isEmpty {
            try connection.run(column.replacement, values: column.columns(of: found, rows) + [.bytesArray(cells)])
        }
        change.changed = found.count
        return (change, try column.position(of: rows.count - 1, rows))
    }
}
