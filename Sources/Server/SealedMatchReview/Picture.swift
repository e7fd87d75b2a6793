/// A picture that an evidence command gave: of a few kinds that browsers show and that run nothing, told by their first
/// bytes. SVG and HTML are none of them.
package struct Picture: Sendable {
    /// image/jpeg, image/png, image/webp or image/gif
    package let type: String
    package let bytes: [UInt8]

    /// - Returns: nil for anything else.
    package init?(_ bytes: [UInt8]) {
        func begins(_ mark: [UInt8], at place: Int = 0) -> Bool { bytes.dropFirst(place).starts(with: mark) }
        let type: String? =
            if begins([0xFF, 0xD8, 0xFF]) {
                "image/jpeg"
            } else if begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
                "image/png"
            } else if begins(Array("RIFF".utf8)), begins(Array("WEBP".utf8), at: 8) {
                "image/webp"
            } else if begins(Array("GIF87a".utf8)) || begins(Array("GIF89a".utf8)) {
                "image/gif"
            } else {
                nil
            }
        guard let type else { return nil }
        self.type = type
        self.bytes = bytes
    }
}
