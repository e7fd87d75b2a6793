internal import SealedMatchProtocol
internal import SealedMatchCrypto

/// Everything derived from the account secret for one epoch under one choice of t and k.
struct EpochSecrets: ~Copyable {
    let sharing: Sharing
    let epochKey: EpochKey
    let distinctnessKey: SecretBytes
    let registration: Registration

    static func derive(
        _ secret: borrowing AccountSecret, account: AccountID, parameters: Parameters
    ) throws(SealedMatchError) -> EpochSecrets {
        let sharing = try secret.sharing(account: account, parameters: parameters)
        let epochKey = try sharing.epochKey(account: account, epoch: secret.epoch)
        let commitment = try epochKey.commitment(account: account, epoch: secret.epoch)
        let distinctnessKey = try secret.distinctnessKey(account: account)
        return EpochSecrets(
            sharing: sharing, epochKey: epochKey, distinctnessKey: distinctnessKey,
            registration: Registration(account: account, epoch: secret.epoch, commitment: commitment))
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
