internal import SealedMatchCases

/// A picture that an evidence command gave: of a few kinds that browsers show and that run nothing, told by their first
/// bytes. SVG and HTML are none of them.
package struct Picture: Sendable {
    /// image/jpeg, image/png, image/webp or image/gif
    package let type: String
    package let bytes: [UInt8]

    /// - Returns: nil for anything else.
    package init?(_ bytes: [UInt8]) {
        guard let type = MediaType(bytes), type.isShownByBrowsers else { return nil }
        self.type = type.rawValue
        self.bytes = bytes
    }
}
