// A client has no use for roots, and a library without the batches has nobody who computes them.
#if !SEALEDMATCH_LIBSODIUM
    internal import CSealedMatchGroup

    /// Batches of elements that come with their roots, so that decoding takes no power. A root is the `invsqrt` of RFC
    /// 9496, 4.3.1 (Docs/Protocol.md, section 3); it is looked at wherever one comes in, so it may come from anybody.
    extension GroupBatch {
        /// The backend that is used; where that is libsodium, which knows no roots, the portable one.
        @unsafe private static var forRoots: UnsafePointer<group_backend> {
            if let backend = unsafe chosen { return unsafe backend }
            let name: StaticString = "portable"
            return name.withUTF8Buffer { name in
                unsafe name.withMemoryRebound(to: CChar.self) { unsafe group_backend_named($0.baseAddress)! }
            }
        }

        /// The root of each element, in variable time; nil where one of them is none.
        package static func rootsVarTime(of points: [Point]) -> [Bytes32]? {
            var roots = [Bytes32](repeating: Bytes32(), count: points.count)
            return findRoots(of: points, into: &roots) ? roots : nil
        }

        /// Zero bytes where there is no element.
        private static func findRoots(of points: [Point], into roots: inout [Bytes32]) -> Bool {
            unsafe roots.withUnsafeMutableBytes { roots in
                unsafe points.withUnsafeBytes { unsafe forRoots.pointee.roots(roots.u8, $0.u8, points.count) }
            }
        }

        /// `points[i] = scalar·points[i]`, and the roots with them, constant time in the scalar, for encodings that
        /// nobody has checked: where one is no element, its root is another number, or the product is the identity,
        /// both are 32 zero bytes.
        /// - Precondition: as many roots as points.
        package static func multiply(_ points: inout [Point], roots: inout [Bytes32], by scalar: borrowing Scalar) {
            precondition(points.count == roots.count)
            let count = points.count
            if let backend = unsafe chosen {
                unsafe points.withUnsafeMutableBytes { points in
                    unsafe roots.withUnsafeMutableBytes { roots in
                        unsafe scalar.withEncoded {
                            unsafe backend.pointee.multiply(points.u8, roots.u8, count, $0.u8)
                        }
                    }
                }
                return
            }
            var right = roots
            _ = findRoots(of: points, into: &right)
            for index in points.indices where right[index] != roots[index] { points[index] = .identity }
            unsafe points.withUnsafeMutableBytes {
                unsafe SodiumBatch.multiplyUnchecked($0.bindMemory(to: Bytes32.self), by: scalar)
            }
            _ = findRoots(of: points, into: &roots)
            for index in points.indices where points[index].isIdentity { roots[index] = Bytes32() }
        }

        /// `Σ scalars[i]·points[i]`, in variable time: for public values only.
        /// - Throws: `wrongLength`; `invalidPoint` where one is no element, or a root is not its element's.
        package static func linearCombinationVarTime(
            _ scalars: [PublicScalar], _ points: [Point], roots: [Bytes32]
        ) throws(SealedMatchError) -> Point {
            guard scalars.count == points.count, roots.count == points.count else {
                throw SealedMatchError(.wrongLength, "scalars, points and roots differ in number")
            }
            guard let backend = unsafe chosen else {
                guard rootsVarTime(of: points) == roots else { throw notRoots() }
                return try unsafe scalars.span.withUnsafeBufferPointer { (scalars) throws(SealedMatchError) in
                    try unsafe points.span.withUnsafeBufferPointer { (points) throws(SealedMatchError) in
                        try unsafe SodiumBatch.linearCombinationVarTime(scalars, points)
                    }
                }
            }
            var out = Bytes32()
            let areElements = unsafe out.withMutableBytes { out in
                unsafe scalars.withUnsafeBytes { scalars in
                    unsafe points.withUnsafeBytes { points in
                        unsafe roots.withUnsafeBytes {
                            unsafe backend.pointee.combine(out.u8, scalars.u8, points.u8, $0.u8, roots.count)
                        }
                    }
                }
            }
            guard areElements else { throw notRoots() }
            return Point(unchecked: out)
        }

        private static func notRoots() -> SealedMatchError {
            SealedMatchError(.invalidPoint, "a summand is no ristretto255 element, or its root is another's")
        }

        /// `sums[i]` is twice the sum of the elements i of all lists, `total` is `Σ scalars[i]·sums[i]`. In variable
        /// time: for public values only.
        /// - Parameters:
        ///   - points: one list after another, each of as many elements as there are scalars.
        ///   - roots: theirs.
        /// - Returns: nil where one is no element, or a root is not its element's.
        /// - Throws: `wrongLength`.
        package static func addHalvesVarTime(
            _ points: [Point], roots: [Bytes32], scalars: [PublicScalar]
        ) throws(SealedMatchError) -> (sums: [Point], total: Point)? {
            let count = scalars.count
            guard count > 0, points.count.isMultiple(of: count), roots.count == points.count else {
                throw SealedMatchError(.wrongLength, "lists, roots and scalars differ in number")
            }
            var sums = [Point](repeating: .identity, count: count)
            guard let backend = unsafe chosen else {
                guard rootsVarTime(of: points) == roots else { return nil }
                for (index, point) in points.enumerated() {
                    sums[index % count] = try sums[index % count].adding(point)
                }
                var total = Point.identity
                for index in 0..<count {
                    sums[index] = try sums[index].adding(sums[index])
                    total = try total.adding(sums[index].multipliedVarTime(byPublic: scalars[index]))
                }
                return (sums, total)
            }
            var total = Bytes32()
            let areElements = unsafe sums.withUnsafeMutableBytes { sums in
                unsafe total.withMutableBytes { total in
                    unsafe scalars.withUnsafeBytes { scalars in
                        unsafe points.withUnsafeBytes { points in
                            unsafe roots.withUnsafeBytes {
                                unsafe backend.pointee.add_halves(
                                    sums.u8, total.u8, scalars.u8, points.u8, $0.u8, roots.count / count, count)
                            }
                        }
                    }
                }
            }
            return areElements ? (sums, Point(unchecked: total)) : nil
        }
    }
#endif
