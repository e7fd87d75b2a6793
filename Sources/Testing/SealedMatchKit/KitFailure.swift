internal import SealedMatchJSON
internal import SealedMatchTesting

/// A failed request, as its answer says it. (Docs/Testing.md, "Errors")
struct KitFailure: Error {
    /// What requests alone do wrong; other codes are those of `TestWorldError` and of the library.
    enum Code: String {
        case badRequest
        case noWorld
        case unknownBackup
    }

    let code: String
    let number: Int32?
    let message: String

    init(_ code: Code, _ message: String) {
        self.init(code: code.rawValue, number: nil, message: message)
    }

    private init(code: String, number: Int32?, message: String) {
        self.code = code
        self.number = number
        self.message = message
    }

    /// - Returns: nil for an error that is none of the kit's.
    init?(_ error: any Error) {
        switch error {
        case let failure as KitFailure: self = failure
        case let error as TestWorldError: self.init(code: error.code.rawValue, number: nil, message: error.message)
        case let error as SealedMatchError: self.init(error)
        case let error as JSONError:
            self.init(.badRequest, "a request is one JSON object in a line of its own, in UTF-8: \(error)")
        default: return nil
        }
    }

    init(_ error: SealedMatchError) {
        self.init(code: ErrorName.of(error.code), number: error.code.rawValue, message: "\(error.reason)")
    }

    var value: JSON {
        .object([
            "code": .text(code), "number": number.map { .number($0) } ?? .null, "message": .text(message),
        ])
    }
}
