internal import SealedMatchCrypto
package import SealedMatchCollector
internal import SealedMatchOpenings
internal import SealedMatchProtocol

extension AccountEpoch {
    /// A pseudonym of one byte, repeated.
    package init(_ byte: UInt8, _ epoch: UInt32) {
        self.init(pseudonym: Pseudonym(canonical: Bytes32(repeating: byte)), epoch: epoch)
    }

    /// Whose pseudonym it is: another byte, repeated.
    var account: AccountID { AccountID(canonical: Bytes32(repeating: ~pseudonym.encoded[0])) }

    /// A registration with the commitment of the token of one byte, repeated.
    func registration(_ byte: UInt8) throws(SealedMatchError) -> Registration {
        try registration(byte, of: account)
    }

    /// The same for another account.
    func registration(_ byte: UInt8, of account: AccountID) throws(SealedMatchError) -> Registration {
        Registration(
            account: account, epoch: epoch, pseudonym: pseudonym,
            commitment: try Self.token(byte).commitment(pseudonym: pseudonym, epoch: epoch))
    }

    static func token(_ byte: UInt8) -> ResolutionToken { ResolutionToken(canonical: Bytes32(repeating: byte)) }

    /// A request for the name, with the token of one byte, repeated.
    func request(_ byte: UInt8) -> [UInt8] {
        ResolutionRequest(epoch: epoch, pseudonym: pseudonym, token: Self.token(byte)).encoded
    }
}

extension Bytes32 {
    init(repeating byte: UInt8) {
        self.init()
        for index in 0..<32 { self[index] = byte }
    }
}
