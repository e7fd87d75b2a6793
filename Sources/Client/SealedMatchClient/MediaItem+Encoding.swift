internal import SealedMatchFingerprint
internal import SealedMatchProtocol
package import SealedMatchCrypto

/// A media item as bytes that the C ABI's callers keep: `"SMI2" ‖ kind (1) ‖ quality (1) ‖ zero (2) ‖ fingerprint (32)
/// ‖ 256 coefficients (4 each) ‖ raster (65,536)`, 66,600 bytes. It stays inside one messenger, between its decoder and
/// its sealer, and is no format of the protocol. A video has no such form.
extension MediaItem {
    package static let encodedCount = 40 + 4 * PDQHash.bitCount + PictureRaster.count

    package var encoded: [UInt8] {
        if case .video = content { preconditionFailure("a video has no such form") }
        var out = ByteWriter(capacity: Self.encodedCount)
        out.magic("SMI2")
        let payload = payload(note: [])
        out.put(payload.fingerprintKind.rawValue)
        out.put(payload.quality)
        out.put(UInt16(0))
        out.put(payload.fingerprint)
        if case .picture(let fingerprint, let raster) = content {
            for coefficient in fingerprint.coefficients { out.put(coefficient.bitPattern) }
            out.put(raster.cells)
        }
        out.pad(to: Self.encodedCount)
        return out.bytes
    }

    /// - Throws: `wrongLength`, `invalidMagic`; `nonCanonical` for what `encoded` never writes.
    package init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else {
            throw SealedMatchError(.wrongLength, "a media item has 66,600 bytes")
        }
        var reader = ByteReader(bytes)
        try reader.magic("SMI2")
        guard let kind = Payload.FingerprintKind(rawValue: try reader.number(UInt8.self)) else {
            throw SealedMatchError(.nonCanonical, "a media item of no known kind")
        }
        let quality = try reader.number(UInt8.self)
        try reader.zeros(2)
        let fingerprint = try reader.bytes32()
        if kind == .pdq {
            var coefficients: [Float] = []
            coefficients.reserveCapacity(PDQHash.bitCount)
            for _ in 0..<PDQHash.bitCount { coefficients.append(Float(bitPattern: try reader.number(UInt32.self))) }
            guard let picture = PDQFingerprint(coefficients: coefficients, quality: Int(quality)),
                Bytes32(picture.hash) == fingerprint
            else {
                throw SealedMatchError(.nonCanonical, "a media item whose fingerprint is not that of its coefficients")
            }
            guard let raster = PictureRaster(cells: try reader.take(PictureRaster.count)) else {
                throw SealedMatchError(.wrongLength, "a media item without a whole raster")
            }
            content = .picture(picture, raster)
            return
        }
        try reader.zeros(reader.remaining)
        guard quality == 0, kind == .sha256 || (kind == .none && fingerprint.isZero) else {
            throw SealedMatchError(.nonCanonical, "a media item of a kind that this client does not make")
        }
        content = kind == .sha256 ? .exact(sha256: fingerprint) : .unreadable
    }
}
