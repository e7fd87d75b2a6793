internal import SealedMatchJSON

/// What is wrong with a vector file, with a folder of them, or with a runner, as opposed to what is wrong with the
/// implementation under test.
package struct VectorError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

extension JSON {
    /// - Throws: `VectorError` for what is no JSON.
    init(vectors bytes: [UInt8]) throws(VectorError) {
        do throws(JSONError) {
            self = try JSON(parsing: bytes)
        } catch {
            throw VectorError("\(error)")
        }
    }
}
