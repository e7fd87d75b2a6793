/// The group operations that the builder, the auditor and the authority use: always many at once, so that a faster
/// backend replaces this one file. Each function works through whole buffers on the calling thread; callers split
/// buffers over threads.
package enum GroupBatch {
    /// `out[i] = HashToGroup(message(i))` for i < count.
    /// - Throws: `wrongLength` unless `out` has `count` places.
    package static func hashToGroup(
        _ hash: HashToGroup, count: Int, into out: UnsafeMutableBufferPointer<Point>, message: (Int) -> [UInt8]
    ) throws(SealedMatchError) {
        guard out.count == count else { throw SealedMatchError(.wrongLength, "messages and points differ in number") }
        for index in 0..<count { unsafe out[index] = try hash.point(message(index)) }
    }

    /// `points[i] = scalar·points[i]`, constant time in the scalar.
    /// - Throws: `identityPoint` when one of the points is the identity.
    package static func multiply(
        _ points: UnsafeMutableBufferPointer<Point>, by scalar: borrowing Scalar
    ) throws(SealedMatchError) {
        for index in points.indices { unsafe points[index] = try points[index].multiplied(by: scalar) }
    }

    /// `encodings[i] = scalar·encodings[i]`, constant time in the scalar, for encodings that nobody has checked: where
    /// one is no element, or the product is the identity, 32 zero bytes. The multiplication decodes anyway, so a check
    /// beforehand would be paid twice.
    package static func multiplyUnchecked(_ encodings: UnsafeMutableBufferPointer<Bytes32>, by scalar: borrowing Scalar)
    {
        for index in encodings.indices {
            do throws(SealedMatchError) {
                // The one thing that the multiplication's own decoding lets pass.
                guard unsafe !Point.hasTopBit(encodings[index]) else {
                    throw SealedMatchError(.invalidPoint, "not a canonical ristretto255 encoding")
                }
                unsafe encodings[index] = try Point(unchecked: encodings[index]).multiplied(by: scalar).encoded
            } catch {
                unsafe encodings[index] = Bytes32()
            }
        }
    }

    /// `table[target] = table[target] − table[first] − table[second]` for each triple of indices. The triples of one
    /// call are independent of each other: no target is another's operand.
    /// - Precondition: indices inside the table; no two threads share a target.
    package static func subtractPairs(
        _ triples: UnsafeBufferPointer<(target: Int, first: Int, second: Int)>,
        in table: UnsafeMutableBufferPointer<Point>
    ) throws(SealedMatchError) {
        for index in triples.indices {
            let triple = unsafe triples[index]
            let sum = try unsafe table[triple.first].adding(table[triple.second])
            unsafe table[triple.target] = try table[triple.target].subtracting(sum)
        }
    }

    /// `Σ scalars[i]·points[i]`, in variable time: for public values only.
    /// - Throws: `wrongLength`.
    package static func linearCombinationVarTime(
        _ scalars: UnsafeBufferPointer<PublicScalar>, _ points: UnsafeBufferPointer<Point>
    ) throws(SealedMatchError) -> Point {
        guard scalars.count == points.count else {
            throw SealedMatchError(.wrongLength, "scalars and points differ in number")
        }
        var sum = Point.identity
        for index in points.indices {
            sum = try sum.adding(try unsafe points[index].multipliedVarTime(byPublic: scalars[index]))
        }
        return sum
    }
}
