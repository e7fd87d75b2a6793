/// The two bases of a set's slots: the generator B and the set's L.
package struct GroupBases: Sendable {
    /// B.
    package let generator: GroupBase
    /// L = αB.
    package let publicKey: GroupBase

    /// - Throws: `identityPoint` for the identity.
    package init(publicKey: Point) throws(SealedMatchError) {
        generator = try GroupBase(Point.generator())
        self.publicKey = try GroupBase(publicKey)
    }
}
