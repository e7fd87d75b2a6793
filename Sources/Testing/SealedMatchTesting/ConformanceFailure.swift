internal import SealedMatchCrypto

/// What an implementation of a seam does otherwise than the seam's contract says.
public struct ConformanceFailure: Error, CustomStringConvertible {
    /// The clause of the contract, what was seen, and the line of the suite that looked: there is what was done before.
    public let description: String

    init(_ clause: String, file: StaticString = #fileID, line: UInt = #line) {
        description = "the contract says, and it does not hold: \(clause) (\(file), line \(line))"
    }
}

/// Ends a check unless `condition` holds.
func require(
    _ condition: Bool, _ clause: String, file: StaticString = #fileID, line: UInt = #line
) throws {
    guard condition else { throw ConformanceFailure(clause, file: file, line: line) }
}

/// Ends a check unless `body` throws just this error.
func require<Result>(
    _ code: SealedMatchError.Code, _ clause: String, file: StaticString = #fileID, line: UInt = #line,
    _ body: () async throws -> Result
) async throws {
    do {
        _ = try await body()
    } catch let error as SealedMatchError {
        guard error.code == code else {
            throw ConformanceFailure(
                "\(clause): error \(error.code.rawValue) in place of \(code.rawValue)", file: file, line: line)
        }
        return
    }
    throw ConformanceFailure("\(clause): no error in place of \(code.rawValue)", file: file, line: line)
}
