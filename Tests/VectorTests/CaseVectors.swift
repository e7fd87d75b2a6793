import SealedMatchCases
import SealedMatchCrypto
import SealedMatchJSON
import SealedMatchVectors

/// cases.
enum CaseVectors {
    static let cases: [String: VectorRunner] = [
        "CheckChain": { input, _ in
            let kept = try input.isNull("kept") ? nil : input.fields("kept")
            var chain = CaseChain(
                key: try input.isNull("key") ? nil : input.bytes32("key"),
                kept: try kept.map { ChainHead(number: try $0.number("number"), hash: try $0.bytes32("hash")) })
            for line in try input.texts("lines") { try chain.take(CaseRecord(line: Array(line.utf8))) }
            try chain.finish()
            return [
                "number": .number(chain.head.number), "hash": .bytes(chain.head.hash.bytes),
                "cases": .list(
                    chain.cases.keys.sorted().compactMap { chain.cases[$0] }.map { found in
                        .object([
                            "number": .number(found.number), "state": .text(found.state.rawValue),
                            "outcome": found.outcome.map { .text($0.rawValue) } ?? .null,
                            "round": .number(found.round), "matches": .number(found.matches.count),
                            "listed": .number(found.listed), "viewed": .number(found.viewed),
                        ])
                    }),
            ]
        }
    ]
}
