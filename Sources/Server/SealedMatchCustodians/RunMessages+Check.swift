internal import SealedMatchCrypto
internal import SealedMatchProtocol

// What everybody can see of a run's messages: who carries them says at once whose message is wrong, and takes none that
// is. What is sealed only its receiver sees.
extension RunMessages {
    /// Checks what a party says in a round, before it is taken. The rounds before are complete.
    /// - Parameters:
    ///   - message: `SMP1` to `SMP4`, by the round.
    ///   - party: who said it.
    /// - Throws: what is wrong with it, as the fault of that party: `wrongLength`, `invalidMagic`, `nonCanonical`,
    ///   `parameterOutOfRange`, `invalidSignature`, `invalidPoint`, `identityPoint`, `invalidScalar`, `proofRejected`;
    ///   `transcriptMismatch` for a message of another run or made from other messages, also for another key than these
    ///   make.
    package func check(_ message: [UInt8], round: Int, of party: PartyIndex) throws(CustodianError) {
        let run = try blaming(nil) { () throws(SealedMatchError) in try plan.name() }
        guard round > 1 else {
            return try blaming(party) { () throws(SealedMatchError) in
                _ = try RoundOneMessage(message, plan, run: run, from: party)
            }
        }
        let first = try RoundOneMessage.all(all(1) ?? [], plan)
        let before = try blaming(nil) { () throws(SealedMatchError) in try Transcript.first(run, first) }
        let said: Bytes32
        let expected: Bytes32
        if round == 2 {
            said = try blaming(party) { () throws(SealedMatchError) in
                try RoundTwoMessage(message, plan, run: run, from: party).transcript
            }
            expected = before
        } else {
            let second = try RoundTwoMessage.all(all(2) ?? [], plan, after: first)
            expected = try blaming(nil) { () throws(SealedMatchError) in
                try Transcript.second(run, after: before, second)
            }
            said = try blaming(party) { () throws(SealedMatchError) in
                guard round == 3 else { return try Handover(message, plan, run: run, from: party).transcript }
                let confirmation = try Confirmation(message, plan, run: run, from: party)
                // Of a refresh the base is not at hand: there the parties compare.
                if plan.kind == .keyGeneration, try confirmation.polynomial != PublicPolynomial.sum(of: first) {
                    throw SealedMatchError(.transcriptMismatch, "a party confirms another key than was made")
                }
                return confirmation.transcript
            }
        }
        guard said == expected else {
            throw CustodianError(party, .transcriptMismatch, "a party's message is made from other messages")
        }
    }

    /// The record that this run has made, of all confirmations; of a recovery, the one that it began from.
    /// - Throws: what is wrong with a message, with its party; `transcriptMismatch` where two parties confirm different
    ///   keys; `parameterOutOfRange` while a message is missing.
    package func record() throws(CustodianError) -> CustodianRecord {
        if let made {
            try made.verify()
            return made
        }
        if plan.kind == .recovery {
            guard let base else { throw CustodianError(nil, .parameterOutOfRange, "a recovery has a base") }
            return base
        }
        guard let said = all(3) else { throw CustodianError(nil, .parameterOutOfRange, "a confirmation is missing") }
        let run = try blaming(nil) { () throws(SealedMatchError) in try plan.name() }
        var confirmations: [Confirmation] = []
        for (party, message) in zip(plan.parties, said) {
            try check(message, round: 3, of: party)
            confirmations.append(
                try blaming(party) { () throws(SealedMatchError) in
                    try Confirmation(message, plan, run: run, from: party)
                })
        }
        let polynomial = confirmations[0].polynomial
        guard confirmations.allSatisfy({ $0.polynomial == polynomial }) else {
            throw CustodianError(nil, .transcriptMismatch, "the parties confirm different keys")
        }
        return try blaming(nil) { () throws(SealedMatchError) in
            try CustodianRecord(
                plan: plan, transcript: confirmations[0].transcript, polynomial: polynomial,
                signatures: confirmations.map(\.signature))
        }
    }
}

extension PublicPolynomial {
    /// That of a key generation, or what a refresh adds.
    static func sum(of messages: [RoundOneMessage]) throws(SealedMatchError) -> PublicPolynomial {
        var sum = messages[0].polynomial
        for message in messages.dropFirst() { sum = try sum.adding(message.polynomial) }
        return sum
    }
}
