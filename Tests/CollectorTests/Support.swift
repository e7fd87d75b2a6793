import Collector
import Foundation
import GRDB
import MatchProtocol
import Primitives
import Testing

/// A directory that goes with the test.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "sealedmatch-collector-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var database: String { path + "/collector.sqlite" }
}

/// A source of test bytes that is the same in every run. SplitMix64: not for keys.
struct TestRandom: RandomSource, RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
        for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: next()) }
    }
}

func account(_ byte: UInt8) -> AccountID { try! Bytes32(exactly: [UInt8](repeating: byte, count: 32)) }

let smallParameters: Parameters = {
    var parameters = Parameters()
    parameters.polynomials = 4
    parameters.payloadCount = 128
    return parameters
}()

/// Bytes of a voucher that nobody can open: the collector cannot tell.
func voucherBytes(
    _ account: AccountID, epoch: UInt32 = 7, root: Bytes32 = Bytes32(), parameters: Parameters = smallParameters,
    random: inout TestRandom
) -> [UInt8] {
    let header = VoucherHeader(
        parameters: parameters, epoch: epoch, voucherID: try! VoucherID.random(from: &random), account: account, setRoot: root)
    var bytes = header.encoded
    while bytes.count < header.voucherCount { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
    return bytes
}

func code(_ body: () throws -> Void) -> SealedMatchError.Code? {
    do { try body() } catch let error as SealedMatchError { return error.code } catch { Issue.record("untyped error \(error)") }
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
