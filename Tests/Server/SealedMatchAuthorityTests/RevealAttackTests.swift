import SealedMatchAuthority
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

/// What hostile clients and other accounts put among the openings.
@Suite struct RevealAttackTests {
    let alice = pseudonym(1)

    private func matches(
        _ owner: borrowing Owner, _ count: Int, for victim: Pseudonym? = nil, _ random: inout SeededRandom
    ) throws -> [Opening] {
        var openings: [Opening] = []
        for _ in 0..<count { openings.append(try owner.match(for: victim, &random)) }
        return openings
    }

    /// Vouchers under another's name, with polynomials of the framer's own: the registered commitment refuses them.
    @Test func framingRevealsNothing() throws {
        var random = SeededRandom(41)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let framer = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let forged = try matches(framer, 12, &random)
        #expect(try owner.revealer.outcome(forged).code == .commitmentMismatch)
        #expect(try owner.revealer.outcome(Array(forged.prefix(5))).code == .notDecodable)
        // A few real matches of the owner do not help the framer, and are not revealed either.
        let few = try matches(owner, 4, &random)
        #expect(try owner.revealer.outcome(forged + few).code == .commitmentMismatch)
        // The owner's own matches above the threshold are, whichever codeword is the larger, and only they are.
        for count in [6, 9, 16, 30] {
            let own = try matches(owner, count, &random)
            let revealed = try owner.revealer.outcome((forged + own).shuffled(using: &random)).get()
            #expect(Set(revealed.map(\.voucherID)) == Set(own.map(\.header.voucherID)), "\(count)")
        }
    }

    @Test func aSecondAndAThirdCodewordHideNothing() throws {
        var random = SeededRandom(42)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let second = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let third = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let own = try matches(owner, 8, &random)
        var decoys: [Opening] = []
        for _ in 0..<6 { decoys.append(try owner.decoy(&random)) }
        let all = try own + matches(second, 60, &random) + matches(third, 25, &random) + decoys
        let revealed = try owner.revealer.outcome(all.shuffled(using: &random)).get()
        #expect(Set(revealed.map(\.voucherID)) == Set(own.map(\.header.voucherID)))
    }

    /// Equal numbers of shares from two secrets have a two-dimensional solution: a failure, never a mixture; one more
    /// match decides.
    @Test func twoSecretsWithEqualSharesAreNotMixed() throws {
        var random = SeededRandom(43)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let other = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        for count in [5, 6, 11] {
            let own = try matches(owner, count, &random)
            let foreign = try matches(other, count, &random)
            #expect(try owner.revealer.outcome((own + foreign).shuffled(using: &random)).code == .notDecodable)
            let more = try own + matches(owner, 1, &random)
            let revealed = try owner.revealer.outcome((more + foreign).shuffled(using: &random)).get()
            #expect(Set(revealed.map(\.voucherID)) == Set(more.map(\.header.voucherID)))
        }
    }

    /// Errors of rank one lose the interleaving: the plain Reed–Solomon radius remains, and no wrong set.
    @Test func rankOneErrors() throws {
        var random = SeededRandom(44)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        for (count, errors) in [(5, 3), (9, 4), (9, 12), (20, 15), (20, 16), (40, 35)] {
            let own = try matches(owner, count, &random)
            var forged: [Opening] = []
            for _ in 0..<errors {
                // z = p(x) + c·(1, 1, …)
                let opening = try owner.match(&random)
                let shift = FieldElement(canonical: random.next() >> 1)!
                var words = opening.words
                for index in words.indices.dropFirst() {
                    words[index] = (FieldElement(canonical: words[index])! + shift).word
                }
                forged.append(opening.with(words: words))
            }
            let outcome = try owner.revealer.outcome((own + forged).shuffled(using: &random))
            if errors <= (count - 5) / 2 {
                #expect(Set(try outcome.get().map(\.voucherID)) == Set(own.map(\.header.voucherID)))
            } else if case .success(let revealed) = outcome {
                #expect(Set(revealed.map(\.voucherID)) == Set(own.map(\.header.voucherID)))
            } else {
                #expect(outcome.code == .notDecodable)
            }
        }
    }

    /// Errors made so that the first syndromes vanish, as if there were none: the decoder looks early, is not
    /// convinced, and goes on.
    @Test func errorsThatHideInTheFirstSyndromes() throws {
        var random = SeededRandom(52)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let own = try matches(owner, 9, &random)
        var forged = try matches(owner, 6, &random)
        let points = (own + forged).map { FieldElement(canonical: $0.words[0])! }
        let weights = points.map { x in
            points.reduce(FieldElement.one) { $1 == x ? $0 : $0 * (x - $1) }.inverse
        }
        for j in 1...8 {
            // Errors with Σ w_i·e_i = Σ w_i·e_i·x_i = 0 over the six forged: four are free.
            var scaled = (0..<6).map { _ in FieldElement(canonical: random.next() >> 1)! }
            let x = Array(points[9...])
            var sum = FieldElement.zero
            var moment = FieldElement.zero
            for i in 2..<6 {
                sum = sum + scaled[i]
                moment = moment + scaled[i] * x[i]
            }
            scaled[1] = (x[0] * sum - moment) * (x[1] - x[0]).inverse
            scaled[0] = FieldElement.zero - sum - scaled[1]
            for i in 0..<6 {
                var words = forged[i].words
                words[j] = (FieldElement(canonical: words[j])! + scaled[i] * weights[9 + i].inverse).word
                forged[i] = forged[i].with(words: words)
            }
        }
        let outcome = try owner.revealer.outcome((own + forged).shuffled(using: &random))
        if case .success(let revealed) = outcome {
            #expect(Set(revealed.map(\.voucherID)) == Set(own.map(\.header.voucherID)))
        } else {
            #expect(outcome.code == .notDecodable)
        }
        // With enough matches they are found.
        let more = try own + matches(owner, 12, &random)
        #expect(try owner.revealer.outcome(more + forged).get().count == 21)
    }

    @Test func unusableWordsAreDropped() throws {
        var random = SeededRandom(45)
        let owner = try Owner(alice, threshold: 5, polynomials: 4, random: &random)
        let own = try matches(owner, 6, &random)
        let template = try owner.match(&random)
        let forged: [Opening] = [
            template.with(words: [0] + template.words.dropFirst()),
            template.with(words: [FieldElement.modulus] + template.words.dropFirst()),
            template.with(words: [.max] + template.words.dropFirst()),
            template.with(words: template.words.dropLast() + [FieldElement.modulus]),
            template.with(words: template.words.dropLast() + [.max]),
            template.with(words: template.words.dropLast()),
            template.with(words: template.words + [1]),
            template.with(words: []),
        ]
        // Had they counted as decoys, eight of them would be too many for six matches and four polynomials.
        let revealed = try owner.revealer.outcome(forged + own).get()
        #expect(Set(revealed.map(\.voucherID)) == Set(own.map(\.header.voucherID)))
        #expect(try owner.revealer.outcome(forged + own.prefix(4)).code == .belowThreshold)
    }

    @Test func aRepeatedXCountsOnce() throws {
        var random = SeededRandom(46)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        // One share thirty times, each in a voucher of its own: not thirty matches.
        let share = try owner.sharing.freshShare(random: &random)
        var repeated: [Opening] = []
        for _ in 0..<30 { repeated.append(try owner.match(share: share, header: owner.header(&random), &random)) }
        #expect(try owner.revealer.outcome(repeated).code == .belowThreshold)
        #expect(try owner.revealer.outcome(repeated + matches(owner, 3, &random)).code == .belowThreshold)
        // Decoys that were given a match's x, before it: the match is no help in decoding, but is found once the
        // polynomials are.
        let own = try matches(owner, 8, &random)
        var shadows: [Opening] = []
        for index in 0..<2 {
            let decoy = try owner.decoy(&random)
            shadows.append(decoy.with(words: [own[index].words[0]] + decoy.words.dropFirst()))
        }
        let revealed = try owner.revealer.outcome(shadows + own).get()
        #expect(Set(revealed.map(\.voucherID)) == Set(own.map(\.header.voucherID)))
    }

    @Test func slotsOfOneVoucherCountOnce() throws {
        var random = SeededRandom(47)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        // The same body from two slots of one voucher: one match.
        let own = try matches(owner, 6, &random)
        let twice = own.map { Opening(header: $0.header, slot: 9, words: $0.words, inner: $0.inner) }
        #expect(try owner.revealer.outcome(own + twice).get().count == 6)
        #expect(try owner.revealer.outcome(Array(own.prefix(4) + twice.prefix(4))).code == .belowThreshold)
        // Different shares from many slots of one voucher: still one voucher, below the threshold.
        let header = try owner.header(&random)
        var slots: [Opening] = []
        for slot in 0..<12 {
            let opening = try owner.match(share: owner.sharing.freshShare(random: &random), header: header, &random)
            slots.append(Opening(header: header, slot: slot, words: opening.words, inner: opening.inner))
        }
        #expect(try owner.revealer.outcome(slots).code == .belowThreshold)
        #expect(try owner.revealer.outcome(slots + own.prefix(3)).code == .belowThreshold)
        #expect(try owner.revealer.outcome(slots + own.prefix(4)).get().count == 16)
    }

    @Test func exactlyTheThresholdReliesOnTheCommitment() throws {
        var random = SeededRandom(48)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let own = try matches(owner, 5, &random)
        #expect(try owner.revealer.outcome(own).get().count == 5)
        let wrong = Revealer(pseudonym: alice, epoch: 7, threshold: 5, polynomials: 8, commitment: commitment(9))
        #expect(try wrong.outcome(own).code == .notDecodable)
        let mixed = try own.prefix(4) + [owner.decoy(&random)]
        #expect(try owner.revealer.outcome(Array(mixed)).code == .notDecodable)
        // The right openings under another epoch, account or form are others' openings.
        let elsewhere = Revealer(pseudonym: alice, epoch: 8, threshold: 5, polynomials: 8, commitment: owner.commitment)
        #expect(try elsewhere.outcome(own).code == .belowThreshold)
        let other = Revealer(
            pseudonym: pseudonym(2), epoch: 7, threshold: 5, polynomials: 8, commitment: owner.commitment)
        #expect(try other.outcome(own).code == .belowThreshold)
    }

    @Test func forgedPayloadsAreNoMatches() throws {
        var random = SeededRandom(49)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let own = try matches(owner, 6, &random)
        // Shares on the polynomials whose payload does not open, and a payload under K_e whose share is off them.
        var hollow: [Opening] = []
        for opening in try matches(owner, 4, &random) {
            hollow.append(
                Opening(header: opening.header, slot: 1, words: opening.words, inner: random.bytes(opening.inner.count))
            )
        }
        let decoy = try owner.decoy(&random)
        let stray = try owner.match(&random).with(words: decoy.words)
        let revealed = try owner.revealer.outcome(own + hollow + [stray]).get()
        #expect(Set(revealed.map(\.voucherID)) == Set(own.map(\.header.voucherID)))
        #expect(try owner.revealer.outcome(Array(own.prefix(4)) + hollow).code == .belowThreshold)
        // A payload is bound to its voucher's header.
        var moved: [Opening] = []
        for opening in try matches(owner, 6, &random) {
            moved.append(
                Opening(header: try owner.header(&random), slot: 0, words: opening.words, inner: opening.inner))
        }
        #expect(try owner.revealer.outcome(moved).code == .belowThreshold)
    }

    @Test func quarantinedOpeningsDecideNothing() throws {
        var random = SeededRandom(50)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let own = try matches(owner, 8, &random)
        let flagged = own.enumerated().map { KeptOpening(number: Int64($0), opening: $1, quarantined: $0 >= 4) }
        #expect(owner.revealer.outcome(flagged).code == .belowThreshold)
        // Once K_e is known they are shown with their flag.
        let above = own.enumerated().map { KeptOpening(number: Int64($0), opening: $1, quarantined: $0 >= 6) }
        #expect(
            try owner.revealer.outcome(above).get().map(\.quarantined) == [
                false, false, false, false, false, false, true, true,
            ])
    }

    /// Many foreign codewords: the number of decodings is bounded.
    @Test func roundsAreBounded() throws {
        var random = SeededRandom(51)
        let owner = try Owner(alice, threshold: 2, polynomials: 4, random: &random)
        var openings: [Opening] = []
        var size = 3
        for _ in 0..<12 {
            let foreign = try Owner(alice, threshold: 2, polynomials: 4, random: &random)
            openings += try matches(foreign, size, &random)
            size += openings.count
            if size > 1_000 { break }
        }
        #expect([.commitmentMismatch, .notDecodable].contains(try owner.revealer.outcome(openings).code))
    }
}
