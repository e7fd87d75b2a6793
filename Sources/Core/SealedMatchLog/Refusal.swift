internal import SealedMatchCrypto

#if hasFeature(Embedded)
    // The library that messengers ship keeps no texts of these: its callers see the code, and the code's text.
    @inline(__always)
    func refusal(_ code: SealedMatchError.Code, _: StaticString) -> SealedMatchError { refusal(code.rawValue) }

    @inline(never)
    private func refusal(_ code: Int32) -> SealedMatchError { SealedMatchError(.init(rawValue: code), "refused") }
#else
    func refusal(_ code: SealedMatchError.Code, _ reason: StaticString) -> SealedMatchError {
        SealedMatchError(code, reason)
    }
#endif
