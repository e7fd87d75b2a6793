package import SealedMatchCrypto
internal import SealedMatchProtocol

/// What was said in a run so far, by whom: whoever carries messages keeps it. Nothing is verified here.
package struct RunMessages: Sendable {
    /// What the run is about.
    package let plan: RunPlan
    /// The record that a recovery begins from.
    package var base: CustodianRecord?
    /// The messages of rounds 1 to 4, those of `SMP1` to `SMP4`.
    private var said: [Int: [PartyIndex: [UInt8]]] = [:]

    /// Nothing yet.
    package init(_ plan: RunPlan, base: CustodianRecord? = nil) {
        self.plan = plan
        self.base = base
    }

    /// The rounds of this run, in order.
    package var rounds: [Int] { plan.kind == .recovery ? [1, 2, 4] : [1, 2, 3] }

    /// Who speaks in a round.
    package func senders(_ round: Int) -> [PartyIndex] { round == 1 ? plan.members : plan.dealers }

    /// Bytes of a message.
    package func encodedCount(_ round: Int, of party: PartyIndex) -> Int {
        switch round {
        case 1: RoundOneMessage.encodedCount(plan, party)
        case 2: RoundTwoMessage.encodedCount(plan)
        case 3: Confirmation.encodedCount(plan)
        default: Handover.encodedCount
        }
    }

    /// What a party said in a round.
    package subscript(round: Int, party: PartyIndex) -> [UInt8]? {
        get { said[round]?[party] }
        set { said[round, default: [:]][party] = newValue }
    }

    /// All messages of a round, in the order of their senders; nil while one is missing.
    package func all(_ round: Int) -> [[UInt8]]? {
        let messages = senders(round).compactMap { said[round]?[$0] }
        return messages.count == senders(round).count ? messages : nil
    }

    /// Who has not spoken in the first round that is not complete; nil if all are.
    package var missing: (round: Int, parties: [PartyIndex])? {
        for round in rounds where all(round) == nil {
            return (round, senders(round).filter { said[round]?[$0] == nil })
        }
        return nil
    }

    /// `plan ‖ base record of a recovery ‖ all messages of round 1 ‖ of round 2 ‖ …`, as far as rounds are complete.
    package var encoded: [UInt8] {
        var out = ByteWriter()
        out.put(plan.encoded)
        if let base { out.put(base.encoded) }
        for round in rounds {
            guard let messages = all(round) else { break }
            for message in messages { out.put(message) }
        }
        return out.bytes
    }

    /// No longer encoding is one.
    package static let maximumCount = 256 << 10

    /// - Throws: `wrongLength` for a round in part; what decoding plan and base throws.
    package init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        plan = try RunPlan(from: &reader)
        if plan.kind == .recovery { base = try CustodianRecord(from: &reader) }
        for round in rounds {
            guard reader.remaining > 0 else { break }
            for party in senders(round) {
                self[round, party] = try reader.take(encodedCount(round, of: party))
            }
        }
        try reader.end()
    }
}
