package import SealedMatchCrypto
internal import SealedMatchProtocol

/// A custodian behind HTTP (`sealedmatchd custodian`). Each call is signed by the coordinator; what comes back is
/// verified by whoever asked. A request that could not be brought over is signed anew, and brought once more on a new
/// connection.
package final class RemoteCustodian: ProvingCustodian {
    /// Which party it leads to.
    package let party: PartyIndex
    private let publicKey: Bytes32
    private let line: CustodianLine

    /// - Parameter party: its place in the record that is asked for.
    package init(_ line: CustodianLine, as party: PartyIndex) {
        self.party = party
        self.line = line
        publicKey = line.publicKey
    }

    /// Brings a request (`SMEQ`) to the custodian, and its answer (`SMEA`) back.
    package func evaluate(_ request: [UInt8]) throws(SealedMatchError) -> [UInt8] {
        try line.call(.evaluate, request)
    }

    package func commit(_ session: ProofSession) throws(SealedMatchError) -> [UInt8] {
        try line.call(.commit, session.encoded)
    }

    package func reveal(_ session: ProofSession, _ commitments: [[UInt8]]) throws(SealedMatchError) -> [UInt8] {
        try line.call(.reveal, session.encoded + commitments.flatMap { $0 })
    }

    package func respond(_ session: ProofSession, _ reveals: [[UInt8]]) throws(SealedMatchError) -> [UInt8] {
        try line.call(.respond, session.encoded + reveals.flatMap { $0 })
    }
}
