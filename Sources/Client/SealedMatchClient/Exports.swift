// One import serves an integrator: signatures of this product show types of these modules.
@_exported public import SealedMatchCrypto
@_exported public import SealedMatchFingerprint
@_exported public import SealedMatchLog
@_exported public import SealedMatchProtocol
