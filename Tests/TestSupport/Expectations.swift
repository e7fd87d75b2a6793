public import SealedMatchCrypto
public import Testing

/// Feeds mutations of an encoding to its parser. Each must end in a `SealedMatchError`, or be accepted and encode to
/// the very same bytes.
/// - Returns: how many were accepted, how many refused.
@discardableResult
public func expectCanonical(
    _ original: [UInt8], mutations count: Int, seed: UInt64, sourceLocation: SourceLocation = #_sourceLocation,
    _ decodeAndEncode: ([UInt8]) throws -> [UInt8]
) throws -> (accepted: Int, refused: Int) {
    #expect(try decodeAndEncode(original) == original, sourceLocation: sourceLocation)
    var accepted = 0
    var refused = 0
    for mutation in mutations(of: original, count: count, seed: seed) {
        do {
            let again = try decodeAndEncode(mutation)
            accepted += 1
            if again != mutation {
                Issue.record("an accepted encoding is not canonical", sourceLocation: sourceLocation)
            }
        } catch is SealedMatchError {
            refused += 1
        } catch {
            Issue.record("an error of another type: \(error)", sourceLocation: sourceLocation)
        }
    }
    #expect(accepted + refused == count, sourceLocation: sourceLocation)
    return (accepted, refused)
}

/// Every prefix of an encoding, and the encoding with a byte more, is refused.
public func expectExactLength(
    _ original: [UInt8], sourceLocation: SourceLocation = #_sourceLocation, _ decode: ([UInt8]) throws -> Void
) {
    let lengths =
        original.count <= 512
        ? Array(0..<original.count)
        : Array(stride(from: 0, to: original.count, by: original.count / 211)) + [original.count - 1]
    for length in lengths {
        #expect(throws: SealedMatchError.self, "\(length) bytes", sourceLocation: sourceLocation) {
            try decode(Array(original[0..<length]))
        }
    }
    #expect(throws: SealedMatchError.self, sourceLocation: sourceLocation) { try decode(original + [0]) }
}

/// Expects exactly this error code.
public func expectCode(
    _ code: SealedMatchError.Code, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("no error; expected \(code.rawValue). \(comment?.rawValue ?? "")", sourceLocation: sourceLocation)
    } catch let error as SealedMatchError {
        #expect(error.code == code, comment, sourceLocation: sourceLocation)
    } catch {
        Issue.record("an error of another type: \(error)", sourceLocation: sourceLocation)
    }
}

extension Array<UInt8> {
    /// With other bytes at a place.
    public func replacing(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
        var out = self
        out.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
        return out
    }
}

/// A number in little-endian bytes.
public func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}
