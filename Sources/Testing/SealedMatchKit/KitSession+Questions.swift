internal import SealedMatchJSON
internal import SealedMatchTesting

extension KitSession {
    /// What a test asks.
    static let questionCalls: [String: Call] = [
        "revealed": { _, world, arguments in
            let name = try account(world, &arguments).name
            let epoch = try epoch(&arguments)
            let items = try world.report(name, epoch: epoch).revealed
            // By bytes: two names are one if their UTF-8 is.
            var known: Set<[UInt8]> = []
            return ["items": .texts(items.filter { known.insert(Array($0.utf8)).inserted }.sorted())]
        },
        "report": { _, world, arguments in
            let name = try account(world, &arguments).name
            let epoch = try epoch(&arguments)
            return value(try world.report(name, epoch: epoch))
        },
        "knowledge": { _, world, arguments in
            try arguments.end()
            return [
                "accounts": .list(
                    world.collectorKnowledge().map { known in
                        .object([
                            "account": known.account.map { .text($0) } ?? .null, "epoch": .number(known.epoch),
                            "pseudonym": .hexadecimal(known.pseudonym.encoded.bytes),
                            "vouchers": .number(known.vouchers), "bytes": .number(known.bytes),
                        ])
                    })
            ]
        },
        "differences": { _, world, arguments in
            let device = try device(world, &arguments)
            let (first, second) = (try arguments.text("first"), try arguments.text("second"))
            try arguments.end()
            return [
                "differences": .list(
                    try world.outsideDifferences(between: first, and: second, on: device).map { difference in
                        .object([
                            "what": .text(difference.what), "first": .text(difference.first),
                            "second": .text(difference.second),
                        ])
                    })
            ]
        },
    ]

    private static func epoch(_ arguments: inout KitArguments) throws(KitFailure) -> UInt32? {
        let epoch: UInt32? = arguments.has("epoch") ? try arguments.integer("epoch", 0...UInt32.max) : nil
        try arguments.end()
        return epoch
    }

    private static func value(_ report: AccountReport) -> [String: JSON] {
        var result: [String: JSON] = [
            "account": .text(report.account), "epoch": .number(report.epoch), "waiting": .number(report.waiting),
            "inFlight": .number(report.inFlight), "stored": .number(report.stored),
            "openedVouchers": .number(report.openedVouchers), "openings": .number(report.openings),
            "matches": report.matches.map { .number($0) } ?? .null,
            "neededMatches": report.neededMatches.map { .number($0) } ?? .null,
            "explanation": .text(report.explanation), "revealed": .null, "reason": .null,
        ]
        switch report.verdict {
        case .sealed(let reason): result["reason"] = .text(reason.rawValue)
        case .revealed(let items):
            result["revealed"] = .list(
                items.map { item in
                    .object([
                        "name": .text(item.name), "note": .bytes(item.payload.note),
                        "voucher": .hexadecimal(item.voucherID.encoded),
                    ])
                })
        }
        return result
    }
}
