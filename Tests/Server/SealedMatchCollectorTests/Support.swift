import SealedMatchCollector
import Foundation
import GRDB
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

extension TemporaryDirectory {
    var database: String { path + "/collector.sqlite" }
}

func account(_ byte: UInt8) -> AccountID { AccountID(canonical: bytes(byte)) }
/// Of the tests' accounts: another byte, repeated, in every epoch.
func pseudonym(of account: AccountID) -> Pseudonym { Pseudonym(canonical: bytes(~account.encoded[0])) }
func commitment(_ byte: UInt8) -> Commitment { Commitment(canonical: bytes(byte)) }
func bytes(_ byte: UInt8) -> Bytes32 { try! Bytes32(exactly: [UInt8](repeating: byte, count: 32)) }

let smallParameters: Parameters = {
    var parameters = Parameters()
    parameters.polynomials = 16
    parameters.payloadCount = 128
    return parameters
}()

extension Registration {
    /// Of the pseudonym that is the account's in these tests.
    init(account: AccountID, epoch: UInt32, commitment: Commitment) {
        let pseudonym = SealedMatchCollectorTests.pseudonym(of: account)
        self.init(account: account, epoch: epoch, pseudonym: pseudonym, commitment: commitment)
    }
}

/// Bytes of a voucher that nobody can open: the collector cannot tell.
func voucherBytes(
    _ account: AccountID, epoch: UInt32 = 7, root: SetRoot = SetRoot(canonical: Bytes32()),
    parameters: Parameters = smallParameters,
    random: inout SeededRandom
) -> [UInt8] {
    let header = VoucherHeader(
        parameters: parameters, number: 0, epoch: epoch, voucherID: try! VoucherID.random(from: &random),
        pseudonym: pseudonym(of: account), setRoot: root)
    var bytes = header.encoded
    while bytes.count < header.voucherCount { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
    return bytes
}

func code(_ body: () throws -> Void) -> SealedMatchError.Code? {
    do { try body() } catch let error as SealedMatchError { return error.code } catch {
        Issue.record("untyped error \(error)")
    }
    return nil
}

extension Result where Failure == SealedMatchError {
    var code: SealedMatchError.Code? { if case .failure(let error) = self { error.code } else { nil } }
}

/// Changes a store's file behind its back.
func edit(_ path: String, _ sql: String) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.write { db in try db.execute(sql: sql) }
    try queue.close()
}
