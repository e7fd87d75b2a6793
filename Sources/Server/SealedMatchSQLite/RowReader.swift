internal import Foundation
package import GRDB
internal import SealedMatchCollector
package import SealedMatchCrypto

/// Reads a column without trusting its type: GRDB's own conversions end the process on a value that does not convert.
package struct RowReader {
    private let row: Row

    package init(_ row: Row) { self.row = row }

    /// SQL for a column that is a byte string of at most `most` bytes, and NULL otherwise. SQLite answers both
    /// questions from the row's header, without reading the cell.
    package static func bounded(_ column: String, _ most: Int) -> String {
        "CASE WHEN typeof(\(column)) = 'blob' AND length(\(column)) <= \(most) THEN \(column) END"
    }

    private func storage(_ column: Int) -> DatabaseValue.Storage {
        let value: DatabaseValue = row[column]
        return value.storage
    }

    package func integer(_ column: Int) throws(SealedMatchError) -> Int64 {
        guard case .int64(let value) = storage(column) else {
            throw SealedMatchError(.damagedStore, "a column of the database is no integer")
        }
        return value
    }

    /// An integer of a range.
    package func integer(_ column: Int, in range: ClosedRange<Int64>) throws(SealedMatchError) -> Int {
        let value = try integer(column)
        guard range.contains(value) else {
            throw SealedMatchError(.damagedStore, "a column of the database is out of range")
        }
        return Int(value)
    }

    package func integer(_ column: Int, in range: ClosedRange<Int>) throws(SealedMatchError) -> Int {
        try integer(column, in: Int64(range.lowerBound)...Int64(range.upperBound))
    }

    package func epoch(_ column: Int) throws(SealedMatchError) -> UInt32 {
        UInt32(try integer(column, in: 0...Int64(UInt32.max)))
    }

    /// A byte string. Ask for it by `RowReader.bounded`, so that a cell of gigabytes is never loaded.
    package func blob(_ column: Int) throws(SealedMatchError) -> [UInt8] {
        guard case .blob(let data) = storage(column) else {
            throw SealedMatchError(.damagedStore, "a column of the database is no byte string of its size")
        }
        return [UInt8](data)
    }

    package func bytes32(_ column: Int) throws(SealedMatchError) -> Bytes32 {
        let bytes = try blob(column)
        guard bytes.count == 32 else {
            throw SealedMatchError(.damagedStore, "a column of the database has not 32 bytes")
        }
        return try Bytes32(exactly: bytes)
    }

    package func isNull(_ column: Int) -> Bool {
        if case .null = storage(column) { true } else { false }
    }
}

extension Array where Element == UInt8 {
    /// As SQLite takes it.
    package var databaseBlob: DatabaseValue { Data(self).databaseValue }
}

extension Bytes32 {
    package var databaseBlob: DatabaseValue { bytes.databaseBlob }
}
