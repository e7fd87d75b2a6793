package import SealedMatchCrypto

/// Texts that separate the protocol's other uses of a hash or a signature (Docs/Protocol.md, 3, 4.1, 4.5, 4.14 to 4.16
/// and 5.22). A new one is added here, and nowhere else.
package enum Separator {
    /// The message whose element stands in for cells that decode to nothing.
    package static let substitute: StaticString = "SealedMatch/1 substitute"
    /// The tag under which fillers are hashed to the group.
    package static let filler: StaticString = "SealedMatch/1 filler ristretto255-SHA512"
    /// Before the root, in what a source signs.
    package static let setSignature: StaticString = "SealedMatch/1 set signature"
    /// Before the first 104 bytes of a registration, in what the account's identity key signs.
    package static let registration: StaticString = "SealedMatch/1 registration"
    /// Before a release, in what the collector signs.
    package static let release: StaticString = "SealedMatch/1 release"
    /// Before what a custodian says to the others, in what it signs.
    package static let custodianMessage: StaticString = "SealedMatch/1 custodian message"
    /// The tag under which challenges of proofs of possession are hashed to scalars.
    package static let possession: StaticString = "SealedMatch/1 possession ristretto255-SHA512"
    /// How the log's entries begin, each kind's first line.
    package static var setEntry: StaticString { "SealedMatch/1 set" }
    package static var erasureEntry: StaticString { "SealedMatch/1 erasure" }
    package static var statisticsEntry: StaticString { "SealedMatch/1 statistics" }
    package static var revocationEntry: StaticString { "SealedMatch/1 revocation" }
    package static var sourcesEntry: StaticString { "SealedMatch/1 sources" }
}

// Every label of the protocol (Docs/Protocol.md, "Labels"). Adding a use means adding a line here.
extension Label {
    static let setRoot = Label("set root")
    static let setParameters = Label("set parameters")
    static let positions = Label("positions")
    static let transcript = Label("voucher transcript")
    static let slotMask = Label("slot mask")
    static let slotCheck = Label("slot check")
    static let ratchet = Label("epoch ratchet")
    static let pseudonym = Label("pseudonym")
    static let polynomialKey = Label("polynomial key")
    static let distinctnessKey = Label("distinctness key")
    package static let distinctnessTag = Label("distinctness tag")
    static let sharedWords = Label("shared words")
    static let epochKey = Label("epoch key")
    static let resolution = Label("resolution")
    static let commitment = Label("commitment")
    static let proofNonce = Label("proof nonce")
    static let profile = Label("profile")
    package static let entriesDigest = Label("entries digest")
    package static let entrySupport = Label("entry support")
    static let accountName = Label("account name")
    package static let custodianRun = Label("custodian run")
    package static let custodianTranscript = Label("custodian transcript")
    package static let custodianRecord = Label("custodian record")
    package static let possessionNonce = Label("possession nonce")
    package static let evaluationRequest = Label("evaluation request")
    package static let custodianProof = Label("custodian proof")
    package static let custodianNonce = Label("custodian nonce")
    package static let proofCommitment = Label("proof commitment")

    #if !hasFeature(Embedded)
        /// All of them, for the vectors and for the comparison with the specification's table.
        package static let all = [
            setRoot, setParameters, positions, transcript, slotMask, slotCheck, ratchet, pseudonym, polynomialKey,
            distinctnessKey, distinctnessTag, sharedWords, epochKey, resolution, commitment,
            proofNonce, profile, entriesDigest, entrySupport, accountName, custodianRun, custodianTranscript,
            custodianRecord, possessionNonce, evaluationRequest, custodianProof, custodianNonce, proofCommitment,
        ]
    #endif
}
