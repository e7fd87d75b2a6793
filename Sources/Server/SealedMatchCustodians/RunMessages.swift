package import SealedMatchCrypto
internal import SealedMatchProtocol

/// What was said in a run so far, by whom: whoever carries messages keeps it. Or the record that it has made, which
/// stands for all of it. Nothing is verified here.
package struct RunMessages: Sendable {
    /// What the run is about.
    package let plan: RunPlan
    /// The record that a recovery begins from.
    package var base: CustodianRecord?
    /// The record that a key generation or refresh has made, and then nothing else is here.
    package let made: CustodianRecord?
    /// The messages of rounds 1 to 4, those of `SMP1` to `SMP4`.
    private var said: [Int: [PartyIndex: [UInt8]]] = [:]

    /// Nothing yet.
    package init(_ plan: RunPlan, base: CustodianRecord? = nil) {
        self.plan = plan
        self.base = base
        made = nil
    }

    /// All that is needed where a party has confirmed.
    package init(_ record: CustodianRecord) {
        plan = record.plan
        made = record
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
        guard made == nil else { return nil }
        for round in rounds where all(round) == nil {
            return (round, senders(round).filter { said[round]?[$0] == nil })
        }
        return nil
    }

    /// The confirmations of all parties; nil while one is missing.
    func confirmations() throws(SealedMatchError) -> [[UInt8]]? {
        guard let made else { return all(3) }
        return try made.confirmations()
    }

    /// `plan ‖ base record of a recovery ‖ all messages of round 1 ‖ of round 2 ‖ …`, as far as rounds are complete; or
    /// the record that the run has made, alone.
    package var encoded: [UInt8] {
        if let made { return made.encoded }
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
        guard !bytes.starts(with: CustodianRecord.magic) else {
            self.init(try CustodianRecord(canonical: bytes))
            return
        }
        var reader = ByteReader(bytes)
        let plan = try RunPlan(from: &reader)
        self.init(plan, base: plan.kind == .recovery ? try CustodianRecord(from: &reader) : nil)
        for round in rounds {
            guard reader.remaining > 0 else { break }
            for party in senders(round) {
                self[round, party] = try reader.take(encodedCount(round, of: party))
            }
        }
        try reader.end()
    }
}
