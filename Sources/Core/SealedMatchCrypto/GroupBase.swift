#if !SEALEDMATCH_LIBSODIUM
    internal import CSealedMatchGroup
#endif

/// A public element that many scalars multiply: B, or a set's L. Made once for each set.
@safe
package final class GroupBase: Sendable {
    /// The element itself.
    package let point: Point
    #if !SEALEDMATCH_LIBSODIUM
        // Multiples of the element, written here and only read afterwards.
        nonisolated(unsafe) private let multiples: UnsafeMutablePointer<group_base>?

        /// The table of the chosen backend; nil if that is libsodium.
        @unsafe var table: UnsafePointer<group_base>? { unsafe multiples.map { unsafe UnsafePointer($0) } }
    #endif

    /// - Throws: `identityPoint`; `invalidPoint`, which no `Point` gives.
    package init(_ point: Point) throws(SealedMatchError) {
        guard !point.isIdentity else { throw SealedMatchError(.identityPoint, "a base is not the identity") }
        self.point = point
        #if !SEALEDMATCH_LIBSODIUM
            guard let backend = unsafe GroupBatch.chosen else {
                unsafe multiples = nil
                return
            }
            let raw = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<group_base>.size, alignment: 64)
            unsafe multiples = raw.bindMemory(to: group_base.self, capacity: 1)
            let isElement = unsafe point.encoded.withBytes { unsafe backend.pointee.base(multiples, $0.u8) }
            guard isElement else { throw SealedMatchError(.invalidPoint, "a base is no ristretto255 element") }
        #endif
    }

    #if !SEALEDMATCH_LIBSODIUM
        deinit { unsafe multiples.map { unsafe UnsafeMutableRawPointer($0).deallocate() } }
    #endif
}
