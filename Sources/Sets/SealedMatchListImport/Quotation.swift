/// A text from a file, for a message.
enum Quotation {
    /// At most 60 code points of it.
    static func short(_ text: String) -> String {
        let scalars = text.unicodeScalars
        return scalars.count <= 60 ? text : String(String.UnicodeScalarView(scalars.prefix(60))) + "…"
    }
}
