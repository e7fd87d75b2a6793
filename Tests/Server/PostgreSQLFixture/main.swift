import Foundation
import SealedMatchPostgreSQL

let arguments = CommandLine.arguments
let deployment = try Bytes32(exactly: [UInt8](repeating: 7, count: 32))
let keys = try DataKeys(SecretBytes.copying([UInt8](repeating: 1, count: 32)))
let store = try PostgreSQLOpenings(arguments[1], deployment: deployment, keys: keys, creation: .ifMissing)
print(try store.accounts().accounts.count)
