internal import ArgumentParser
internal import Foundation
internal import SealedMatchCrypto

/// An error for a person: what went wrong, with which file, and what to do. Ends the tool with a documented exit code.
struct Failure: Error {
    let message: String
    let code: ExitCode

    static let negative = ExitCode(1)
    static let badData = ExitCode(65)
    static let badFile = ExitCode(66)
    static let unavailable = ExitCode(69)
    static let internalFailure = ExitCode(70)
    static let interrupted = ExitCode(130)

    /// The worse of two codes of commands that go on after a file that failed.
    static func worse(_ one: ExitCode, _ other: ExitCode) -> ExitCode { one.rawValue >= other.rawValue ? one : other }

    init(_ message: String, code: ExitCode = Failure.badData) {
        self.message = message
        self.code = code
    }

    /// A library error about a file or an object that `subject` names.
    init(_ error: SealedMatchError, _ subject: String) {
        let code: ExitCode =
            switch error.code {
            case .fileFailed: Self.badFile
            case .interrupted: Self.interrupted
            case .sodiumUnavailable, .randomSourceFailed, .outOfMemory, .primitiveFailed: Self.internalFailure
            default: Self.badData
            }
        let system = error.systemError == 0 ? "" : ": " + String(cString: strerror(error.systemError))
        self.init("\(subject): \(error.reason)\(system) [error \(error.code.rawValue)]", code: code)
    }
}

/// Runs a command's work, and turns every error into a message on standard error and an exit code.
func reportingFailures(_ work: () throws -> Void) throws {
    defer {
        if !SecretBytes.areLocked {
            Terminal.note("secrets lay in memory that could not be locked and may be swapped out; raise `ulimit -l`")
        }
    }
    do {
        try work()
    } catch let failure as Failure {
        Terminal.note("sealedmatch: \(failure.message)")
        throw failure.code
    } catch let error as SealedMatchError {
        let failure = Failure(error, "failed")
        Terminal.note("sealedmatch: \(failure.message)")
        throw failure.code
    }
}

/// Names the object that an error is about.
func about<Result: ~Copyable>(_ subject: String, _ work: () throws -> Result) throws -> Result {
    do {
        return try work()
    } catch let error as SealedMatchError {
        throw Failure(error, subject)
    }
}
