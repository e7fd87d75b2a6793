internal import SealedMatchCrypto

/// What an implementation of a seam does otherwise than the seam's contract says.
public struct ConformanceFailure: Error, CustomStringConvertible {
    /// The clause of the contract, and what was seen.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Ends a check unless `condition` holds.
func require(_ condition: Bool, _ clause: String) throws {
    guard condition else { throw ConformanceFailure(clause) }
}

/// Ends a check unless `body` throws just this error.
func require<Result>(
    _ code: SealedMatchError.Code, _ clause: String, _ body: () async throws -> Result
) async throws {
    do {
        _ = try await body()
    } catch let error as SealedMatchError {
        guard error.code == code else {
            throw ConformanceFailure("\(clause): error \(error.code.rawValue) in place of \(code.rawValue)")
        }
        return
    }
    throw ConformanceFailure("\(clause): no error in place of \(code.rawValue)")
}
