internal import SealedMatchCollector

/// Rows of a store that could not be read.
enum Damage {
    /// Names each of them, and ends with an error if there is one: everything else was done.
    static func report(_ rows: [DamagedRow], in file: String) throws {
        for row in rows {
            Terminal.note(
                "\(file): row \(row.row) of \(row.table.rawValue) is damaged (\(row.error.reason)); left alone")
        }
        guard rows.isEmpty else {
            throw Failure(
                "\(file): \(count(rows.count, "damaged row")) skipped; everything else was done")
        }
    }
}
