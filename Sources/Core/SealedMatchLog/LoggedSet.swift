public import SealedMatchCrypto
public import SealedMatchProtocol

/// What a proof that was checked says about a set: everybody can see this, and for ever (Docs/Protocol.md, 5.28).
public struct LoggedSet: Sendable {
    /// The set's place in the log, from 0.
    public let index: UInt64
    /// Entries of the log at the proof's checkpoint.
    public let logSize: UInt64
    /// Who holds α, and what the set is for.
    public let terms: SetTerms

    /// Checks a set's proof against a pinned policy, without a network.
    /// - Parameters:
    ///   - proof: the bytes of the file `.proof`, whose line `extra` holds the entry; nil without one.
    ///   - now: seconds since 1970.
    /// - Throws: `proofMissing`, `malformedLog`, `proofOfOtherSet`, `unknownLog`, `invalidLogSignature`,
    ///   `tooFewCosignatures`, `proofTooOld`, `inconsistentLog`; `primitiveFailed`.
    public init(
        proof: [UInt8]?, of header: SetHeader, root: SetRoot, policy: LogPolicy, now: UInt64
    ) throws(SealedMatchError) {
        // A set's proof, step 1: there is one, and it is well-formed
        guard let proof else {
            throw SealedMatchError(.proofMissing, "this messenger takes a set with a proof that it is in the log")
        }
        let parsed = try LogProof(canonical: proof)
        // A set's proof, step 2: the entry is that of this set
        let terms = try SetTerms(parsed.extra, of: header, root: root)
        // A set's proof, step 3: signatures, quorum and times
        try policy.check(parsed.checkpoint, now: now)
        // A set's proof, step 4: the entry is in the tree
        try parsed.checkInclusion(of: parsed.extra)
        self.terms = terms
        index = parsed.index
        logSize = parsed.checkpoint.size
    }
}
