package import SealedMatchCrypto
package import SealedMatchJSON
internal import SealedMatchLists

/// A document that is handed over, signed by the library's key: one line of JSON, `key`, `signature`, `signed`.
/// (Docs/Reporting.md, "Signed documents")
package enum SignedReport {
    /// What is signed: a label, a zero byte, the bytes of `signed` as they stand.
    static func message(_ document: JSON) -> [UInt8] {
        Array("SealedMatch report".utf8) + [0] + Array(document.line.utf8)
    }

    /// The document with its signature, and a line feed.
    package static func encoded(_ document: JSON, key: borrowing SigningKey) throws(SealedMatchError) -> [UInt8] {
        let signature = try key.sign(message(document))
        let whole = JSON.object([
            "key": .text(Hexadecimal.text(key.publicKey.bytes)),
            "signature": .text(Hexadecimal.text(signature.encoded)), "signed": document,
        ])
        return Array((whole.line + "\n").utf8)
    }

    /// What was signed.
    /// - Throws: `ReportFailure` for another form, and a signature that does not verify under this key.
    package static func open(_ bytes: [UInt8], key: Bytes32) throws(ReportFailure) -> JSON {
        guard case .object(let members)? = try? JSON(parsing: bytes), members.count == 3,
            let document = members["signed"], members["key"] == .text(Hexadecimal.text(key.bytes)),
            case .text(let digits)? = members["signature"],
            let signature = Hexadecimal.bytes(digits.utf8).flatMap({ try? Signature(canonical: $0) }),
            signature.verifies(message(document), publicKey: key)
        else { throw ReportFailure("the document is not signed by this key, or was changed") }
        return document
    }
}
