package import SealedMatchJSON

/// What an implementation says to a question.
package enum Answer: Equatable, Sendable {
    case output(JSON)
    /// The name of an error of section 6, or any other text: then the program failed.
    case error(String)
    case skipped(String)

    /// An answer with the id of another question: the two sides have lost each other.
    package struct WrongID: Error {
        package let id: String
    }

    /// Reads one line.
    ///
    /// - Parameters:
    ///   - line: without its line feed.
    ///   - id: the question's.
    /// - Throws: `WrongID`; `VectorError` for anything else that is no answer.
    package static func read(_ line: [UInt8], to id: Int) throws -> Answer {
        let value = try JSON(vectors: line)
        let fields = try Fields(value, at: "the answer")
        switch try fields.value("id") {
        case .integer(Int128(id)): break
        case .integer(let other): throw WrongID(id: "\(other)")
        default: throw VectorError("the answer's id is no whole number")
        }
        guard case .object(let members) = value, members.count == 2 else {
            throw VectorError("an answer has an id and one of output, error and skipped, and nothing else")
        }
        if fields.has("output") {
            guard case .object = try fields.value("output") else { throw VectorError("the output is no object") }
            return .output(try fields.value("output"))
        }
        if fields.has("error") { return .error(try fields.text("error")) }
        if fields.has("skipped") { return .skipped(try fields.text("skipped")) }
        throw VectorError("an answer has an id and one of output, error and skipped, and nothing else")
    }
}
