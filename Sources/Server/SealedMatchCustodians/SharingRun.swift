internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// The states of a party in a run: a key generation, a refresh or a recovery. (Docs/Protocol.md, 5.22)
///
/// A state holds secrets in guarded memory, and what the party said. It is on disk before that leaves.
enum SharingRun {
    /// Secrets of one run: the key that others seal to, and of a dealer its polynomial.
    struct Secrets: Sendable {
        let sealing: Held<SealingKey>
        let polynomial: Held<SecretPolynomial>?

        /// Bytes in a state.
        static func encodedCount(_ plan: RunPlan, _ party: PartyIndex) -> Int { 32 + 32 * plan.commitments(of: party) }

        func put(into out: inout SecretWriter) {
            unsafe sealing.secret.withEncoded { raw in unsafe out.put(raw) }
            if let polynomial { unsafe polynomial.secret.withEncoded { raw in unsafe out.put(raw) } }
        }

        /// Newly drawn.
        init(
            _ plan: RunPlan, _ party: PartyIndex, random: inout some RandomSource & ~Copyable
        ) throws(SealedMatchError) {
            let count = plan.commitments(of: party)
            polynomial = count > 0 ? Held(try SecretPolynomial.random(count: count, from: &random)) : nil
            sealing = Held(try SealingKey.random(from: &random))
        }

        init(_ plan: RunPlan, _ party: PartyIndex, from reader: inout SecretReader) throws(SealedMatchError) {
            sealing = Held(try SealingKey(secret: unsafe SecretBytes.copying(reader.take(32))))
            let count = plan.commitments(of: party)
            polynomial =
                count > 0
                ? Held(try SecretPolynomial(encoded: unsafe SecretBytes.copying(reader.take(32 * count)))) : nil
        }
    }

    /// It has drawn its secrets, and said its round 1.
    struct Round1 {
        let plan: RunPlan
        let party: PartyIndex
        let message: [UInt8]
        let secrets: Secrets

        /// (Docs/Protocol.md, "Key generation", steps 1 and 2)
        static func begin(
            _ plan: RunPlan, identity: borrowing SigningKey, random: inout some RandomSource & ~Copyable
        ) throws(SealedMatchError) -> Round1 {
            let party = try plan.index(of: identity.publicKey)
            let secrets = try Secrets(plan, party, random: &random)
            let fresh = plan.kind == .keyGeneration ? try random.bytes32() : Bytes32()
            let message = try RoundOneMessage.make(
                plan, run: plan.name(), from: party, secrets: secrets, key: identity, fresh: fresh)
            return Round1(plan, party, message, secrets)
        }

        private init(_ plan: RunPlan, _ party: PartyIndex, _ message: [UInt8], _ secrets: Secrets) {
            self.plan = plan
            self.party = party
            self.message = message
            self.secrets = secrets
        }

        init(_ plan: RunPlan, from reader: inout SecretReader) throws(SealedMatchError) {
            self.plan = plan
            party = try unsafe reader.party(of: plan)
            secrets = try unsafe Secrets(plan, party, from: &reader)
            message = try unsafe reader.array(RoundOneMessage.encodedCount(plan, party))
        }

        func encoded() throws(SealedMatchError) -> SecretBytes {
            let head = [1] + plan.encoded + [party.number]
            var out = try SecretWriter(
                count: head.count + Secrets.encodedCount(plan, party) + message.count)
            out.put(head)
            secrets.put(into: &out)
            out.put(message)
            return out.finish()
        }

        /// All messages of round 1, checked. (Docs/Protocol.md, "Key generation", step 3)
        func check(_ messages: [[UInt8]]) throws(CustodianError) -> [RoundOneMessage] {
            let checked = try RoundOneMessage.all(messages, plan)
            guard checked.contains(where: { $0.party == party && $0.encoded == message }) else {
                throw CustodianError(nil, .transcriptMismatch, "this party did not say what is said to be its own")
            }
            return checked
        }

        /// Deals: seals a share to each other dealer.
        func deal(
            _ messages: [RoundOneMessage], identity: borrowing SigningKey,
            random: inout some RandomSource & ~Copyable
        ) throws(SealedMatchError) -> Round2 {
            let run = try plan.name()
            let transcript = try Transcript.first(run, messages)
            guard let polynomial = secrets.polynomial else {
                throw SealedMatchError(.sessionConflict, "the party whose share is lost does not deal")
            }
            let said = try RoundTwoMessage.make(
                plan, run: run, from: party, transcript: transcript, polynomial: polynomial.secret,
                messages: messages, key: identity, random: &random)
            return Round2(plan, party, said, messages, secrets)
        }
    }

    /// It has dealt.
    struct Round2 {
        let plan: RunPlan
        let party: PartyIndex
        let message: [UInt8]
        /// All of round 1.
        let messages: [RoundOneMessage]
        let secrets: Secrets

        init(
            _ plan: RunPlan, _ party: PartyIndex, _ message: [UInt8], _ messages: [RoundOneMessage],
            _ secrets: Secrets
        ) {
            self.plan = plan
            self.party = party
            self.message = message
            self.messages = messages
            self.secrets = secrets
        }

        init(_ plan: RunPlan, from reader: inout SecretReader) throws(SealedMatchError) {
            self.plan = plan
            party = try unsafe reader.party(of: plan)
            secrets = try unsafe Secrets(plan, party, from: &reader)
            let run = try plan.name()
            var messages: [RoundOneMessage] = []
            for member in plan.members {
                let bytes = try unsafe reader.array(RoundOneMessage.encodedCount(plan, member))
                messages.append(try RoundOneMessage(bytes, plan, run: run, from: member))
            }
            self.messages = messages
            message = try unsafe reader.array(RoundTwoMessage.encodedCount(plan))
        }

        func encoded() throws(SealedMatchError) -> SecretBytes {
            let head = [2] + plan.encoded + [party.number]
            let said = messages.flatMap(\.encoded)
            var out = try SecretWriter(
                count: head.count + Secrets.encodedCount(plan, party) + said.count + message.count)
            out.put(head)
            secrets.put(into: &out)
            out.put(said)
            out.put(message)
            return out.finish()
        }

        /// All messages of round 2, checked as far as anybody can. (Docs/Protocol.md, "Key generation", step 4)
        func check(_ messages: [[UInt8]]) throws(CustodianError) -> [RoundTwoMessage] {
            let checked = try RoundTwoMessage.all(messages, plan, after: self.messages)
            guard checked.contains(where: { $0.party == party && $0.encoded == message }) else {
                throw CustodianError(nil, .transcriptMismatch, "this party did not say what is said to be its own")
            }
            return checked
        }

        /// The sum of all shares of this run that are this party's.
        /// - Throws: `shareRejected` with the party whose share is wrong.
        func sum(_ dealt: [RoundTwoMessage]) throws(CustodianError) -> Scalar {
            let run = try blaming(nil) { () throws(SealedMatchError) in try plan.name() }
            var sum = try blaming(nil) { () throws(SealedMatchError) in try own() }
            for (message, committed) in zip(dealt, messages.filter { $0.party != plan.lost })
            where message.party != party {
                let share = try blaming(message.party) { () throws(SealedMatchError) in
                    try message.share(
                        for: party, plan, run: run, committed: committed, key: secrets.sealing.secret)
                }
                sum = try blaming(nil) { () throws(SealedMatchError) in try sum.adding(share) }
            }
            return sum
        }

        private func own() throws(SealedMatchError) -> Scalar {
            let (place, factor) = try plan.place(of: party)
            guard let polynomial = secrets.polynomial else {
                throw SealedMatchError(.sessionConflict, "the party whose share is lost does not deal")
            }
            return try polynomial.secret.value(at: place, times: factor)
        }

        /// The key's polynomial after this run.
        /// - Parameter base: of the record that the run begins from; nil for a key generation.
        func polynomial(after base: PublicPolynomial?) throws(SealedMatchError) -> PublicPolynomial {
            let sum = try PublicPolynomial.sum(of: messages.filter { $0.party != plan.lost })
            guard let base else { return sum }
            let changed = try PublicPolynomial(commitments: Array(base.commitments.dropFirst())).adding(sum)
            return PublicPolynomial(commitments: [base.commitments[0]] + changed.commitments)
        }
    }

    /// It has confirmed what the key is, and has its new share.
    struct Round3 {
        let plan: RunPlan
        let party: PartyIndex
        let message: [UInt8]
        let share: Held<Scalar>

        init(_ plan: RunPlan, _ party: PartyIndex, _ message: [UInt8], _ share: Held<Scalar>) {
            self.plan = plan
            self.party = party
            self.message = message
            self.share = share
        }

        init(_ plan: RunPlan, from reader: inout SecretReader) throws(SealedMatchError) {
            self.plan = plan
            party = try unsafe reader.party(of: plan)
            share = Held(try unsafe Scalar(canonical: reader.take(32)))
            message = try unsafe reader.array(Confirmation.encodedCount(plan))
        }

        func encoded() throws(SealedMatchError) -> SecretBytes {
            let head = [3] + plan.encoded + [party.number]
            var out = try SecretWriter(count: head.count + 32 + message.count)
            out.put(head)
            unsafe share.secret.withEncoded { raw in unsafe out.put(raw) }
            out.put(message)
            return out.finish()
        }

        /// The record, of all confirmations. (Docs/Protocol.md, "Key generation", step 5)
        func record(_ confirmations: [[UInt8]]) throws(CustodianError) -> CustodianRecord {
            let run = try blaming(nil) { () throws(SealedMatchError) in try plan.name() }
            let own = try blaming(party) { () throws(SealedMatchError) in
                try Confirmation(message, plan, run: run, from: party)
            }
            guard confirmations.count == plan.count else {
                throw CustodianError(nil, .parameterOutOfRange, "there must be one confirmation of each party")
            }
            var signatures: [Signature] = []
            for (other, bytes) in zip(plan.parties, confirmations) {
                let confirmation = try blaming(other) { () throws(SealedMatchError) in
                    try Confirmation(bytes, plan, run: run, from: other)
                }
                guard confirmation.transcript == own.transcript, confirmation.polynomial == own.polynomial else {
                    throw CustodianError(
                        other, .transcriptMismatch, "a party was given other messages than this one")
                }
                signatures.append(confirmation.signature)
            }
            return try blaming(nil) { () throws(SealedMatchError) in
                try CustodianRecord(
                    plan: plan, transcript: own.transcript, polynomial: own.polynomial, signatures: signatures)
            }
        }
    }
}

extension SecretReader {
    /// A party of a plan: a file that somebody damaged may name another one.
    fileprivate mutating func party(of plan: RunPlan) throws(SealedMatchError) -> PartyIndex {
        let party = try PartyIndex(unsafe array(1)[0])
        guard party.number <= plan.count else {
            throw SealedMatchError(.parameterOutOfRange, "a state's party is none of its plan's")
        }
        return party
    }
}
