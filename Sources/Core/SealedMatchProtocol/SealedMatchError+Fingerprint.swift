package import SealedMatchFingerprint
internal import SealedMatchCrypto

extension SealedMatchError {
    /// A fingerprint's error under its own code, 1 to 7, which is the same in every language.
    package init(_ error: FingerprintError) {
        self.init(Code(rawValue: error.code), "the picture's size, stride and buffer do not fit")
    }
}
