public import SealedMatchCrypto
public import SealedMatchProtocol

/// Verifies what an account's identity key in the messenger signed: cross-signing in Matrix, the identity key in
/// Signal, or whatever else the integrator has (Docs/Protocol.md, 4.5).
public protocol IdentityVerifier: Sendable {
    /// Whether the signature is the account's on the message. False too if nothing is known of the account.
    /// - Throws: when it cannot be said now, for example `fileFailed`.
    func verifies(_ signature: [UInt8], of message: [UInt8], by account: AccountID) throws(SealedMatchError) -> Bool
}

/// Ed25519 identity keys (RFC 8032), by account.
public struct Ed25519Identities: IdentityVerifier {
    private let keys: [AccountID: Bytes32]

    /// - Parameter keys: the public key of each account that has one.
    public init(_ keys: [AccountID: Bytes32]) { self.keys = keys }

    /// Whether it is the Ed25519 signature (64 bytes) of the key that is known of the account.
    public func verifies(_ signature: [UInt8], of message: [UInt8], by account: AccountID) -> Bool {
        guard let key = keys[account], let signature = try? Signature(canonical: signature) else { return false }
        return signature.verifies(message, publicKey: key)
    }
}

extension Registration {
    /// Checks the account's own signature.
    /// - Throws: `invalidSignature` when it does not verify, or there is none; what the verifier throws.
    public func verify(by identities: some IdentityVerifier) throws(SealedMatchError) {
        guard try isVerified(by: identities) else {
            throw SealedMatchError(.invalidSignature, "the registration is not signed by its account's identity key")
        }
    }

    func isVerified(by identities: some IdentityVerifier) throws(SealedMatchError) -> Bool {
        guard !signature.isEmpty else { return false }
        return try identities.verifies(signature, of: signedMessage, by: account)
    }

    /// The same registration, signed by an Ed25519 identity key.
    package func signed(by key: borrowing SigningKey) throws(SealedMatchError) -> Registration {
        var signed = self
        signed.signature = try key.sign(signedMessage).encoded
        return signed
    }
}
