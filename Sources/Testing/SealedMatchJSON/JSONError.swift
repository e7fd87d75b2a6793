/// Why bytes are no JSON, and where.
package struct JSONError: Error, CustomStringConvertible {
    /// What is wrong.
    package let reason: String
    /// The offset of the byte that is wrong.
    package let offset: Int

    init(_ reason: String, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package var description: String { "no JSON: \(reason) at byte \(offset)" }
}
