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

    /// Verifies that registrations are signed by their account's identity key; `nil` looks at no signature. It is asked
    /// inside a store's transaction, too, so it must not use the store.
    public var identities: (any IdentityVerifier)?

    /// The epochs that may be registered anew; `nil` takes any. Who has a clock sets it to `epochs(at:)`, again in each
    /// epoch.
    public var epochs: ClosedRange<UInt32>?

    /// The default: 65,536 vouchers an epoch, 64 epochs, any set, any signature, any epoch.
    public init() {}

    /// What an honest client may register anew at a time, in seconds since 1970: the running epoch, the next one, for a
    /// clock that is ahead, and the 64 before. No client steps further than 64 at once, so none that works has vouchers
    /// from before them.
    /// - Throws: `parameterOutOfRange` for a clock past the 32-bit epoch count.
    public static func epochs(at now: UInt64) throws(SealedMatchError) -> ClosedRange<UInt32> {
        let running = try Parameters.epoch(at: now)
        let first = running.subtractingReportingOverflow(AccountSecret.maximumSkip)
        let next = running.addingReportingOverflow(1)
        return (first.overflow ? 0 : first.partialValue)...(next.overflow ? running : next.partialValue)
    }

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

    /// Register, step 4: whether the signature of a registration that is there gives way to that of the same one, which
    /// has just passed steps 1–2.
    /// - Throws: what the verifier throws.
    package func replaces(_ known: Registration, by registration: Registration) throws(SealedMatchError) -> Bool {
        guard let identities, known.signature != registration.signature else { return false }
        return try !known.isVerified(by: identities)
    }

    /// Register, step 6: the epoch of one that is new.
    /// - Throws: `epochTooFar`, `epochInPast`.
    package func check(new epoch: UInt32) throws(SealedMatchError) {
        guard let epochs else { return }
        guard epoch <= epochs.upperBound else {
            throw SealedMatchError(.epochTooFar, "the epoch is beyond the next one")
        }
        guard epoch >= epochs.lowerBound else {
            throw SealedMatchError(.epochInPast, "the epoch is too long past to be registered")
        }
    }

    /// Store, step 5: the registration under which a voucher is stored.
    /// - Throws: `invalidSignature`; what the verifier throws.
    package func check(known registration: Registration) throws(SealedMatchError) {
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
