/// A wrong use of a test world: which one, where, and what to do. Failures of the protocol itself are
/// `SealedMatchError`, as in production.
public struct TestWorldError: Error, Equatable, CustomStringConvertible, Sendable {
    /// What kind of wrong use it is. The raw values are those of Docs/Testing.md, "Errors".
    public enum Code: String, Sendable, CaseIterable {
        /// The clock only moves forward.
        case clockBackwards
        /// No item has this name.
        case unknownItem
        /// No account has this name.
        case unknownAccount
        /// No device has this name.
        case unknownDevice
        /// The name is another item's.
        case nameTaken
        /// A value is out of range.
        case badValue
        /// The set is not one of this world's.
        case foreignSet
        /// What a picture or a video shows is too poor to be listed.
        case poorQuality
        /// The number of chance openings that was asked for did not come in the tries that are allowed.
        case improbable
    }

    /// What kind of wrong use it is.
    public let code: Code
    /// What was wrong, and what to do, for the person who writes the test.
    public let message: String

    /// An error with its text.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message and the code.
    public var description: String { "\(message) [\(code.rawValue)]" }

    /// Equal if and only if the codes are.
    public static func == (a: TestWorldError, b: TestWorldError) -> Bool { a.code == b.code }
}
