internal import CSealedMatchTurboJPEG

extension DecodedPicture {
    /// The picture as a baseline JPEG file with 4:2:0 chroma, as messengers send it.
    ///
    /// - Parameter quality: 1...100, libjpeg's scale.
    /// - Throws: `PictureError`, `badArgument` or `notEncoded` (a side above 65,500).
    public func jpeg(quality: Int) throws(PictureError) -> [UInt8] {
        guard (1...100).contains(quality) else { throw PictureError(.badArgument) }
        guard width <= 65_500, height <= 65_500 else { throw PictureError(.notEncoded, "side above 65,500 pixels") }
        guard let encoder = unsafe tjInitCompress() else { throw PictureError(.notEncoded) }
        defer { unsafe _ = tjDestroy(encoder) }
        var file: UnsafeMutablePointer<UInt8>?
        var count: UInt = 0
        let status = unsafe pixels.withUnsafeBufferPointer { source in
            unsafe tjCompress2(
                encoder, source.baseAddress, Int32(width), Int32(bytesPerRow), Int32(height), Int32(TJPF_RGB.rawValue),
                &file, &count, Int32(TJSAMP_420.rawValue), Int32(quality), 0)
        }
        defer { unsafe tjFree(file) }
        guard status == 0, let file = unsafe file else {
            throw PictureError(.notEncoded, unsafe String(cString: tjGetErrorStr2(encoder)))
        }
        return unsafe [UInt8](UnsafeBufferPointer(start: file, count: Int(count)))
    }
}
