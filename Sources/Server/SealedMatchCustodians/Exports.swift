// One import serves an integrator: signatures of this product show types of these modules.
@_exported public import SealedMatchAuthority
@_exported public import SealedMatchCrypto
@_exported public import SealedMatchProtocol
