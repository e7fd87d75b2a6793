/// The one error type of the library.
///
/// A struct with a code, so that a new case breaks no caller. The codes are stable: the C ABI hands them out unchanged,
/// and the vectors name them. No secret and no payload byte ever enters a description.
public struct SealedMatchError: Error, Equatable, Sendable {
    /// A stable number for each kind of failure. 1xx: the machine; 2xx: encodings; 3xx: set files; 4xx: vouchers and
    /// client state; 5xx: proofs and audits; 6xx: opening and revealing; 7xx: lists and files.
    public struct Code: RawRepresentable, Equatable, Hashable, Sendable {
        /// The number, the same in every language (Docs/Protocol.md, section 6).
        public let rawValue: Int32
        /// A code that only a newer release may know.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// Libsodium could not be initialised.
        public static let sodiumUnavailable = Code(rawValue: 101)
        /// The kernel gave no random bytes.
        public static let randomSourceFailed = Code(rawValue: 102)
        /// Out of memory.
        public static let outOfMemory = Code(rawValue: 103)
        /// A cryptographic operation failed.
        public static let primitiveFailed = Code(rawValue: 104)
        /// A file or directory cannot be read, written or locked.
        public static let fileFailed = Code(rawValue: 105)
        /// Interrupted.
        public static let interrupted = Code(rawValue: 106)
        /// Other users may read or write where a secret is kept.
        public static let notPrivate = Code(rawValue: 107)

        /// Wrong length.
        public static let wrongLength = Code(rawValue: 201)
        /// Not the encoding of a group element.
        public static let invalidPoint = Code(rawValue: 202)
        /// The identity where it is forbidden.
        public static let identityPoint = Code(rawValue: 203)
        /// Not the encoding of a scalar, or zero.
        public static let invalidScalar = Code(rawValue: 204)
        /// Not this kind of data, or not this version of it.
        public static let invalidMagic = Code(rawValue: 206)
        /// Not the one encoding that the format allows.
        public static let nonCanonical = Code(rawValue: 207)
        /// A parameter is out of range.
        public static let parameterOutOfRange = Code(rawValue: 208)
        /// Authentication failed.
        public static let authenticationFailed = Code(rawValue: 209)

        /// A parameter of the set is below the floor that this messenger pins.
        public static let belowFloor = Code(rawValue: 301)
        /// Too few of the pinned sources have signed the set.
        public static let tooFewSignatures = Code(rawValue: 302)
        /// A signature of the set does not verify.
        public static let invalidSignature = Code(rawValue: 303)
        /// The table is not the one that was signed.
        public static let rootMismatch = Code(rawValue: 304)
        /// The set has expired.
        public static let setExpired = Code(rawValue: 305)
        /// The set is older than one that was used before.
        public static let setRolledBack = Code(rawValue: 306)
        /// The set's fingerprint profile is not valid, or not the one that is pinned here.
        public static let unknownProfile = Code(rawValue: 307)
        /// Too many entries.
        public static let tooManyEntries = Code(rawValue: 308)
        /// The table cannot be built from these seeds.
        public static let peelingFailed = Code(rawValue: 309)
        /// The set is dated more than a day ahead of the clock.
        public static let setNotYetIssued = Code(rawValue: 310)
        /// Fewer sources than pinned are confirmed to list each entry.
        public static let supportNotConfirmed = Code(rawValue: 311)
        /// The set is for tests.
        public static let testSet = Code(rawValue: 312)
        /// A log policy is pinned, and the set came without a proof.
        public static let proofMissing = Code(rawValue: 313)
        /// The proof is of another set.
        public static let proofOfOtherSet = Code(rawValue: 314)
        /// The proof's checkpoint is of another log than those that are pinned, or not signed by it.
        public static let unknownLog = Code(rawValue: 315)
        /// A signature of a pinned log or witness does not verify.
        public static let invalidLogSignature = Code(rawValue: 316)
        /// Fewer of the pinned witnesses have cosigned the checkpoint than the pinned quorum asks for.
        public static let tooFewCosignatures = Code(rawValue: 317)
        /// Enough witnesses have cosigned the checkpoint, but too long ago, or by a clock that is ahead.
        public static let proofTooOld = Code(rawValue: 318)
        /// An inclusion path does not lead to the log's root, or two of its trees do not agree.
        public static let inconsistentLog = Code(rawValue: 319)
        /// A note, checkpoint, proof, policy, tile or entry of a log is not well-formed.
        public static let malformedLog = Code(rawValue: 320)

        /// The epoch is over.
        public static let epochInPast = Code(rawValue: 401)
        /// The clock is too far ahead.
        public static let epochTooFar = Code(rawValue: 402)
        /// The note is too long for the set's payload.
        public static let payloadTooLong = Code(rawValue: 403)
        /// The set's parameters may change at an epoch's start only.
        public static let setMismatch = Code(rawValue: 404)
        /// Too many items in one epoch, or too many vouchers waiting.
        public static let storeFull = Code(rawValue: 405)
        /// The epoch is not registered.
        public static let notRegistered = Code(rawValue: 406)
        /// Another commitment is registered for the epoch.
        public static let commitmentConflict = Code(rawValue: 407)
        /// Another voucher has this ID.
        public static let voucherConflict = Code(rawValue: 408)
        /// The set is not known here.
        public static let unknownSet = Code(rawValue: 409)
        /// A quota is used up.
        public static let quotaExceeded = Code(rawValue: 410)
        /// The client's state is gone, while other files say that it was there.
        public static let stateMissing = Code(rawValue: 411)

        /// A proof does not verify.
        public static let proofRejected = Code(rawValue: 501)
        /// A set is signed only after an audit that found nothing.
        public static let notAudited = Code(rawValue: 502)

        /// Fewer matches than the threshold.
        public static let belowThreshold = Code(rawValue: 601)
        /// The shares cannot be decoded.
        public static let notDecodable = Code(rawValue: 602)
        /// The key is not the one that was registered.
        public static let commitmentMismatch = Code(rawValue: 603)

    }

    /// What kind of failure it is.
    public let code: Code
    #if hasFeature(Embedded)
        /// The library that messengers ship keeps the code alone, as every throw would carry the rest: its callers see
        /// the code, and the code's text.
        public var systemError: Int32 { 0 }

        /// An error; its text is not kept.
        public init(_ code: Code, _: StaticString) { self.code = code }
    #else
        /// The operating system's number of what went wrong (`errno`), where it said so; else 0.
        public let systemError: Int32
        /// What went wrong, for a person. Static text only: it cannot carry a secret.
        public let reason: StaticString

        /// An error with a text for people.
        public init(_ code: Code, _ reason: StaticString) { self.init(code, reason, systemError: 0) }

        package init(_ code: Code, _ reason: StaticString, systemError: Int32) {
            self.code = code
            self.reason = reason
            self.systemError = systemError
        }
    #endif

    /// Errors are equal if and only if their codes are.
    public static func == (a: SealedMatchError, b: SealedMatchError) -> Bool { a.code == b.code }
}

#if !hasFeature(Embedded)
    extension SealedMatchError: CustomStringConvertible {
        /// What went wrong, and the code: "the set has expired; fetch a newer one [error 305]".
        public var description: String {
            let system = systemError == 0 ? "" : ", system error \(systemError)"
            return "\(reason) [error \(code.rawValue)\(system)]"
        }
    }
#endif
