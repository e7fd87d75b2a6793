import Foundation
import SealedMatchOpenings
import SealedMatchPostgreSQL
import SealedMatchServerTestSupport
import SealedMatchTesting
import Testing

func bytes(_ byte: UInt8) -> Bytes32 { try! Bytes32(exactly: [UInt8](repeating: byte, count: 32)) }

let deployment = bytes(7)
let source: StoreIdentity = bytes(200)
let form = OpeningForm(threshold: 3, polynomials: 16)
let alice = AccountEpoch(1, 7)
let bob = AccountEpoch(2, 7)

/// Keys of one byte each, repeated.
func keys(_ first: UInt8 = 1, _ others: UInt8...) throws -> DataKeys {
    try DataKeys(SecretBytes.copying(([first] + others).flatMap { [UInt8](repeating: $0, count: 32) }))
}

/// A database, and stores on it.
struct Database {
    let server: Server
    let connection: String
    var name: String { String(connection.split(separator: "=").last ?? "") }

    init(on server: Server? = nil) throws {
        self.server = try server ?? Server.shared.get()
        connection = try self.server.newDatabase()
    }

    func make(_ keys: DataKeys? = nil) throws -> PostgreSQLOpenings {
        try PostgreSQLOpenings(
            connection, deployment: deployment, keys: keys ?? SealedMatchPostgreSQLTests.keys(), creation: .always)
    }

    func open(_ keys: DataKeys? = nil) throws -> PostgreSQLOpenings {
        try PostgreSQLOpenings(connection, deployment: deployment, keys: keys ?? SealedMatchPostgreSQLTests.keys())
    }

    @discardableResult
    func sql(_ sql: String) throws -> String { try server.sql(sql, in: connection) }
}

func code(_ body: () throws -> Void) -> SealedMatchError.Code? {
    do { try body() } catch let error as SealedMatchError { return error.code } catch {
        Issue.record("untyped error \(error)")
    }
    return nil
}

extension OpeningStore {
    /// What is kept of an account's form, in order.
    func kept(of name: AccountEpoch) throws -> [Opening] {
        let kept = try openings(of: name, form)
        #expect(kept.damaged.isEmpty)
        return kept.openings.map(\.opening)
    }

    /// Expects that this store holds what the other does, in the same order.
    func expectSame(as other: some OpeningStore) throws {
        let (mine, others) = try (accounts(), other.accounts())
        #expect(mine.damaged.isEmpty)
        #expect(Set(mine.accounts.map(\.name)) == Set(others.accounts.map(\.name)))
        for state in others.accounts {
            #expect(try account(state.name) == state)
            #expect(try kept(of: state.name) == other.kept(of: state.name))
        }
    }
}

/// The fixture's program, with these arguments and a pipe from its output.
func fixture(_ arguments: String...) throws -> (process: Process, output: FileHandle) {
    let process = Process()
    let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = URL(fileURLWithPath: executable).deletingLastPathComponent().path + "/SealedMatchPostgreSQLFixture"
    try #require(FileManager.default.isExecutableFile(atPath: path), "the fixture was not built")
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    return (process, pipe.fileHandleForReading)
}
