import SealedMatchCrypto
import SealedMatchProtocol
import SealedMatchTestSupport

/// check-level.
enum CheckLevelVectors {
    static let checkLevel: [String: VectorRunner] = [
        "DecodeLevels": { input, _ in
            ["levels": .numbers(try CheckLevels(canonical: input.bytes("bytes")).values)]
        },
        "CheckLevel": { input, _ in
            let levels = try CheckLevels(canonical: input.numbers("levels", as: UInt8.self))
            return ["level": .number(levels.level(of: try input.number("number", as: UInt32.self)))]
        },
        "CheckOfWord": { input, _ in
            [
                "check": .number(
                    SlotContext.check(of: try input.word("word"), level: try input.number("level", as: UInt8.self)))
            ]
        },
        "Check": { input, _ in
            let header = try input.bytes("header")
            let context = try SlotContext(
                tableID: TableID(canonical: input.bytes("tableID")), header: header, body: input.bytes("body"),
                checkLevel: VoucherHeader(canonical: header).checkLevel)
            let (slotKey, element) = (try input.bytes32("slotKey"), try input.bytes32("element"))
            return [
                "mask": .bytes(try context.mask(slotKey, element: element).bytes),
                "check": .number(try context.check(slotKey, element: element)),
            ]
        },
    ]
}
