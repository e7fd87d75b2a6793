/// A picture as its file stores it, with what a viewer does about it.
public struct StoredPicture: Sendable {
    /// The first frame's rows as they are in the file.
    public let stored: DecodedPicture
    /// How a viewer turns them.
    public let orientation: Orientation
    /// What the decoder complained about; nil for a file in which nothing is wrong. Pixels that are missing are grey in
    /// JPEG, and black (or the palette's first colour) in other formats: what a viewer shows is what counts, and the
    /// quality of the fingerprint tells how much that is.
    public let damage: String?

    init(_ stored: DecodedPicture, _ orientation: Orientation = .upright, damage: String? = nil) {
        self.stored = stored
        self.orientation = orientation
        self.damage = damage
    }

    /// The picture as a viewer shows it. Computed at each call.
    public var upright: DecodedPicture { orientation.upright(stored) }
}
