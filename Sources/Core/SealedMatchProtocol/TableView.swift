package import SealedMatchCrypto

/// Read access to a table of m cells in memory that somebody else owns and keeps alive.
@safe
package struct TableView: @unchecked Sendable {
    // Only ever read, so any number of threads may share it.
    private let base: UnsafeRawPointer
    /// m, the number of cells.
    package let cells: Int

    /// - Parameter bytes: 32·m bytes. The contents need not be valid points.
    @unsafe package init(_ bytes: UnsafeRawBufferPointer) throws(SealedMatchError) {
        guard let base = bytes.baseAddress, bytes.count >= 32, bytes.count % 32 == 0 else {
            throw SealedMatchError(.wrongLength, "a table is a whole number of 32-byte cells")
        }
        unsafe self.base = unsafe base
        self.cells = bytes.count / 32
    }

    package func cell(_ index: Int) -> Bytes32 {
        precondition(index >= 0 && index < self.cells)
        return unsafe Bytes32(loading: base + 32 * index)
    }

    /// The three cells of a key, as they are.
    package func cells(at positions: TablePositions) -> (Bytes32, Bytes32, Bytes32) {
        (cell(positions.first), cell(positions.second), cell(positions.third))
    }

    /// The cells' bytes; valid while their owner keeps them.
    @unsafe package var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: base, count: Bytes32.count * cells)
    }

    /// decode(y) = T[h1(y)] + T[h2(y)] + T[h3(y)]; for a member this is α·H(y).
    ///
    /// A cell that is no point, or a sum that is the identity, gives `substitute` after the same group operations: a
    /// non-match, never an error that somebody could see from outside.
    package func decode(at positions: TablePositions, substitute: Point) throws(SealedMatchError) -> Point {
        // Decode, steps 1–3: the three cells' sum, with P_sub for what is no point
        try Point.sum(cells(at: positions), substitute)
    }
}
