public import SealedMatchProtocol
package import SealedMatchCrypto

/// What a collector accepts. It depends on form, registration and amount only, never on whether anything matched: the
/// collector cannot know.
public struct CollectorPolicy: Sendable {
    /// Vouchers of one account in one epoch.
    public var vouchersPerEpoch = 65_536
    /// Epochs that one account may have registered at a time: with the quota above, what one account can make the
    /// collector keep.
    public var epochsPerAccount = 64
    /// The sets whose vouchers are accepted, by root; `nil` accepts any set, in any form that a voucher may have.
    public var knownSets: [SetRoot: Parameters]?

    /// Verifies that registrations are signed by their account's identity key; `nil` looks at no signature.
    public var identities: (any IdentityVerifier)?

    /// The default: 65,536 vouchers an epoch, 64 epochs, any set, any signature.
    public init() {}

    /// Register, steps 1–2.
    /// - Throws: `authenticationFailed` when the registration names another account than the caller's;
    ///   `invalidSignature`; what the verifier throws.
    package func check(
        _ registration: Registration, authenticatedAs account: AccountID
    ) throws(SealedMatchError) {
        guard registration.account == account else {
            throw SealedMatchError(.authenticationFailed, "the registration names another account than the caller's")
        }
        if let identities { try registration.verify(by: identities) }
    }

    /// - Throws: `unknownSet`; `setMismatch` when the voucher's form is not the one that its set fixes.
    package func check(_ header: VoucherHeader) throws(SealedMatchError) {
        guard let knownSets else { return }
        guard let parameters = knownSets[header.setRoot] else {
            throw SealedMatchError(.unknownSet, "the voucher was sealed under a set that is not in use here")
        }
        guard header.fits(parameters) else {
            throw SealedMatchError(.setMismatch, "the voucher's form is not the one that its set fixes")
        }
    }
}
