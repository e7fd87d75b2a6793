import Foundation
import Testing

/// The independent implementation (`Vectors/generate/reference`), as a command line.
///
/// `SEALEDMATCH_PYTHON` names a Python that has what `Vectors/generate/requirements.txt` lists; `make test` sets it.
/// Once it is named, anything that is missing is a failure.
enum Reference {
    static let python = ProcessInfo.processInfo.environment["SEALEDMATCH_PYTHON"]
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let pictures = repository.appending(path: "Vectors/fingerprint")
}

extension Tool {
    /// Runs Python in the tool's directory.
    func python(_ arguments: [String]) throws -> Result {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [try #require(Reference.python)] + arguments
        process.currentDirectoryURL = URL(filePath: directory)
        process.standardInput = FileHandle.nullDevice
        process.environment = ProcessInfo.processInfo.environment.merging(
            [
                "PYTHONPATH": Reference.repository.appending(path: "Vectors/generate").path,
                "PYTHONDONTWRITEBYTECODE": "1",
            ]) { _, new in new }
        return try finish(process)
    }

    func reference(_ arguments: String...) throws -> Result { try python(["-m", "reference"] + arguments) }
    func reference(_ arguments: [String]) throws -> Result { try python(["-m", "reference"] + arguments) }
}

/// What two implementations must agree on in a case file.
struct InteropCase: Decodable, Equatable {
    struct Match: Decodable, Equatable {
        let voucherID: String
        let slot: Int
        let setRoot: String
        let fingerprintKind: String
        let fingerprint: String
        let quality: Int
        let finding: String
        let distance: Int?
        let note: String
    }
    let format: String
    let formatVersion: Int
    let pseudonym: String
    let epoch: UInt32
    let epochStart: UInt64
    let threshold: Int
    let setRoots: [String]
    let matchCount: Int
    let listedMatchCount: Int
    let listedEntryCount: Int
    var matches: [Match]

    /// By pseudonym, matches in the order of their vouchers' names.
    static func all(in directory: String) throws -> [String: InteropCase] {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory)
        let cases = try files.filter { $0.hasSuffix(".json") }.map { name in
            var one = try JSONDecoder().decode(
                InteropCase.self, from: Data(contentsOf: URL(filePath: directory + "/" + name)))
            #expect(name == "\(one.pseudonym)-\(one.epoch).json")
            one.matches.sort { $0.voucherID < $1.voucherID }
            return (one.pseudonym, one)
        }
        return Dictionary(uniqueKeysWithValues: cases)
    }
}
