internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// What all members must have been given alike: digests of the messages of a round. (Docs/Protocol.md, 4.15)
enum Transcript {
    /// transcript_1.
    static func first(_ run: Bytes32, _ messages: [RoundOneMessage]) throws(SealedMatchError) -> Bytes32 {
        try digest(run, 1, [], messages.map(\.encoded))
    }

    /// transcript_2.
    static func second(
        _ run: Bytes32, after first: Bytes32, _ messages: [RoundTwoMessage]
    ) throws(SealedMatchError) -> Bytes32 {
        try digest(run, 2, first.bytes, messages.map(\.encoded))
    }

    private static func digest(
        _ run: Bytes32, _ round: UInt8, _ before: [UInt8], _ messages: [[UInt8]]
    ) throws(SealedMatchError) -> Bytes32 {
        var input = KDF(.custodianTranscript, capacity: 65 + messages.reduce(0) { $0 + $1.count })
        input.append(run)
        input.append(round)
        input.append(before)
        for message in messages { input.append(message) }
        return try input.hash()
    }
}
