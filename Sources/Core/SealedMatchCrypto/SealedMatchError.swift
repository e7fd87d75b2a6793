/// The one error type of the library.
///
/// A struct with a code, so that a new case breaks no caller. The codes are stable: the C ABI hands them out unchanged,
/// and the vectors name them. No secret and no payload byte ever enters a description.
public struct SealedMatchError: Error, Equatable, Sendable {
    /// A stable number for each kind of failure. 1xx: the machine; 2xx: encodings; 3xx: set files; 4xx: vouchers and
    /// client state; 5xx: proofs and audits; 6xx: opening and revealing; 7xx: lists and files.
    public struct Code: RawRepresentable, Equatable, Hashable, Sendable {
        public let rawValue: Int32
        public init(rawValue: Int32) { self.rawValue = rawValue }

        public static let sodiumUnavailable = Code(rawValue: 101)
        public static let randomSourceFailed = Code(rawValue: 102)
        public static let outOfMemory = Code(rawValue: 103)
        public static let primitiveFailed = Code(rawValue: 104)
        public static let fileFailed = Code(rawValue: 105)
        public static let interrupted = Code(rawValue: 106)
        public static let notPrivate = Code(rawValue: 107)

        public static let wrongLength = Code(rawValue: 201)
        public static let invalidPoint = Code(rawValue: 202)
        public static let identityPoint = Code(rawValue: 203)
        public static let invalidScalar = Code(rawValue: 204)
        public static let invalidMagic = Code(rawValue: 206)
        public static let nonCanonical = Code(rawValue: 207)
        public static let parameterOutOfRange = Code(rawValue: 208)
        public static let authenticationFailed = Code(rawValue: 209)

        public static let belowFloor = Code(rawValue: 301)
        public static let tooFewSignatures = Code(rawValue: 302)
        public static let invalidSignature = Code(rawValue: 303)
        public static let rootMismatch = Code(rawValue: 304)
        public static let setExpired = Code(rawValue: 305)
        public static let setRolledBack = Code(rawValue: 306)
        public static let unknownProfile = Code(rawValue: 307)
        public static let tooManyEntries = Code(rawValue: 308)
        public static let peelingFailed = Code(rawValue: 309)
        public static let setNotYetIssued = Code(rawValue: 310)
        public static let supportNotConfirmed = Code(rawValue: 311)

        public static let epochInPast = Code(rawValue: 401)
        public static let epochTooFar = Code(rawValue: 402)
        public static let payloadTooLong = Code(rawValue: 403)
        public static let setMismatch = Code(rawValue: 404)
        public static let storeFull = Code(rawValue: 405)
        public static let notRegistered = Code(rawValue: 406)
        public static let commitmentConflict = Code(rawValue: 407)
        public static let voucherConflict = Code(rawValue: 408)
        public static let unknownSet = Code(rawValue: 409)
        public static let quotaExceeded = Code(rawValue: 410)
        public static let stateMissing = Code(rawValue: 411)

        public static let proofRejected = Code(rawValue: 501)
        public static let notAudited = Code(rawValue: 502)

        public static let belowThreshold = Code(rawValue: 601)
        public static let notDecodable = Code(rawValue: 602)
        public static let commitmentMismatch = Code(rawValue: 603)

    }

    public let code: Code
    /// What went wrong, for a person. Static text only: it cannot carry a secret.
    public let reason: StaticString

    public init(_ code: Code, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    public static func == (a: SealedMatchError, b: SealedMatchError) -> Bool { a.code == b.code }
}
