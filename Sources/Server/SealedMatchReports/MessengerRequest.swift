package import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchLists
package import SealedMatchProtocol

/// What the messenger is asked to do, or to say: a JSON document that goes to it as it is, however often it is sent.
/// (Docs/Reporting.md, "Requests to the messenger")
package enum MessengerRequest {
    /// The document.
    /// - Parameters:
    ///   - kind: `removal`, `blocking`, `account`.
    ///   - id: 16 random bytes: the messenger acts once for each.
    ///   - request: with which the collector releases the account's name (Docs/Protocol.md, 4.13).
    package static func document(
        _ kind: String, id: [UInt8], to address: ReportAddress, _ facts: ReportFacts, request: ResolutionRequest,
        at time: UInt64
    ) -> [UInt8] {
        Array(
            JSON.object([
                "format": .text("SealedMatch request"), "version": .integer(1), "kind": .text(kind),
                "id": .text(Hexadecimal.text(id)), "to": .text(address.text), "made": .integer(Int128(time)),
                "case": .integer(Int128(facts.number)), "round": .integer(Int128(facts.round)),
                "pseudonym": .text(facts.pseudonym), "epoch": .integer(Int128(facts.epoch)),
                "request": .text(Hexadecimal.text(request.encoded)), "confirmedBy": .integer(Int128(facts.confirmedBy)),
                "policy": .text(facts.policyDigest),
                "matches": .list(
                    facts.matches.map { found in
                        .object([
                            "voucherID": .text(found.match.voucherID), "slot": .integer(Int128(found.match.slot)),
                            "note": .text(found.match.note),
                        ])
                    }),
            ]).line.utf8)
    }

    /// The header fields of one sending: time and signature are new each time, the document is not.
    package static func fields(
        _ body: [UInt8], id: String, at time: UInt64, key: borrowing SigningKey
    ) throws(SealedMatchError) -> [(name: String, value: String)] {
        let signature = try key.sign(Array("SealedMatch request".utf8) + [0] + Array("\(time)".utf8) + [0] + body)
        return [
            ("SealedMatch-Time", "\(time)"), ("SealedMatch-Key", Hexadecimal.text(key.publicKey.bytes)),
            ("SealedMatch-Signature", Hexadecimal.text(signature.encoded)), ("Idempotency-Key", id),
        ]
    }
}
