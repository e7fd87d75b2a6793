internal import CSealedMatch
internal import SealedMatchFingerprint
internal import SealedMatchCrypto
internal import SealedMatchProtocol

// Codes of the C interface alone (Docs/Protocol.md, section 6).
extension SealedMatchError.Code {
    static let badArgument = SealedMatchError.Code(rawValue: 801)
    static let badHandle = SealedMatchError.Code(rawValue: 802)
    static let bufferTooSmall = SealedMatchError.Code(rawValue: 803)
    static let tooManyHandles = SealedMatchError.Code(rawValue: 804)
    static let wrongABI = SealedMatchError.Code(rawValue: 805)
}

/// The body of every function: its error becomes a code.
func code(_ body: () throws(SealedMatchError) -> Void) -> Int32 {
    do throws(SealedMatchError) {
        try body()
        return 0
    } catch {
        return error.code.rawValue
    }
}

/// The same for fingerprints, whose codes are 1 to 7.
func fingerprinting<Result>(_ body: () throws(FingerprintError) -> Result) throws(SealedMatchError) -> Result {
    do throws(FingerprintError) {
        return try body()
    } catch {
        throw SealedMatchError(error)
    }
}

@c @implementation
public func sealedmatch_abi_version() -> UInt32 { abiVersion }

@c @implementation
public func sealedmatch_check_abi(_ version: UInt32) -> Int32 {
    code { () throws(SealedMatchError) in
        guard version >> 16 == abiVersion >> 16, version & 0xFFFF <= abiVersion & 0xFFFF else {
            throw SealedMatchError(.wrongABI, "another version of the interface")
        }
    }
}

private let abiVersion = UInt32(SEALEDMATCH_ABI_MAJOR) << 16 | UInt32(SEALEDMATCH_ABI_MINOR)

@c @implementation
public func sealedmatch_memory_is_locked() -> Int32 { SecretBytes.areLocked ? 1 : 0 }

@c @implementation
public func sealedmatch_error_text(_ code: Int32) -> UnsafePointer<CChar>! {
    // A StaticString is constant memory that ends in a zero byte.
    unsafe UnsafeRawPointer(text(of: code).utf8Start).assumingMemoryBound(to: CChar.self)
}

private func text(of code: Int32) -> StaticString {
    switch SealedMatchError.Code(rawValue: code) {
    case .init(rawValue: 0): "no error"
    case .init(rawValue: FingerprintError.badDimensions.code): "a picture's width and height must lie in 1 to 65,535"
    case .init(rawValue: FingerprintError.tooManyPixels.code): "the picture has more than 2^28 pixels"
    case .init(rawValue: FingerprintError.rowTooShort.code): "the bytes per row are fewer than a row of pixels takes"
    case .init(rawValue: FingerprintError.bufferTooShort.code): "the pixel buffer ends before the last pixel"
    case .init(rawValue: FingerprintError.badHexadecimal.code): "a PDQ hash is written as exactly 64 hexadecimal digits"
    case .init(rawValue: FingerprintError.badHashLength.code): "an encoded PDQ hash has exactly 32 bytes"
    case .init(rawValue: FingerprintError.badProfile.code): "the fingerprint profile is out of range"
    case .sodiumUnavailable: "libsodium could not be initialised"
    case .randomSourceFailed: "the kernel gave no random bytes"
    case .outOfMemory: "out of memory"
    case .primitiveFailed: "a cryptographic operation failed"
    case .fileFailed: "a file or directory cannot be read, written or locked"
    case .interrupted: "interrupted"
    case .notPrivate: "a file or directory belongs to another user, or its mode lets others in"
    case .wrongLength: "wrong length"
    case .invalidPoint: "not the encoding of a group element"
    case .identityPoint: "the identity where it is forbidden"
    case .invalidScalar: "not the encoding of a scalar, or zero"
    case .invalidMagic: "not this kind of data, or not this version of it"
    case .nonCanonical: "not the one encoding that the format allows"
    case .parameterOutOfRange: "a parameter is out of range"
    case .authenticationFailed: "authentication failed"
    case .belowFloor: "a parameter of the set is beyond what this messenger pins"
    case .tooFewSignatures: "too few of the pinned sources have signed the set"
    case .invalidSignature: "a signature of the set does not verify"
    case .rootMismatch: "the table is not the one that was signed"
    case .setExpired: "the set has expired"
    case .setRolledBack: "the set is older than one that was used before"
    case .unknownProfile: "the set's fingerprint profile is not valid, or not the one that is pinned here"
    case .tooManyEntries: "too many entries"
    case .peelingFailed: "the table cannot be built from these seeds"
    case .setNotYetIssued: "the set is dated after the clock; is the clock right?"
    case .supportNotConfirmed: "too few of the pinned sources confirm each entry by their signatures"
    case .testSet: "the set is for tests, and this messenger takes none"
    case .proofMissing: "the set came without a proof that it is in the log"
    case .proofOfOtherSet: "the proof is of another set"
    case .unknownLog: "the proof is of a log that this messenger does not pin"
    case .invalidLogSignature: "a signature of a log or a witness does not verify"
    case .tooFewCosignatures: "too few of the pinned witnesses have cosigned the log"
    case .proofTooOld: "the proof's cosignatures are too old, or dated after the clock"
    case .inconsistentLog: "the log is not consistent, or the set is not in it"
    case .malformedLog: "a note, proof, policy or entry of a log is not well-formed"
    case .epochInPast: "the epoch is over"
    case .epochTooFar: "the clock is too far ahead"
    case .payloadTooLong: "the note is too long for the set's payload"
    case .setMismatch: "the set's parameters may change at an epoch's start only"
    case .storeFull: "too many items in one epoch, or too many vouchers waiting"
    case .notRegistered: "the epoch is not registered"
    case .commitmentConflict: "another commitment is registered for the epoch"
    case .voucherConflict: "another voucher has this ID"
    case .unknownSet: "the set is not known here"
    case .quotaExceeded: "a quota is used up"
    case .stateMissing: "the client's state is gone, while other files say that it was there"
    case .proofRejected: "a proof does not verify"
    case .notAudited: "a source signs only what it has audited"
    case .belowThreshold: "fewer matches than the threshold"
    case .notDecodable: "the shares cannot be decoded"
    case .commitmentMismatch: "the key is not the one that was registered"
    case .badArgument: "a null pointer or an argument out of range"
    case .badHandle: "the handle is closed, of another kind, or was never given out"
    case .bufferTooSmall: "the buffer is too small"
    case .tooManyHandles: "too many handles are open"
    case .wrongABI: "the library is not the one that the caller was compiled for"
    default: "unknown error code"
    }
}
