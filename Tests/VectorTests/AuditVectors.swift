import Foundation
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchFiles
import SealedMatchTestSupport
import SealedMatchWorkers
import SealedMatchVectors

/// audit-package.
enum AuditVectors {
    static let auditPackage: [String: VectorRunner] = [
        "DecodePackage": { input, folder in
            let bytes = try folder.bytes(input.fields("package"))
            let package = try AuditPackage(canonical: bytes)
            guard package.encoded == bytes else { throw VectorError("encoded again it differs") }
            return [
                "root": .bytes(package.root.encoded), "fillerSeed": .bytes(package.fillerSeed),
                "keys": .keys(package.keys),
                "supporters": .numbers(package.supporters), "proofs": .list(package.proofs.map { .bytes($0.encoded) }),
            ]
        },
        "Audit": { input, folder in
            let (path, bytes) = (try folder.path(input.fields("set")), try folder.bytes(input.fields("package")))
            let lists = try input.objects("lists").map {
                Audit.SourceList(source: try $0.bytes32("source"), hashes: try $0.listedHashes("hashes"))
            }
            let audit = try Audit.run(
                SetFile(path: path), package: AuditPackage(canonical: bytes), lists: lists, workers: Workers())
            var names: [String] = []
            for finding in audit.findings where names.last != "\(finding.kind)" && !names.contains("\(finding.kind)") {
                names.append("\(finding.kind)")
            }
            return ["findings": .texts(names), "confirmed": .numbers(audit.lists.map(\.confirmed))]
        },
        "ProveKey": { input, folder in
            let set = try SetFile(path: folder.path(input.fields("set")))
            let (bytes, key, fresh) = (
                try input.contents("secrets", folder), try input.key("key"), try input.bytes32("random")
            )
            let secrets = try decoded(bytes)
            let proof = try KeyProof.make(key, in: set.header, secrets: secrets, fresh: fresh)
            return ["proof": .bytes(proof.encoded), "isMember": .boolean(try proof.verify(in: set) == .member)]
        },
        "VerifyKey": { input, folder in
            let (path, bytes) = (try folder.path(input.fields("set")), try input.bytes("proof"))
            let proof = try KeyProof(canonical: bytes)
            let verdict = try proof.verify(in: SetFile(path: path))
            return ["key": .bytes(proof.key.encoded), "isMember": .boolean(verdict == .member)]
        },
    ]

    static func decoded(_ secrets: [UInt8]) throws(SealedMatchError) -> SetSecrets {
        try secrets.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try unsafe SetSecrets(canonical: raw)
        }
    }
}
