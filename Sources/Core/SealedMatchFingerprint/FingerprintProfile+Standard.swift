extension FingerprintProfile {
    /// Profile 2: b = 50, M = 32, listed quality 50 and up, sent quality 40 and up, seven hypotheses.
    ///
    /// The positions are the 50 lowest spatial frequencies, of which there is nothing to choose. How often copies are
    /// found with it is in `Docs/Recall.md`.
    public static let standard = FingerprintProfile(
        checkedID: 2,
        positions: [
            0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 32, 33, 34, 35, 36, 37, 38, 39, 48,
            49, 50, 51, 52, 53, 54, 64, 65, 66, 67, 68, 69, 80, 81, 82, 83, 84, 85, 96, 97, 98, 99, 112, 113, 114,
        ],
        hypotheses: [
            .asSent,
            .raster(tone: 0, shift: 0, zoom: 1_024, penalty: 0),
            .raster(tone: 0, shift: 315, zoom: 1_024, penalty: 0),
            .raster(tone: 0, shift: 157, zoom: 1_034, penalty: 26),
            .raster(tone: 0, shift: 157, zoom: 1_045, penalty: 38),
            .raster(tone: 1, shift: 157, zoom: 1_024, penalty: 51),
            .raster(tone: -1, shift: 157, zoom: 1_024, penalty: 51),
        ])

    /// For positions and hypotheses that a test has checked.
    private init(checkedID id: UInt32, positions: [UInt8], hypotheses: [Hypothesis]) {
        self.id = id
        self.positions = positions
        self.probes = 32
        self.minimumQuality = 50
        self.probeQuality = 40
        self.hypotheses = hypotheses
    }
}
