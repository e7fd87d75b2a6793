internal import SealedMatchCrypto
internal import SealedMatchOpenings
internal import SealedMatchProtocol

extension AccountEpoch {
    /// An account whose name is one byte, repeated.
    init(_ byte: UInt8, _ epoch: UInt32) {
        self.init(account: AccountID(canonical: Bytes32(repeating: byte)), epoch: epoch)
    }

    /// A registration with a commitment of one byte, repeated.
    func registration(_ byte: UInt8) -> Registration {
        Registration(account: account, epoch: epoch, commitment: Commitment(canonical: Bytes32(repeating: byte)))
    }
}

extension Bytes32 {
    init(repeating byte: UInt8) {
        self.init()
        for index in 0..<32 { self[index] = byte }
    }
}
