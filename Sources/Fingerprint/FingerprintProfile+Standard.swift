extension FingerprintProfile {
    /// Profile 1: b = 48, M = 16, native size, quality 50 and up.
    ///
    /// The positions are those whose bits flipped least often when 180 pictures (photographs, wallpapers and crops of
    /// them) were recompressed, shrunk, blurred and brightened: `Tests/FingerprintTests/Scripts/choose_positions.py`.
    /// Exploratory: nearly all are low frequencies, and the evaluation is to be repeated on more pictures.
    public static let standard = FingerprintProfile(
        checkedID: 1,
        positions: [
            0, 1, 2, 3, 4, 5, 6, 7, 12, 16, 17, 18, 19, 21, 22, 23,
            24, 25, 32, 33, 34, 36, 38, 39, 42, 48, 49, 50, 51, 52, 64, 65,
            66, 69, 70, 80, 82, 89, 96, 99, 128, 130, 144, 160, 176, 177, 192, 208,
        ])

    /// For positions that a test has checked.
    private init(checkedID id: UInt32, positions: [UInt8]) {
        self.id = id
        self.scaling = .native
        self.positions = positions
        self.probes = 16
        self.minimumQuality = 50
    }
}
