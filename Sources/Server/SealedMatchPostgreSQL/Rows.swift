internal import CSealedMatchPQ
internal import SealedMatchCrypto

/// What a statement gave, in PostgreSQL's binary form. The database may have been edited: every cell is checked.
@safe
final class Rows {
    private let result: OpaquePointer

    /// It owns the result from now on.
    init(_ result: OpaquePointer) { unsafe self.result = result }

    deinit { unsafe PQclear(result) }

    var count: Int { Int(unsafe PQntuples(result)) }

    /// The command that the server carried out.
    var command: String { unsafe String(cString: PQcmdStatus(result)) }

    func isNull(_ row: Int, _ column: Int) -> Bool { unsafe PQgetisnull(result, Int32(row), Int32(column)) != 0 }

    /// A byte string. Ask for it by `Rows.bounded`, so that a cell of gigabytes is never sent.
    func bytes(_ row: Int, _ column: Int) throws(SealedMatchError) -> [UInt8] {
        guard !isNull(row, column), let start = unsafe PQgetvalue(result, Int32(row), Int32(column)) else {
            throw SealedMatchError(.damagedStore, "a column of the database is no byte string of its size")
        }
        let count = Int(unsafe PQgetlength(result, Int32(row), Int32(column)))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    func bytes32(_ row: Int, _ column: Int) throws(SealedMatchError) -> Bytes32 {
        let bytes = try bytes(row, column)
        guard bytes.count == 32 else {
            throw SealedMatchError(.damagedStore, "a column of the database has not 32 bytes")
        }
        return try Bytes32(exactly: bytes)
    }

    /// An integer of 2, 4 or 8 bytes, or a truth value: 0 or 1.
    func integer(_ row: Int, _ column: Int) throws(SealedMatchError) -> Int64 {
        let bytes = try bytes(row, column)
        guard [1, 2, 4, 8].contains(bytes.count) else {
            throw SealedMatchError(.damagedStore, "a column of the database is no integer")
        }
        let first: Int64 = bytes[0] < 128 ? 0 : -1
        return bytes.reduce(first) { $0 << 8 | Int64($1) }
    }

    func integer(_ row: Int, _ column: Int, in range: ClosedRange<Int>) throws(SealedMatchError) -> Int {
        let value = try integer(row, column)
        guard let value = Int(exactly: value), range.contains(value) else {
            throw SealedMatchError(.damagedStore, "a column of the database is out of range")
        }
        return value
    }

    func epoch(_ row: Int, _ column: Int) throws(SealedMatchError) -> UInt32 {
        UInt32(try integer(row, column, in: 0...Int(UInt32.max)))
    }

    func flag(_ row: Int, _ column: Int) throws(SealedMatchError) -> Bool { try integer(row, column, in: 0...1) == 1 }

    /// SQL for a byte string of at most `most` bytes, and NULL otherwise. PostgreSQL knows the length without reading a
    /// long cell.
    static func bounded(_ column: String, _ most: Int) -> String {
        "CASE WHEN octet_length(\(column)) <= \(most) THEN \(column) END"
    }
}
