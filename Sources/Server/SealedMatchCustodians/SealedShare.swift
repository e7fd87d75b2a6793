internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// A share on its way to one party, sealed to its key of this run: inside, run, sender and receiver, so that it is no
/// use in another place. (Docs/Protocol.md, 4.15)
enum SealedShare {
    private static let plainCount = 66
    /// Bytes of a sealed share.
    static let encodedCount = plainCount + SealingKey.overhead

    static func seal(
        _ share: borrowing Scalar, run: Bytes32, from sender: PartyIndex, to receiver: PartyIndex, key: Bytes32,
        random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> [UInt8] {
        var plain = try SecretBytes.zeros(count: plainCount)
        let head = header(run, sender, receiver)
        unsafe plain.withMutableBytes { out in
            for index in head.indices { unsafe out[index] = head[index] }
            unsafe share.withEncoded {
                unsafe UnsafeMutableRawBufferPointer(rebasing: out[head.count...]).copyMemory(from: $0)
            }
        }
        return try SealingKey.seal(plain, to: key, random: &random)
    }

    /// - Throws: `shareRejected`.
    static func open(
        _ sealed: [UInt8], run: Bytes32, from sender: PartyIndex, to receiver: PartyIndex, key: borrowing SealingKey
    ) throws(SealedMatchError) -> Scalar {
        do throws(SealedMatchError) {
            let plain = try key.open(sealed)
            let head = header(run, sender, receiver)
            return try unsafe plain.withBytes { (plain) throws(SealedMatchError) in
                guard plain.count == plainCount, unsafe Array(plain[0..<head.count]) == head else {
                    throw SealedMatchError(.shareRejected, "a sealed share is for another place")
                }
                return try unsafe Scalar(canonical: UnsafeRawBufferPointer(rebasing: plain[head.count...]))
            }
        } catch {
            switch error.code {
            case .authenticationFailed, .invalidScalar, .wrongLength:
                throw SealedMatchError(.shareRejected, "a sealed share does not open, or is no scalar")
            default: throw error
            }
        }
    }

    private static func header(_ run: Bytes32, _ sender: PartyIndex, _ receiver: PartyIndex) -> [UInt8] {
        run.bytes + [sender.number, receiver.number]
    }
}
