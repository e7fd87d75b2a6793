package import SealedMatchProtocol
package import SealedMatchCrypto

/// Everything derived from the account secret for one epoch under one choice of t, k and profile.
package struct EpochSecrets: ~Copyable {
    let sharing: Sharing
    let epochKey: EpochKey
    let distinctnessKey: SecretBytes
    package let registration: Registration

    package static func derive(
        _ secret: borrowing AccountSecret, account: AccountID, parameters: Parameters
    ) throws(SealedMatchError) -> EpochSecrets {
        let pseudonym = try secret.pseudonym(of: account)
        let sharing = try secret.sharing(pseudonym: pseudonym, parameters: parameters)
        let epochKey = try sharing.epochKey(pseudonym: pseudonym, epoch: secret.epoch)
        let commitment = try epochKey.commitment(pseudonym: pseudonym, epoch: secret.epoch)
        let distinctnessKey = try secret.distinctnessKey(pseudonym: pseudonym)
        return EpochSecrets(
            sharing: sharing, epochKey: epochKey, distinctnessKey: distinctnessKey,
            registration: Registration(
                account: account, epoch: secret.epoch, pseudonym: pseudonym, commitment: commitment))
    }

    private init(
        sharing: consuming Sharing, epochKey: consuming EpochKey, distinctnessKey: consuming SecretBytes,
        registration: Registration
    ) {
        self.sharing = sharing
        self.epochKey = epochKey
        self.distinctnessKey = distinctnessKey
        self.registration = registration
    }
}
