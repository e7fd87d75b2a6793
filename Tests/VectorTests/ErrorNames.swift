import SealedMatchCollector
import Foundation
import SealedMatchCrypto
import Testing

/// The names of section 6 of the specification, one to one with the codes.
enum ErrorNames {
    static let codes: [String: SealedMatchError.Code] = [
        "sodiumUnavailable": .sodiumUnavailable, "randomSourceFailed": .randomSourceFailed, "outOfMemory": .outOfMemory,
        "primitiveFailed": .primitiveFailed, "fileFailed": .fileFailed, "interrupted": .interrupted,
        "notPrivate": .notPrivate,
        "wrongLength": .wrongLength, "invalidPoint": .invalidPoint, "identityPoint": .identityPoint,
        "invalidScalar": .invalidScalar,
        "invalidMagic": .invalidMagic, "nonCanonical": .nonCanonical, "parameterOutOfRange": .parameterOutOfRange,
        "authenticationFailed": .authenticationFailed,
        "belowFloor": .belowFloor, "tooFewSignatures": .tooFewSignatures, "invalidSignature": .invalidSignature,
        "rootMismatch": .rootMismatch,
        "setExpired": .setExpired, "setRolledBack": .setRolledBack, "unknownProfile": .unknownProfile,
        "tooManyEntries": .tooManyEntries,
        "peelingFailed": .peelingFailed, "setNotYetIssued": .setNotYetIssued,
        "supportNotConfirmed": .supportNotConfirmed,
        "epochInPast": .epochInPast, "epochTooFar": .epochTooFar, "payloadTooLong": .payloadTooLong,
        "setMismatch": .setMismatch,
        "storeFull": .storeFull, "notRegistered": .notRegistered, "commitmentConflict": .commitmentConflict,
        "voucherConflict": .voucherConflict,
        "unknownSet": .unknownSet, "quotaExceeded": .quotaExceeded,
        "proofRejected": .proofRejected, "notAudited": .notAudited, "stateMissing": .stateMissing,
        "belowThreshold": .belowThreshold, "notDecodable": .notDecodable, "commitmentMismatch": .commitmentMismatch,
        "damagedStore": .damagedStore,
        // Of the C interface, whose target nothing but the shared library links.
        "badArgument": .init(rawValue: 801), "badHandle": .init(rawValue: 802), "bufferTooSmall": .init(rawValue: 803),
        "tooManyHandles": .init(rawValue: 804), "wrongABI": .init(rawValue: 805),
    ]

    static func name(_ code: SealedMatchError.Code) -> String {
        codes.first { $0.value == code }?.key ?? "error \(code.rawValue)"
    }
}

/// Names and numbers in the sources, in section 6 of the specification and in the table above are the same.
@Suite struct ErrorNameTests {
    @Test func sourcesSpecificationAndTableAgree() throws {
        let table = ErrorNames.codes.mapValues { Int($0.rawValue) }
        #expect(Set(table.values).count == table.count)
        #expect(try sources() == table)
        #expect(try specification() == table)
    }

    /// Every `static let name = Code(rawValue: number)` of the sources, wherever it stands.
    private func sources() throws -> [String: Int] {
        var found: [String: Int] = [:]
        let directory = VectorFolder.repository.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(
                of: /static\s+let\s+(\w+)\s*(?::[^=]*)?=\s*(?:SealedMatchError\.)?Code\(rawValue:\s*(\d+)\)/)
            {
                let name = String(match.1)
                #expect(found[name] == nil, "\(name) is there twice")
                found[name] = Int(match.2)
            }
        }
        return found
    }

    /// The rows of the table in section 6: `| 202, 203 | names | …` or `| 101–106 | names | …`.
    private func specification() throws -> [String: Int] {
        let text = try String(contentsOf: VectorFolder.repository.appending(path: "Docs/Protocol.md"), encoding: .utf8)
        let section = try #require(text.firstRange(of: "\n## 6. Error codes\n")).upperBound
        let rest = text[section...]
        let body = rest[..<(rest.firstRange(of: "\n## ")?.lowerBound ?? rest.endIndex)]
        var found: [String: Int] = [:]
        for line in body.split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3, cells[0].first?.isNumber == true else { continue }
            let numbers = try cells[0].split(separator: ",").flatMap { part in
                let ends = try part.split(separator: "–").map {
                    try #require(Int($0.trimmingCharacters(in: .whitespaces)))
                }
                return Array(ends[0]...ends[ends.count - 1])
            }
            let names = cells[1].matches(of: /`(\w+)`/).map { String($0.1) }
            try #require(names.count == numbers.count, "as many names as numbers: \(line)")
            for (name, number) in zip(names, numbers) {
                #expect(found[name] == nil, "\(name) is there twice")
                found[name] = number
            }
        }
        return found
    }
}
