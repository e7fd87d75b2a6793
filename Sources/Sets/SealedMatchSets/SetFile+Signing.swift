internal import SealedMatchProtocol
public import SealedMatchCrypto
public import SealedMatchFiles

extension SetFile {
    /// Adds a source's signature and puts the file in its place again, whole or not at all.
    /// - Throws: `rootMismatch` when the table is not the header's; `parameterOutOfRange` when the set does not name
    ///   the key.
    public func sign(with key: borrowing SigningKey, to path: String) throws(SealedMatchError) {
        guard try tableDigest() == header.tableDigest else {
            throw SealedMatchError(.rootMismatch, "the table is not the header's: nothing was signed")
        }
        guard let place = header.sources.firstIndex(of: key.publicKey) else {
            throw SealedMatchError(.parameterOutOfRange, "the set does not name this key among its sources")
        }
        var signatures = signatures
        signatures.places[place] = try header.sign(with: key)
        let head = header.encoded + signatures.encoded
        try unsafe head.span.withUnsafeBytes { (head) throws(SealedMatchError) in
            try unsafe DurableFile.write([head, tableBytes], to: path, secret: false)
        }
    }
}
