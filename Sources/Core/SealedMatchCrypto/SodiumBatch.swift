internal import CSealedMatchSodium

/// `GroupBatch` by libsodium's functions, one element at a time: the reference, and the backend of
/// `make library BACKEND=libsodium`.
package enum SodiumBatch {
    package static func hash(
        _ messages: GroupMessages, _ hash: HashToGroup, into out: UnsafeMutableBufferPointer<Point>
    ) throws(SealedMatchError) {
        for index in out.indices { unsafe out[index] = try point(index, of: messages, hash) }
    }

    private static func point(
        _ index: Int, of messages: GroupMessages, _ hash: HashToGroup
    ) throws(SealedMatchError) -> Point {
        try unsafe messages.withMessage(index) { (raw) throws(SealedMatchError) in try unsafe hash.point(raw) }
    }

    package static func multiply(
        _ points: UnsafeMutableBufferPointer<Point>, by scalar: borrowing Scalar
    ) throws(SealedMatchError) {
        for index in points.indices { unsafe points[index] = try points[index].multiplied(by: scalar) }
    }

    package static func multiplyUnchecked(
        _ encodings: UnsafeMutableBufferPointer<Bytes32>, by scalar: borrowing Scalar
    ) {
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

    package static func subtractPairs(
        _ triples: UnsafeBufferPointer<GroupBatch.Triple>, in table: UnsafeMutableBufferPointer<Point>
    ) throws(SealedMatchError) {
        for index in triples.indices {
            let (target, first, second) = unsafe triples[index]
            let sum = try unsafe table[Int(first)].adding(table[Int(second)])
            unsafe table[Int(target)] = try table[Int(target)].subtracting(sum)
        }
    }

    package static func sums(
        _ triples: UnsafeBufferPointer<GroupBatch.Triple>, of cells: UnsafeRawBufferPointer,
        into out: UnsafeMutableBufferPointer<Point>
    ) throws(SealedMatchError) {
        for index in triples.indices {
            let (a, b, c) = unsafe triples[index]
            func cell(_ place: UInt32) -> Bytes32 {
                place == GroupBatch.nothing
                    ? Bytes32() : unsafe Bytes32(loading: cells.baseAddress! + Bytes32.count * Int(place))
            }
            unsafe out[index] = try Point.sum((cell(a), cell(b), cell(c)), .identity)
        }
    }

    package static func linearCombinationVarTime(
        _ scalars: UnsafeBufferPointer<PublicScalar>, _ points: UnsafeBufferPointer<Point>
    ) throws(SealedMatchError) -> Point {
        var sum = Point.identity
        for index in points.indices {
            sum = try sum.adding(try unsafe points[index].multipliedVarTime(byPublic: scalars[index]))
        }
        return sum
    }

    /// q = β·H(message) + γ·B and s = β·D + γ·L, for each slot of a range.
    package static func probes(
        _ range: Range<Int>, _ messages: GroupMessages, _ hash: HashToGroup, cells: [Bytes32], substitute: Point,
        bases: GroupBases, betas: UnsafeRawBufferPointer, gammas: UnsafeRawBufferPointer,
        q: UnsafeMutableBufferPointer<Bytes32>, s: UnsafeMutableRawBufferPointer
    ) throws(SealedMatchError) {
        for index in range {
            let place = Bytes32.count * index..<Bytes32.count * (index + 1)
            let beta = unsafe UnsafeRawBufferPointer(rebasing: betas[place])
            let gamma = unsafe UnsafeRawBufferPointer(rebasing: gammas[place])
            let decoded = try Point.sum((cells[3 * index], cells[3 * index + 1], cells[3 * index + 2]), substitute)
            unsafe q[index] = try point(index, of: messages, hash).multiplied(byBytes: beta)
                .adding(Point.base(timesBytes: gamma)).encoded
            let key = try unsafe decoded.multiplied(byBytes: beta)
                .adding(bases.publicKey.point.multiplied(byBytes: gamma))
            unsafe key.encoded.withBytes { unsafe s[place].copyBytes(from: $0) }
        }
    }
}
