import SealedMatchAuthority
import SealedMatchFingerprint
import Foundation
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchFiles
import SealedMatchTestSupport
import SealedMatchWorkers
import SealedMatchJSON
import SealedMatchVectors

/// table, entries, set-file, audit-package.
enum SetVectors {
    static let table: [String: VectorRunner] = [
        "Cells": { input, _ in
            ["m": .number(try Table.cells(forEntries: input.number("n")))]
        },
        "Positions": { input, _ in
            let (key, seed, m) = (
                try input.key("key"), try input.bytes32("positionSeed"), try input.number("m", as: Int.self)
            )
            let positions = try TablePositions(of: key, seed: seed, cells: m)
            return ["positions": .numbers([positions.first, positions.second, positions.third])]
        },
        "Build": build,
        "Decode": { input, _ in
            let (m, places) = (try input.number("m", as: Int.self), try input.numbers("positions", as: Int.self))
            let cells = try input.byteStrings("cells")
            guard places.count == 3, cells.count == 3 else { throw VectorError("a key has three cells") }
            var bytes = [UInt8](repeating: 0, count: 32 * m)
            for (place, cell) in zip(places, cells) {
                bytes.replaceSubrange((32 * place)..<(32 * place + 32), with: cell)
            }
            let positions = TablePositions(first: places[0], second: places[1], third: places[2])
            var random = SystemRandom()
            let substitute = try VoucherSealing(random: &random).substitute
            return try bytes.withUnsafeBytes { raw in
                let table = try unsafe TableView(raw)
                return [
                    "point": .bytes(try table.decode(at: positions, substitute: substitute).encoded),
                    "pointForBuilders": .bytes(try table.decode(at: positions, substitute: .identity).encoded),
                ]
            }
        },
    ]

    private static let build: VectorRunner = { input, _ in
        let (keys, alpha, tableID) = (try input.keys("keys"), try input.bytes("alpha"), try input.bytes("tableID"))
        let (positionSeed, fillerSeed) = (try input.bytes32("positionSeed"), try input.bytes32("fillerSeed"))
        let shown = try input.numbers("shown", as: Int.self)
        let key = try MatchingKey(canonical: alpha)
        let table = try Table.build(
            keys: keys, key: key, tableID: TableID(canonical: tableID), positionSeed: positionSeed,
            fillerSeed: fillerSeed,
            workers: Workers())
        let bytes = unsafe Array(table.bytes)
        return [
            "m": .number(table.count), "publicKey": .bytes(key.publicKey.encoded),
            "tableDigest": .bytes(try table.digest()),
            "cells": .list(
                shown.map { .object(["index": .number($0), "cell": .bytes(bytes[(32 * $0)..<(32 * $0 + 32)])]) }),
        ]
    }

    static let entries: [String: VectorRunner] = [
        "ParseList": { input, _ in
            let (text, quality) = (Array(try input.text("text").utf8), try input.number("minimumQuality", as: Int.self))
            let standard = FingerprintProfile.standard
            let profile = try FingerprintProfile(
                id: standard.id, positions: standard.positions, probes: standard.probes, minimumQuality: quality)
            let list = try text.withUnsafeBytes { try unsafe HashList($0, profile: profile, skippingBadLines: true) }
            return [
                "hashes": .list(list.hashes.map(\.json)), "poorLines": .numbers(list.poorLines),
                "badLines": .numbers(list.badLines),
            ]
        },
        "Select": { input, _ in
            let lists = try input.list("lists").enumerated().map { place, list in
                guard case .list(let hashes) = list else { throw VectorError("lists are lists") }
                return try hashes.map { try Fields($0, at: "lists[\(place)]").wholeListedHash() }
            }
            let (profile, minimumSources) = (
                try input.profile("profile"), try input.number("minimumSources", as: Int.self)
            )
            let separation = try input.number("separation", as: Int.self)
            let selection = try EntrySelection(
                lists: lists, profile: profile, minimumSources: minimumSources, separation: separation,
                workers: Workers())
            return [
                "keys": .keys(selection.keys), "supporters": .numbers(selection.supporters),
                "folded": .list(
                    selection.report.folded.map {
                        .object([
                            "key": .bytes($0.key.encoded), "into": .bytes($0.into.encoded),
                            "distance": .number($0.distance),
                        ])
                    }),
            ]
        },
    ]

    static let setFile: [String: VectorRunner] = [
        "OpenSet": { input, folder in
            let path = try folder.path(input.fields("set"))
            let policy = try trust(input.fields("policy"))
            let (newest, now) = (
                try input.number("newestVersion", as: UInt64.self), try input.number("now", as: UInt64.self)
            )
            return try describe(BlindedSet.open(path: path, trust: policy, now: now, lastVersion: newest))
        },
        "SignSet": { input, _ in
            let (seed, root) = (try input.bytes("seed"), SetRoot(canonical: try input.bytes32("root")))
            let key = try SigningKey(seed: SecretBytes.copying(seed))
            let signature = try key.sign(SetHeader.signedMessage(root: root))
            guard signature.verifies(SetHeader.signedMessage(root: root), publicKey: key.publicKey) else {
                throw VectorError("it does not verify")
            }
            return ["publicKey": .bytes(key.publicKey), "signature": .bytes(signature.encoded)]
        },
        "DecodeSecrets": { input, _ in
            let (bytes, publicKey) = (try input.bytes("bytes"), try input.bytes32("publicKey"))
            let secrets = try AuditVectors.decoded(bytes)
            let digest = try bytes.withUnsafeBytes { try unsafe SetSecrets.entriesDigest(inEncoded: $0) }
            let again = try secrets.encoded(entriesDigest: digest)
            guard again.withBytes({ Array($0) }) == bytes else { throw VectorError("encoded again they differ") }
            // α must be L's before a voucher is opened with it.
            _ = try MatchingSet(key: secrets.matchingKey(), header: header(secrets, Point(canonical: publicKey)))
            return [
                "alpha": .bytes(secrets.key.withEncoded { Array($0) }), "tableID": .bytes(secrets.tableID.encoded),
                "positionSeed": .bytes(secrets.positionSeed), "fillerSeed": .bytes(secrets.fillerSeed),
                "entriesDigest": .bytes(digest),
            ]
        },
        "SupportDigest": { input, _ in
            [
                "digest": .bytes(
                    try AuditPackage.supportDigest(
                        of: input.keys("keys"), input.numbers("supporters", as: UInt16.self),
                        fillerSeed: input.bytes32("fillerSeed")))
            ]
        },
        "EntriesDigest": { input, _ in
            ["digest": .bytes(try AuditPackage.entriesDigest(of: input.keys("keys")))]
        },
    ]

    private static func header(_ secrets: borrowing SetSecrets, _ publicKey: Point) -> SetHeader {
        SetHeader(
            version: 0, issuedAt: 0, expiresAt: 1, tableID: secrets.tableID, positionSeed: secrets.positionSeed,
            publicKey: publicKey, entries: 1,
            cells: TablePositions.cells(forEntries: 1), tableDigest: Bytes32(),
            supportDigest: Bytes32(), parameters: Parameters(), sources: [])
    }

    private static func trust(_ fields: Fields) throws -> TrustPolicy {
        var trust = TrustPolicy(
            sources: try fields.allBytes32("sources"), minimumSignatures: try fields.number("minimumSignatures"))
        trust.minimumThreshold = try fields.number("minimumThreshold")
        trust.minimumPolynomials = try fields.number("minimumPolynomials")
        trust.minimumProbes = try fields.number("minimumProbes")
        trust.maximumCheckLevels = try CheckLevels(canonical: fields.numbers("maximumCheckLevels", as: UInt8.self))
        trust.minimumConfirmedSources = try fields.number("minimumConfirmedSources")
        trust.minimumEntries = try fields.number("minimumEntries")
        trust.profiles = try fields.isNull("profiles") ? nil : fields.allBytes32("profiles")
        trust.minimumSeparation = try fields.number("minimumSeparation")
        trust.maximumCells = try fields.number("maximumCells")
        trust.maximumLifetime = try fields.number("maximumLifetime")
        trust.allowsTestSets = try fields.boolean("allowsTestSets")
        return trust
    }

    private static func describe(_ set: BlindedSet) throws -> [String: JSON] {
        let (header, parameters) = (set.header, set.header.parameters)
        return [
            "root": .bytes(set.root.encoded), "version": .number(header.version), "issuedAt": .number(header.issuedAt),
            "expiresAt": .number(header.expiresAt), "tableID": .bytes(header.tableID.encoded),
            "positionSeed": .bytes(header.positionSeed),
            "publicKey": .bytes(header.publicKey.encoded), "entries": .number(header.entries),
            "cells": .number(header.cells),
            "tableDigest": .bytes(header.tableDigest), "supportDigest": .bytes(header.supportDigest),
            "threshold": .number(parameters.threshold),
            "polynomials": .number(parameters.polynomials),
            "checkLevels": .numbers(parameters.checkLevels.values), "payloadCount": .number(parameters.payloadCount),
            "minimumSources": .number(parameters.minimumSources), "separation": .number(parameters.separation),
            "profile": .profile(parameters.profile), "sources": .list(header.sources.map { .bytes($0) }),
            "signers": .list(set.signers.all.map { .bytes($0) }),
            "confirmedSources": .number(set.signers.confirmedSources), "isTest": .boolean(header.isTest),
        ]
    }
}

extension Fields {
    /// A listed hash with nothing besides, for objects that no other object owns.
    func wholeListedHash() throws -> ListedHash {
        let hash = try listedHash()
        try end()
        return hash
    }
}
