import Foundation
import SealedMatchCrypto
import SealedMatchProtocol
import Testing
import SealedMatchVectors

/// The names of section 6 of the specification, one to one with the codes, from `Vectors/registry.json`, which
/// `Tests/House/registry.py` compares with the sources, the specification and the other languages.
enum ErrorNames {
    static let registry = try! JSONDecoder().decode(
        Registry.self, from: Data(contentsOf: VectorFolder.repository.appending(path: "Vectors/registry.json")))

    static let codes = Dictionary(
        uniqueKeysWithValues: registry.errors.map { ($0.name, SealedMatchError.Code(rawValue: $0.code)) })

    static func name(_ code: SealedMatchError.Code) -> String {
        codes.first { $0.value == code }?.key ?? "error \(code.rawValue)"
    }

    /// What the tests here need of the registry.
    struct Registry: Decodable {
        struct Entry: Decodable {
            let name: String
            let code: Int32
        }
        let errors: [Entry]
        let labels: [String]
    }
}

@Suite struct RegistryTests {
    @Test func allLabelsAreListed() {
        #expect(Label.all.map { "\($0.text)" } == ErrorNames.registry.labels)
    }

    @Test func codesAreTheSources() {
        #expect(ErrorNames.codes["wrongLength"] == .wrongLength && ErrorNames.codes["badHandle"]?.rawValue == 802)
        #expect(Set(ErrorNames.codes.values).count == ErrorNames.codes.count)
    }
}
