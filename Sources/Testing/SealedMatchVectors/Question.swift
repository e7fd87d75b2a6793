package import SealedMatchJSON

/// What an implementation is asked: one case, without what is expected (Vectors/README.md, "Another implementation").
package struct Question: Sendable {
    /// 1, 2, 3 … in a run.
    package let id: Int
    /// Below the vectors' folder: `table/table.json`.
    package let file: String
    /// Where that file is, an absolute path.
    package let folder: String
    package let operation: String
    package let input: JSON

    /// The message: one line, with its line feed.
    package var line: [UInt8] {
        let fields: [String: JSON] = [
            "id": .integer(Int128(id)), "file": .text(file), "folder": .text(folder), "operation": .text(operation),
            "input": input,
        ]
        return Array((JSON.object(fields).line + "\n").utf8)
    }
}
