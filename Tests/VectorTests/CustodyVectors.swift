import Foundation
import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchJSON
import SealedMatchProtocol
import SealedMatchSets
import SealedMatchVectors

/// What a custodian's service is asked, writes down and is allowed; seeds of sets.
enum CustodyVectors {
    static let custody: [String: VectorRunner] = [
        "MakeCall": { input, _ in
            let key = try SigningKey(seed: CustodianVectors.secret(input.bytes("seed", count: 32)))
            return [
                "message": .bytes(
                    try input.call().make(
                        input.bytes("asked"), to: input.bytes32("custodian"), time: input.word("time"), key: key))
            ]
        },
        "OpenCall": { input, _ in
            let opened = try input.call().open(
                input.bytes("message"), custodian: input.bytes32("custodian"), now: input.word("now"))
            return ["coordinator": .bytes(opened.coordinator.bytes), "asked": .bytes(opened.body)]
        },
        "MakeEntry": { input, _ in
            let key = try SigningKey(seed: CustodianVectors.secret(input.bytes("seed", count: 32)))
            guard let kind = JournalEntry.Kind(rawValue: try input.number("kind", as: UInt8.self)) else {
                throw VectorError("no such kind of entry")
            }
            let entry = try JournalEntry.make(
                kind, number: input.word("number"), time: input.word("time"),
                TableID(canonical: input.bytes("tableID")), subject: input.bytes32("subject"),
                asker: input.bytes32("asker"), count: input.word("count"), total: input.word("total"),
                previous: input.bytes32("previous"), key: key)
            return ["entry": .bytes(entry.encoded)]
        },
        "ReadJournal": { input, _ in
            let found = try input.journal()
            return ["count": .word(found.count), "last": .bytes(found.last.bytes), "totals": .totals(found)]
        },
        "BeginOnce": { input, _ in
            let plan = try RunPlan(canonical: input.bytes("plan"))
            let current = try input.isNull("current") ? nil : input.bytes32("current")
            return ["isNew": .boolean(try input.journal().steps.mayBegin(plan, current: current))]
        },
        "DecodePolicy": { input, _ in
            let bytes = try input.bytes("policy")
            let policy = try CustodianPolicy(canonical: bytes)
            guard policy.encoded == bytes else { throw VectorError("encoded again it differs") }
            return [
                "tableID": .bytes(policy.tableID.encoded), "until": .word(policy.until), "slots": .word(policy.slots),
                "rate": .number(policy.rate), "coordinators": .list(policy.coordinators.map { .bytes($0.bytes) }),
            ]
        },
        "DecodeSeeds": { input, _ in
            let bytes = try input.bytes("seeds")
            let seeds = try SetSeeds(canonical: bytes)
            guard seeds.encoded == bytes else { throw VectorError("encoded again it differs") }
            return [
                "tableID": .bytes(seeds.tableID.encoded), "positionSeed": .bytes(seeds.positionSeed.bytes),
                "fillerSeed": .bytes(seeds.fillerSeed.bytes), "entriesDigest": .bytes(seeds.entriesDigest.bytes),
            ]
        },
    ]
}

extension Fields {
    fileprivate func journal() throws -> CustodianJournal.Summary {
        let path = NSTemporaryDirectory() + "sealedmatch-journal-" + UUID().uuidString
        try Data(bytes("journal")).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try CustodianJournal.Summary.read(path, publicKey: bytes32("key"))
    }

    fileprivate func call() throws -> CustodianCall {
        guard let call = CustodianCall(rawValue: try number("call", as: UInt8.self)) else {
            throw VectorError("no such call")
        }
        return call
    }
}
