import SealedMatchCrypto
import SealedMatchJSON
import SealedMatchLog
import SealedMatchProtocol
import SealedMatchPublishing
import SealedMatchSets
import SealedMatchVectors

/// log.
enum LogVectors {
    static let log = formats.merging(PublishingVectors.publishing) { _, new in new }

    private static let formats: [String: VectorRunner] = [
        "DecodeNote": { input, _ in
            let note = try SignedNote(canonical: input.bytes("note"))
            return [
                "text": .bytes(note.text),
                "signatures": .list(
                    note.signatures.map {
                        .object(["name": .bytes($0.name), "id": .bytes($0.id), "signature": .bytes($0.signature)])
                    }),
            ]
        },
        "DecodeKey": { input, _ in
            let text = try input.bytes("key")
            let key = try VerifierKey(canonical: text)
            guard key.encoded == text,
                try VerifierKey(name: key.name, kind: key.kind, publicKey: key.publicKey).encoded == text
            else { throw VectorError("encoded again it differs") }
            return ["name": .bytes(key.name), "kind": .number(key.kind.rawValue), "publicKey": .bytes(key.publicKey)]
        },
        "VerifyCheckpoint": { input, _ in
            let (bytes, keys) = (try input.bytes("checkpoint"), try input.texts("keys"))
            let checkpoint = try Checkpoint(canonical: bytes)
            guard checkpoint.encoded == bytes else { throw VectorError("its bytes are others") }
            let times = try keys.map { try checkpoint.note.time(of: VerifierKey(canonical: Array($0.utf8))) }
            return [
                "origin": .bytes(checkpoint.origin), "size": .number(checkpoint.size), "root": .bytes(checkpoint.root),
                "times": .list(times.map { $0 == .max ? .null : .number($0) }),
            ]
        },
        "Inclusion": { input, _ in
            let root = try LogTree.root(
                leaf: input.bytes32("leaf"), index: input.number("index"), size: input.number("size"),
                path: input.allBytes32("path"))
            return ["root": .bytes(root)]
        },
        "Consistency": { input, _ in
            try LogTree.checkConsistency(
                oldSize: input.number("oldSize"), oldRoot: input.bytes32("oldRoot"), newSize: input.number("newSize"),
                newRoot: input.bytes32("newRoot"), path: input.allBytes32("path"))
            return [:]
        },
        "DecodePolicy": { input, _ in
            let policy = try LogPolicy(canonical: input.bytes("policy"), maximumAge: input.number("maximumAge"))
            func texts(_ keys: [VerifierKey]) -> JSON {
                .list(keys.map { .text(String(decoding: $0.encoded, as: UTF8.self)) })
            }
            return ["logs": texts(policy.logs), "witnesses": texts(policy.witnesses)]
        },
        "DecodeEntry": { input, _ in
            let bytes = try input.bytes("entry")
            let entry = try LogEntry(canonical: bytes)
            guard entry.encoded == bytes else { throw VectorError("encoded again it differs") }
            return [
                "kind": .text(String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)),
                "verifies": entry.signed.map { .boolean($0.verifies) } ?? .null,
            ]
        },
        "DecodeProof": { input, _ in
            let bytes = try input.bytes("proof")
            let proof = try LogProof(canonical: bytes)
            let again = LogProof.text(
                extra: proof.extra, index: proof.index, path: proof.path, checkpoint: proof.checkpoint.encoded)
            guard again == bytes else { throw VectorError("encoded again it differs") }
            return [
                "extra": .bytes(proof.extra), "index": .number(proof.index),
                "path": .list(proof.path.map { .bytes($0) }), "size": .number(proof.checkpoint.size),
            ]
        },
        "CheckSetProof": { input, folder in
            let file = try folder.bytes(input.fields("set"))
            let (proof, text) = (
                try input.isNull("proof") ? nil : input.bytes("proof"), try input.bytes("policy")
            )
            let (age, now) = (try input.number("maximumAge", as: UInt64.self), try input.number("now", as: UInt64.self))
            let header = try SetHeader(canonical: Array(file.prefix(SetHeader.encodedCount)))
            let policy = try LogPolicy(canonical: text, maximumAge: age)
            let logged = try LoggedSet(proof: proof, of: header, root: header.root(), policy: policy, now: now)
            return [
                "index": .number(logged.index), "logSize": .number(logged.logSize),
                "threshold": .number(logged.terms.threshold),
                "custodians": .list(logged.terms.custodians.map { .bytes($0) }),
                "statement": .bytes(logged.terms.statement),
            ]
        },
        "TilePath": { input, _ in
            let level = try input.isNull("level") ? nil : input.number("level", as: Int.self)
            return [
                "path": .text(
                    LogTiles.path(level: level, index: try input.number("index"), width: try input.number("width")))
            ]
        },
        "DecodeBundle": { input, _ in
            let bytes = try input.bytes("bundle")
            let entries = try LogTiles.entries(bytes, count: input.number("count"))
            guard LogTiles.bundle(entries) == bytes else { throw VectorError("encoded again it differs") }
            return ["entries": .list(entries.map { .bytes($0) })]
        },
        "Alarms": { input, folder in
            let set = try input.isNull("set") ? nil : SetFile(path: folder.path(input.fields("set")))
            let root = try set?.header.root()
            let found = LogMonitor.look(
                at: try input.byteStrings("entries"), growth: Double(try input.number("growth", as: Int.self))
            ) { $0 == root ? set : nil }
            return [
                "alarms": .numbers(Set(found.alarms.map(\.index)).sorted()),
                "withoutFile": .number(found.setsWithoutFile),
            ]
        },
        "Watch": { input, folder in
            var files: [String: [UInt8]] = [:]
            for file in try input.objects("files") {
                files[try file.text("path")] = try file.contents("contents", folder)
            }
            let set = try input.isNull("set") ? nil : SetFile(path: folder.path(input.fields("set")))
            let root = try set?.header.root()
            let (text, last) = (
                try input.bytes("policy"), try input.isNull("last") ? nil : Checkpoint(canonical: input.bytes("last"))
            )
            let (age, now) = (try input.number("maximumAge", as: UInt64.self), try input.number("now", as: UInt64.self))
            let growth = Double(try input.number("growth", as: Int.self))
            let monitor = LogMonitor(policy: try LogPolicy(canonical: text, maximumAge: age), growth: growth) {
                $0 == root ? set : nil
            }
            let report = try monitor.watch({ path, _ in files[path] }, last: last, now: now)
            return [
                "size": .number(report.checkpoint.size), "newEntries": .number(report.newEntries),
                "alarms": .numbers(Set(report.alarms.map(\.index)).sorted()),
                "withoutFile": .number(report.setsWithoutFile),
            ]
        },
    ]
}
