public import SealedMatchCrypto

/// What an authority asks a collector for a name with: a pseudonym, its epoch, and the token that a reveal gave
/// (Docs/Protocol.md, 4.13). As secret as the token.
public struct ResolutionRequest: Equatable, Sendable {
    /// The epoch of the pseudonym.
    public let epoch: UInt32
    /// Whose name is asked for.
    public let pseudonym: Pseudonym
    /// Shows that t of its matches opened.
    public let token: ResolutionToken

    /// A request from its parts.
    public init(epoch: UInt32, pseudonym: Pseudonym, token: ResolutionToken) {
        self.epoch = epoch
        self.pseudonym = pseudonym
        self.token = token
    }

    /// Bytes of the encoding.
    public static let encodedCount = 72

    /// `"SMQ1" ‖ epoch (4) ‖ pseudonym (32) ‖ token (32)`
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.encodedCount)
        out.magic("SMQ1")
        out.put(epoch)
        out.put(pseudonym.encoded)
        out.put(token.encoded)
        return out.bytes
    }

    /// - Throws: `wrongLength`, also for a request that ends where its token should be; `invalidMagic`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else {
            throw SealedMatchError(.wrongLength, "a request for a name has 72 bytes, the last 32 of them its token")
        }
        var reader = ByteReader(bytes)
        try reader.magic("SMQ1")
        epoch = try reader.number(UInt32.self)
        pseudonym = try Pseudonym(canonical: reader.bytes32())
        token = try ResolutionToken(canonical: reader.bytes32())
    }
}
