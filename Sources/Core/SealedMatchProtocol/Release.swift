public import SealedMatchCrypto

/// The name behind a pseudonym, released by a collector against a token (Docs/Protocol.md, 4.14). Anybody who has the
/// collector's key can verify it, and that the token opens the commitment that the account registered.
///
/// It holds the token: as secret as the name.
public struct Release: Equatable, Sendable {
    /// Counts the collector's releases, from 1; a repeat has the number of the first.
    public let number: UInt64
    /// What it was released against.
    public let token: ResolutionToken
    /// The key that signed it.
    public let collector: Bytes32
    /// Account, epoch, pseudonym and commitment as they were registered, with the account's signature if it made one.
    public let registration: Registration
    /// Over everything before it.
    public let signature: Signature

    /// Signs a release. Whether the token opens the registration's commitment is the caller's matter.
    package init(
        number: UInt64, token: ResolutionToken, registration: Registration, key: borrowing SigningKey
    ) throws(SealedMatchError) {
        self.number = number
        self.token = token
        self.registration = registration
        collector = key.publicKey
        let part = Self.signedPart(number, token, key.publicKey, registration)
        signature = try key.sign(Self.message(part))
    }

    private static func signedPart(
        _ number: UInt64, _ token: ResolutionToken, _ collector: Bytes32, _ registration: Registration
    ) -> [UInt8] {
        var out = ByteWriter()
        out.magic("SMN1")
        out.put(number)
        out.put(token.encoded)
        out.put(collector)
        out.put(registration.encoded)
        return out.bytes
    }

    private static func message(_ part: [UInt8]) -> [UInt8] { HashToGroup.ascii(Separator.release) + [0] + part }

    /// `"SMN1" ‖ number (8) ‖ token (32) ‖ collector's key (32) ‖ registration ‖ signature (64)`
    public var encoded: [UInt8] {
        Self.signedPart(number, token, collector, registration) + signature.encoded
    }

    /// Bytes of the longest encoding.
    public static let maximumEncodedCount = 76 + Registration.maximumEncodedCount + Signature.encodedCount

    /// Decodes; `verify` looks at what it says.
    /// - Throws: `wrongLength`, `invalidMagic`, `parameterOutOfRange`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count >= 76 else { throw SealedMatchError(.wrongLength, "a release has at least 246 bytes") }
        var reader = ByteReader(bytes)
        try reader.magic("SMN1")
        number = try reader.number(UInt64.self)
        token = try ResolutionToken(canonical: reader.bytes32())
        collector = try reader.bytes32()
        registration = try Registration(reading: &reader)
        signature = try Signature(canonical: reader.take(reader.remaining))
    }

    /// Verifies it, without the account's identity key: then `registration.verify` says what that signature is worth.
    /// - Parameter collector: the expected collector's key.
    /// - Throws: `invalidSignature` when it is another collector's or was changed; `tokenMismatch` when its token does
    ///   not open the registered commitment.
    public func verify(by collector: Bytes32) throws(SealedMatchError) {
        // Release, verifying, step 2: the key is the expected one, and the signature verifies
        let part = Self.signedPart(number, token, self.collector, registration)
        guard self.collector == collector, signature.verifies(Self.message(part), publicKey: collector) else {
            throw SealedMatchError(.invalidSignature, "the release is not this collector's, or was changed")
        }
        // Release, verifying, step 3: the token's commitment is the registration's
        guard
            try token.opens(
                registration.commitment, pseudonym: registration.pseudonym, epoch: registration.epoch)
        else {
            throw SealedMatchError(.tokenMismatch, "the release's token does not open the registered commitment")
        }
    }
}

extension SealedMatchError.Code {
    /// The pseudonym is another account's in this epoch.
    public static let pseudonymConflict = SealedMatchError.Code(rawValue: 705)
    /// The token is not the one that this registration committed to: another epoch's, another account's, or made up.
    public static let tokenMismatch = SealedMatchError.Code(rawValue: 706)
}
