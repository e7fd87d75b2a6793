internal import SealedMatchCrypto

/// The names of the library's errors. (Docs/Protocol.md, section 6; a test compares them with the registry)
enum ErrorName {
    /// By code.
    static let all: [Int32: String] = [
        1: "badDimensions", 2: "tooManyPixels", 3: "rowTooShort", 4: "bufferTooShort", 5: "badHexadecimal",
        6: "badHashLength", 7: "badProfile", 101: "sodiumUnavailable", 102: "randomSourceFailed", 103: "outOfMemory",
        104: "primitiveFailed", 105: "fileFailed", 106: "interrupted", 107: "notPrivate", 201: "wrongLength",
        202: "invalidPoint", 203: "identityPoint", 204: "invalidScalar", 206: "invalidMagic", 207: "nonCanonical",
        208: "parameterOutOfRange", 209: "authenticationFailed", 301: "belowFloor", 302: "tooFewSignatures",
        303: "invalidSignature", 304: "rootMismatch", 305: "setExpired", 306: "setRolledBack", 307: "unknownProfile",
        308: "tooManyEntries", 309: "peelingFailed", 310: "setNotYetIssued", 311: "supportNotConfirmed", 312: "testSet",
        313: "proofMissing", 314: "proofOfOtherSet", 315: "unknownLog", 316: "invalidLogSignature",
        317: "tooFewCosignatures", 318: "proofTooOld", 319: "inconsistentLog", 320: "malformedLog", 401: "epochInPast",
        402: "epochTooFar", 403: "payloadTooLong", 404: "setMismatch", 405: "storeFull", 406: "notRegistered",
        407: "commitmentConflict", 408: "voucherConflict", 409: "unknownSet", 410: "quotaExceeded", 411: "stateMissing",
        501: "proofRejected", 502: "notAudited", 601: "belowThreshold", 602: "notDecodable", 603: "commitmentMismatch",
        611: "shareRejected", 612: "transcriptMismatch", 613: "tooFewCustodians", 614: "sessionConflict",
        615: "keyErased", 616: "custodianStopped", 617: "damagedJournal", 618: "rateExceeded",
        621: "roleRefused", 622: "stepRefused", 623: "policyRefused", 624: "alreadyReviewed",
        625: "unknownCase", 626: "brokenChain",
        703: "damagedStore", 704: "lostVouchers", 705: "pseudonymConflict", 706: "tokenMismatch",
        801: "badArgument", 802: "badHandle", 803: "bufferTooSmall", 804: "tooManyHandles", 805: "wrongABI",
    ]

    /// The name of a code; "error N" for one that this release does not know.
    static func of(_ code: SealedMatchError.Code) -> String { all[code.rawValue] ?? "error \(code.rawValue)" }

    /// The code of a name.
    static func code(_ name: String) -> SealedMatchError.Code? {
        all.first { $0.value == name }.map { SealedMatchError.Code(rawValue: $0.key) }
    }
}
