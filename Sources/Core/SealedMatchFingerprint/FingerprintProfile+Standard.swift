extension FingerprintProfile {
    /// Profile 2: b = 50, M = 32, listed quality 50 and up, sent quality 40 and up, seven hypotheses.
    ///
    /// The positions are the 50 lowest spatial frequencies, of which there is nothing to choose. How often copies are
    /// found with it is in `Docs/Recall.md`.
    public static let standard = FingerprintProfile(
        checkedID: 2, lowest: 50, probes: 32,
        hypotheses: [
            .asSent,
            .raster(tone: 0, shift: 0, zoom: 1_024, penalty: 0),
            .raster(tone: 0, shift: 315, zoom: 1_024, penalty: 0),
            .raster(tone: 0, shift: 157, zoom: 1_034, penalty: 26),
            .raster(tone: 0, shift: 157, zoom: 1_045, penalty: 38),
            .raster(tone: 1, shift: 157, zoom: 1_024, penalty: 51),
            .raster(tone: -1, shift: 157, zoom: 1_024, penalty: 51),
        ])

    /// Profile 3: b = 53, M = 64, the qualities of profile 2, twelve hypotheses and those about marks: what people
    /// put on pictures is hidden or undone.
    ///
    /// How often copies are found with it, and what it costs, is in `Docs/RecallDrawn.md`.
    public static let profile3 = FingerprintProfile(
        checkedID: 3, lowest: 53, probes: 64,
        hypotheses: [
            .asSent,
            .raster(tone: 0, shift: 0, zoom: 1_024, penalty: 0),
            .raster(tone: 0, shift: 315, zoom: 1_024, penalty: 0),
            .raster(tone: 0, shift: 157, zoom: 1_034, penalty: 41),
            .raster(tone: 0, shift: 157, zoom: 1_045, penalty: 53),
            .raster(tone: 1, shift: 157, zoom: 1_024, penalty: 51),
            .raster(tone: -1, shift: 157, zoom: 1_024, penalty: 51),
            .changed(.vignette, strength: 717, shift: 157, penalty: 75),
            .changed(.curve, strength: 11, shift: 157, penalty: 90),
            .changed(.highlights, strength: 3, shift: 157, penalty: 60),
            .raster(tone: 0, shift: 157, zoom: 1_004, penalty: 90),
            .raster(tone: 0, shift: 1_468, zoom: 1_034, penalty: 90),
        ], marks: 1)

    /// The profile of this number, if this version knows it: 2 or 3.
    public static func numbered(_ id: UInt32) -> FingerprintProfile? {
        switch id {
        case 2: standard
        case 3: profile3
        default: nil
        }
    }

    /// For hypotheses that a test has checked.
    /// - Parameter lowest: b, of the lowest frequencies: the pairs (i, j) of the least ((i + 1)² + (j + 1)², 16i + j).
    @inline(never)
    private init(checkedID id: UInt32, lowest: Int, probes: Int, hypotheses: [Hypothesis], marks: Int = 0) {
        // No sort: this runs once, and the embedded library is smaller without one.
        func rank(_ place: Int) -> Int {
            let (i, j) = (place / 16 + 1, place % 16 + 1)
            return (i * i + j * j) << 8 | place
        }
        var positions: [UInt8] = []
        for place in 0..<PDQHash.bitCount {
            var before = 0
            for other in 0..<PDQHash.bitCount where rank(other) < rank(place) { before += 1 }
            if before < lowest { positions.append(UInt8(place)) }
        }
        self.id = id
        self.positions = positions
        self.probes = probes
        minimumQuality = 50
        probeQuality = 40
        self.hypotheses = hypotheses
        self.marks = marks
    }
}
