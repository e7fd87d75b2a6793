import Foundation
import SealedMatchPostgreSQL
import SealedMatchTesting
import Testing

func bytes(_ byte: UInt8) -> Bytes32 { try! Bytes32(exactly: [UInt8](repeating: byte, count: 32)) }

let deployment = bytes(7)

/// Keys of one byte each, repeated.
func keys(_ first: UInt8 = 1, _ others: UInt8...) throws -> DataKeys {
    try DataKeys(SecretBytes.copying(([first] + others).flatMap { [UInt8](repeating: $0, count: 32) }))
}

/// A database, and stores on it.
struct Database {
    let server: Server
    let connection: String

    init(on server: Server? = nil) throws {
        self.server = try server ?? Server.shared.get()
        connection = try self.server.newDatabase()
    }

    func make() throws -> PostgreSQLOpenings {
        try PostgreSQLOpenings(connection, deployment: deployment, keys: keys(), creation: .always)
    }

    func open(_ keys: DataKeys? = nil) throws -> PostgreSQLOpenings {
        try PostgreSQLOpenings(connection, deployment: deployment, keys: keys ?? SealedMatchPostgreSQLTests.keys())
    }

    @discardableResult
    func sql(_ sql: String) throws -> String { try server.sql(sql, in: connection) }
}
