internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchProtocol

extension Notice {
    /// As the account gets it (Docs/openapi.yaml).
    var json: JSON {
        .object([
            "epoch": .integer(Int128(epoch)), "set": .text(Hexadecimal.text(root.encoded.bytes)),
            "kind": .text(kind.name), "day": .integer(Int128(day)),
        ])
    }
}
