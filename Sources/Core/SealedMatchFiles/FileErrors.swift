internal import CSealedMatchPlatform
internal import SealedMatchCrypto

extension SealedMatchError {
    /// `fileFailed`, with the system's number of what went wrong in the call just made.
    static func file(_ reason: StaticString) -> SealedMatchError {
        #if hasFeature(Embedded)
            SealedMatchError(.fileFailed, reason)
        #else
            SealedMatchError(.fileFailed, reason, systemError: platform_errno())
        #endif
    }
}
