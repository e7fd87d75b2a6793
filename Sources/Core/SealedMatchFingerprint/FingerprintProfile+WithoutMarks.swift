/// `Docs/Protocol.md`, 5.11, "Hash without marks".
extension FingerprintProfile {
    /// What a source lists beside a picture's hash, so that the same file is found when it is sent: the hash of what is
    /// below the mark. Nil where the hash alone will do, as it always does without marks, and where r is 0.
    ///
    /// - Parameters:
    ///   - fingerprint: of the picture that is listed.
    ///   - raster: of the same picture.
    ///   - separation: r.
    package func withoutMarks(
        _ fingerprint: PDQFingerprint, raster: PictureRaster, separation: Int
    ) -> (hash: PDQHash, quality: Int)? {
        guard accepts(fingerprint), separation > 0 else { return nil }
        let found = likeliest(readings(of: fingerprint, raster: raster), of: fingerprint)
        let apart = (shortKey(of: found.hash) ^ shortKey(of: fingerprint.hash)).nonzeroBitCount
        return apart > separation ? (found.hash, found.quality) : nil
    }
}
