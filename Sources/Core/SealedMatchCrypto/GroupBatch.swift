#if !SEALEDMATCH_LIBSODIUM
    internal import CSealedMatchGroup
#endif

/// The group operations that work on many elements at once: by the vectors of CSealedMatchGroup, or by libsodium, one
/// element at a time. All backends give the same bytes. (Docs/Backend.md)
///
/// Each function works through whole buffers on the calling thread; callers split buffers over threads.
package enum GroupBatch {
    /// Indices of three cells. In `subtractPairs` the first is the target.
    package typealias Triple = (UInt32, UInt32, UInt32)
    /// In a triple of `sumsVarTime`: no cell.
    package static let nothing = UInt32.max

    #if !SEALEDMATCH_LIBSODIUM
        /// The backend that is used; nil for libsodium. The environment is read once: another thread of the messenger
        /// may be changing it later.
        @unsafe nonisolated(unsafe) static let chosen: UnsafePointer<group_backend>? = {
            if let wanted = unsafe group_backend_wanted(), unsafe isLibsodium(wanted) { return nil }
            return unsafe group_backend_best()
        }()

        private static func isLibsodium(_ name: UnsafePointer<CChar>) -> Bool {
            let expected: StaticString = "libsodium"
            for index in 0...expected.utf8CodeUnitCount
            where unsafe UInt8(bitPattern: name[index]) != expected.utf8Start[index] {
                return false
            }
            return true
        }
    #endif

    /// The backend's name: `ifma`, `avx2`, `portable`, or `libsodium`.
    package static var backendName: String {
        #if !SEALEDMATCH_LIBSODIUM
            if let backend = unsafe chosen { return unsafe String(cString: backend.pointee.name) }
        #endif
        return "libsodium"
    }

    /// `out[i] = HashToGroup(message i)`. Variable time in nothing but the number of messages.
    /// - Throws: `wrongLength` unless `out` has a place for each message.
    package static func hash(
        _ messages: GroupMessages, _ hash: HashToGroup, into out: UnsafeMutableBufferPointer<Point>
    ) throws(SealedMatchError) {
        guard out.count == messages.count else {
            throw SealedMatchError(.wrongLength, "messages and points differ in number")
        }
        #if !SEALEDMATCH_LIBSODIUM
            if let backend = unsafe chosen, let tag = hash.shortTag {
                unsafe messages.withC { bytes, lengths in
                    unsafe tag.withUnsafeBufferPointer {
                        unsafe backend.pointee.hash(
                            out.u8, bytes, GroupMessages.room, lengths, out.count, $0.baseAddress, $0.count)
                    }
                }
                return
            }
        #endif
        try unsafe SodiumBatch.hash(messages, hash, into: out)
    }

    /// `out[i] = scalar·HashToGroup(message i)`, constant time in the scalar.
    /// - Throws: `wrongLength` unless `out` has a place for each message; `identityPoint`, which no hash gives.
    package static func evaluate(
        _ messages: GroupMessages, _ hash: HashToGroup, by scalar: borrowing Scalar,
        into out: UnsafeMutableBufferPointer<Point>
    ) throws(SealedMatchError) {
        guard out.count == messages.count else {
            throw SealedMatchError(.wrongLength, "messages and points differ in number")
        }
        #if !SEALEDMATCH_LIBSODIUM
            if let backend = unsafe chosen, let tag = hash.shortTag {
                unsafe messages.withC { bytes, lengths in
                    unsafe tag.withUnsafeBufferPointer { tag in
                        unsafe scalar.withEncoded {
                            unsafe backend.pointee.evaluate(
                                out.u8, bytes, GroupMessages.room, lengths, out.count, tag.baseAddress, tag.count,
                                $0.u8)
                        }
                    }
                }
                return try unsafe refuseIdentity(out)
            }
        #endif
        try unsafe SodiumBatch.hash(messages, hash, into: out)
        try unsafe SodiumBatch.multiply(out, by: scalar)
    }

    /// `points[i] = scalar·points[i]`, constant time in the scalar.
    /// - Throws: `identityPoint` when one of the points is the identity.
    package static func multiply(
        _ points: UnsafeMutableBufferPointer<Point>, by scalar: borrowing Scalar
    ) throws(SealedMatchError) {
        #if !SEALEDMATCH_LIBSODIUM
            if let backend = unsafe chosen {
                unsafe scalar.withEncoded { unsafe backend.pointee.multiply(points.u8, nil, points.count, $0.u8) }
                return try unsafe refuseIdentity(points)
            }
        #endif
        try unsafe SodiumBatch.multiply(points, by: scalar)
    }

    /// `encodings[i] = scalar·encodings[i]`, constant time in the scalar, for encodings that nobody has checked: where
    /// one is no element, or the product is the identity, 32 zero bytes. The multiplication decodes anyway, so a check
    /// beforehand would be paid twice.
    package static func multiplyUnchecked(_ encodings: UnsafeMutableBufferPointer<Bytes32>, by scalar: borrowing Scalar)
    {
        #if !SEALEDMATCH_LIBSODIUM
            if let backend = unsafe chosen {
                unsafe scalar.withEncoded {
                    unsafe backend.pointee.multiply(
                        UnsafeMutableRawBufferPointer(encodings).u8, nil, encodings.count, $0.u8)
                }
                return
            }
        #endif
        unsafe SodiumBatch.multiplyUnchecked(encodings, by: scalar)
    }

    /// `table[a] = table[a] − table[b] − table[c]` for each triple (a, b, c). The triples of one call are independent
    /// of each other: no target is another's operand.
    /// - Precondition: indices inside the table; no two threads share a target.
    /// - Throws: `invalidPoint`, which elements do not give.
    package static func subtractPairs(
        _ triples: UnsafeBufferPointer<Triple>, in table: UnsafeMutableBufferPointer<Point>
    ) throws(SealedMatchError) {
        #if !SEALEDMATCH_LIBSODIUM
            if let backend = unsafe chosen {
                guard unsafe backend.pointee.subtract(table.u8, triples.baseAddress, triples.count) else {
                    throw SealedMatchError(.invalidPoint, "a summand is not a ristretto255 element")
                }
                return
            }
        #endif
        try unsafe SodiumBatch.subtractPairs(triples, in: table)
    }

    /// `out[i] = cells[a] + cells[b] + cells[c]` for triple i = (a, b, c), of cells that nobody has checked: the
    /// identity where one is no element. In variable time: tables are public.
    /// - Precondition: indices inside the cells, of 32 bytes each, or `nothing`.
    /// - Throws: `wrongLength` unless `out` has a place for each triple.
    package static func sumsVarTime(
        _ triples: UnsafeBufferPointer<Triple>, of cells: UnsafeRawBufferPointer,
        into out: UnsafeMutableBufferPointer<Point>
    ) throws(SealedMatchError) {
        guard out.count == triples.count else {
            throw SealedMatchError(.wrongLength, "sums and points differ in number")
        }
        #if !SEALEDMATCH_LIBSODIUM
            if let backend = unsafe chosen {
                // What is no element is 32 zero bytes: the identity.
                _ = unsafe backend.pointee.sum(out.u8, cells.u8, triples.baseAddress, triples.count)
                return
            }
        #endif
        try unsafe SodiumBatch.sums(triples, of: cells, into: out)
    }

    /// `Σ scalars[i]·points[i]`, in variable time: for public values only.
    /// - Throws: `wrongLength`.
    package static func linearCombinationVarTime(
        _ scalars: UnsafeBufferPointer<PublicScalar>, _ points: UnsafeBufferPointer<Point>
    ) throws(SealedMatchError) -> Point {
        guard scalars.count == points.count else {
            throw SealedMatchError(.wrongLength, "scalars and points differ in number")
        }
        #if !SEALEDMATCH_LIBSODIUM
            if let backend = unsafe chosen {
                var out = Bytes32()
                let areElements = unsafe out.withMutableBytes {
                    unsafe backend.pointee.combine(
                        $0.u8, UnsafeRawBufferPointer(scalars).u8, UnsafeRawBufferPointer(points).u8, nil,
                        points.count)
                }
                guard areElements else {
                    throw SealedMatchError(.invalidPoint, "a summand is not a ristretto255 element")
                }
                return Point(unchecked: out)
            }
        #endif
        return try unsafe SodiumBatch.linearCombinationVarTime(scalars, points)
    }

    /// Some of a voucher's slots: `ProbeBatch`. Buffers and messages are those of all slots.
    package static func probes(
        _ range: Range<Int>, _ messages: GroupMessages, _ hash: HashToGroup, cells: [Bytes32], substitute: Point,
        bases: GroupBases, betas: UnsafeRawBufferPointer, gammas: UnsafeRawBufferPointer,
        q: UnsafeMutableBufferPointer<Bytes32>, s: UnsafeMutableRawBufferPointer
    ) throws(SealedMatchError) {
        #if !SEALEDMATCH_LIBSODIUM
            if let backend = unsafe chosen, let tag = hash.shortTag, let generator = unsafe bases.generator.table,
                let publicKey = unsafe bases.publicKey.table
            {
                let place = Bytes32.count * range.lowerBound..<Bytes32.count * range.upperBound
                unsafe messages.withC(range) { bytes, lengths in
                    unsafe tag.withUnsafeBufferPointer { tag in
                        unsafe cells[(3 * range.lowerBound)..<(3 * range.upperBound)].withUnsafeBytes { cells in
                            unsafe substitute.encoded.withBytes {
                                unsafe backend.pointee.probes(
                                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(q)[place]).u8,
                                    UnsafeMutableRawBufferPointer(rebasing: s[place]).u8, bytes, GroupMessages.room,
                                    lengths, tag.baseAddress, tag.count, cells.u8,
                                    UnsafeRawBufferPointer(rebasing: betas[place]).u8,
                                    UnsafeRawBufferPointer(rebasing: gammas[place]).u8, generator, publicKey, $0.u8,
                                    range.count)
                            }
                        }
                    }
                }
                return
            }
        #endif
        try unsafe SodiumBatch.probes(
            range, messages, hash, cells: cells, substitute: substitute, bases: bases, betas: betas, gammas: gammas,
            q: q, s: s)
    }

    /// 32 zero bytes are the identity.
    private static func refuseIdentity(_ points: UnsafeMutableBufferPointer<Point>) throws(SealedMatchError) {
        for index in points.indices where unsafe points[index].isIdentity {
            throw SealedMatchError(.identityPoint, "the product is the identity")
        }
    }
}

extension UnsafeMutableBufferPointer<Point> {
    /// The encodings as C's `unsigned char *`.
    fileprivate var u8: UnsafeMutablePointer<UInt8> { unsafe UnsafeMutableRawBufferPointer(self).u8 }
}

extension GroupMessages {
    /// The rooms and the lengths, as C takes them.
    fileprivate func withC(_ body: (UnsafePointer<UInt8>?, UnsafePointer<UInt8>?) -> Void) {
        unsafe withC(0..<count, body)
    }

    /// The same of some messages.
    fileprivate func withC(_ range: Range<Int>, _ body: (UnsafePointer<UInt8>?, UnsafePointer<UInt8>?) -> Void) {
        unsafe bytes[(Self.room * range.lowerBound)..<(Self.room * range.upperBound)].withUnsafeBufferPointer { bytes in
            unsafe lengths[range].withUnsafeBufferPointer { unsafe body(bytes.baseAddress, $0.baseAddress) }
        }
    }
}
