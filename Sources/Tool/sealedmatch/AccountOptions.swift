internal import ArgumentParser
internal import Foundation
internal import SealedMatchProtocol
internal import SealedMatchCrypto

/// Which account: by name, or by the identifier that registrations carry.
struct AccountOptions: ParsableArguments {
    @Option(help: "The account's name, hashed as Docs/Protocol.md, 4.7, says.") var account: String?
    @Option(help: "The account's identifier instead, 64 hexadecimal digits.") var accountId: String?

    func validate() throws {
        guard (account == nil) != (accountId == nil) else {
            throw ValidationError("give either --account NAME or --account-id HEX")
        }
        do {
            _ = try id()
        } catch let error as SealedMatchError {
            throw ValidationError("--account: \(error.reason)")
        }
    }

    /// - Throws: `wrongLength` for an empty name or one of more than 4,096 bytes; `ValidationError`.
    func id() throws -> AccountID {
        if let account { return try AccountID(name: Array(account.utf8)) }
        guard let digits = accountId, let raw = bytes(hexadecimal: digits), raw.count == 32 else {
            throw ValidationError("--account-id takes 64 hexadecimal digits")
        }
        return AccountID(canonical: try Bytes32(exactly: raw))
    }
}
