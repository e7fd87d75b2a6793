internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// A column of encrypted cells, for a walk over all of them.
struct SealedColumn: Sendable {
    /// A column of the primary key.
    struct Key: Sendable {
        let name: String
        let isNumber: Bool

        static func bytes(_ name: String) -> Key { Key(name: name, isNumber: false) }
        static func number(_ name: String) -> Key { Key(name: name, isNumber: true) }
        var type: String { isNumber ? "int8" : "bytea" }
    }

    let table: String
    let name: String
    let key: [Key]
    /// Longest plain text, in bytes.
    let most: Int
    /// The place of the cell in a row that begins with the key.
    let place: @Sendable (Rows, Int) throws -> SealedCell

    private static let account: [Key] = [.bytes("pseudonym"), .number("epoch")]

    private static func name(_ rows: Rows, _ row: Int, from column: Int = 0) throws(SealedMatchError) -> AccountEpoch {
        AccountEpoch(
            pseudonym: Pseudonym(canonical: try rows.bytes32(row, column)), epoch: try rows.epoch(row, column + 1))
    }

    static let all = [
        SealedColumn(table: "account", name: "epoch_key", key: account, most: 32) { .epochKey(of: try name($0, $1)) },
        SealedColumn(
            table: "voucher", name: "content", key: account + [.bytes("voucher_id")],
            most: PostgreSQLOpenings.mostContent
        ) { .voucher(try VoucherID(canonical: $0.bytes($1, 2)), of: try name($0, $1)) },
        SealedColumn(
            table: "opening", name: "rkey", key: account + [.bytes("voucher_id"), .number("slot")], most: 32
        ) {
            .opening(
                try $0.integer($1, 3, in: 0...Int(Int16.max)), try VoucherID(canonical: $0.bytes($1, 2)),
                of: try name($0, $1))
        },
        SealedColumn(
            table: "sealed", name: "bytes", key: [.bytes("source"), .number("position")] + account,
            most: SealedVoucher.maximumEncodedCount
        ) { .sealed(try $0.integer($1, 1), of: try $0.bytes32($1, 0), try name($0, $1, from: 2)) },
    ]

    /// Cells under another key than the one of a number, in the order of their keys, after a place.
    var selection: String {
        let places = key.indices.map { "$\($0 + 1)::\(key[$0].type)" }.joined(separator: ", ")
        let names = key.map(\.name).joined(separator: ", ")
        return """
            SELECT \(names), \(Rows.bounded(name, most + SealedCell.overhead)) FROM \(table)
            WHERE (\(names)) > (\(places))
                AND substring(\(name) FROM 1 FOR \(DataKey.numberCount)) <> $\(key.count + 1)::bytea
            ORDER BY \(names) LIMIT $\(key.count + 2)::int8 FOR UPDATE
            """
    }

    /// New cells for rows of these keys.
    var replacement: String {
        let arrays = key.indices.map { "$\($0 + 1)::\(key[$0].type)[]" }.joined(separator: ", ")
        let names = key.map(\.name).joined(separator: ", ")
        let same = key.map { "\(table).\($0.name) = new.\($0.name)" }.joined(separator: " AND ")
        return """
            UPDATE \(table) SET \(name) = new.cell
            FROM unnest(\(arrays), $\(key.count + 1)::bytea[]) AS new (\(names), cell) WHERE \(same)
            """
    }

    /// Before every row.
    var beginning: [Value] { key.map { $0.isNumber ? .number(Int64.min) : .bytes([]) } }

    /// A row's place in the order of keys.
    func position(of row: Int, _ rows: Rows) throws(SealedMatchError) -> [Value] {
        var place: [Value] = []
        for (column, part) in key.enumerated() {
            place.append(part.isNumber ? .number(try rows.integer(row, column)) : .bytes(try rows.bytes(row, column)))
        }
        return place
    }

    /// The keys of rows, column by column.
    func columns(of found: [Int], _ rows: Rows) throws(SealedMatchError) -> [Value] {
        var columns: [Value] = []
        for (column, part) in key.enumerated() {
            if part.isNumber {
                var numbers: [Int64] = []
                for row in found { numbers.append(try rows.integer(row, column)) }
                columns.append(.integers(numbers))
            } else {
                var parts: [[UInt8]] = []
                for row in found { parts.append(try rows.bytes(row, column)) }
                columns.append(.bytesArray(parts))
            }
        }
        return columns
    }
}
