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
        var chances: [Opening] = []
        for _ in 0..<6 { chances.append(try owner.chance(&random)) }
        let all = try own + matches(second, 60, &random) + matches(third, 25, &random) + chances
        let revealed = try owner.revealer.outcome(all.shuffled(using: &random)).get()
        #expect(Set(revealed.map(\.voucherID)) == Set(own.map(\.header.voucherID)))
    }

    /// Equal numbers of shares from two secrets have a two-dimensional solution in 5.8's steps. Never a mixture: with t
    /// of each nothing, with more the owner's own.
    @Test func twoSecretsWithEqualSharesAreNotMixed() throws {
        var random = SeededRandom(43)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let other = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        for count in [5, 6, 11] {
            let own = try matches(owner, count, &random)
            let foreign = try matches(other, count, &random)
            let outcome = try owner.revealer.outcome((own + foreign).shuffled(using: &random))
            if count == 5 {
                #expect(outcome.code == .notDecodable)
            } else {
                #expect(try Set(outcome.get().map(\.voucherID)) == Set(own.map(\.header.voucherID)))
            }
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
                let shift = FieldElement(residueOf: UInt32(truncatingIfNeeded: random.next()))
                var words = try opening.words
                for index in words.indices.dropFirst() {
                    words[index] = (FieldElement(residueOf: words[index]) + shift).word
                }
                forged.append(try opening.with(words: words))
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

    /// Two errors of one direction hide matches from dense elimination, and not from the decoder's own steps, which a
    /// forced try runs, too. (An account could as well send nothing.)
    @Test func aForcedTryFindsWhatLowRankErrorsHide() throws {
        var random = SeededRandom(58)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let own = try matches(owner, 9, &random)
        let direction = (0..<8).map { _ in FieldElement(residueOf: UInt32(truncatingIfNeeded: random.next())) }
        let forged = try (0..<2).map { _ in
            let opening = try owner.match(&random)
            let factor = FieldElement(residueOf: UInt32(truncatingIfNeeded: random.next()))
            var words = try opening.words
            for index in 0..<8 {
                words[index + 1] = (FieldElement(residueOf: words[index + 1]) + factor * direction[index]).word
            }
            return try opening.with(words: words)
        }
        #expect(try owner.revealer.outcome(forged + own).code == .notDecodable)
        let thorough = Revealer(
            pseudonym: alice, epoch: 7, threshold: 5, polynomials: 8, commitment: owner.commitment, isThorough: true)
        let found = try thorough.outcome(forged + own).get()
        #expect(Set(found.map(\.voucherID)) == Set(own.map(\.header.voucherID)))
    }

    /// Errors made so that the first syndromes vanish, as if there were none: the decoder looks early, is not
    /// convinced, and goes on.
    @Test func errorsThatHideInTheFirstSyndromes() throws {
        var random = SeededRandom(52)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        let own = try matches(owner, 9, &random)
        var forged = try matches(owner, 6, &random)
        let points = try (own + forged).map { FieldElement(residueOf: try $0.words[0]) }
        let weights = points.map { x in
            points.reduce(FieldElement.one) { $1 == x ? $0 : $0 * (x - $1) }.inverse
        }
        for j in 1...8 {
            // Errors with Σ w_i·e_i = Σ w_i·e_i·x_i = 0 over the six forged: four are free.
            var scaled = (0..<6).map { _ in FieldElement(residueOf: UInt32(truncatingIfNeeded: random.next())) }
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
                var words = try forged[i].words
                words[j] = (FieldElement(residueOf: words[j]) + scaled[i] * weights[9 + i].inverse).word
                forged[i] = try forged[i].with(words: words)
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

    /// Words are residues: none is refused by its range, or a match's would tell. Only x = 0 is dropped.
    @Test func wordsAreReadAsResidues() throws {
        var random = SeededRandom(45)
        let owner = try Owner(alice, threshold: 5, polynomials: 4, random: &random)
        let q = FieldElement.modulus
        // Every word written the other way: the same shares, and the same matches.
        let own = try matches(owner, 6, &random).map { opening in
            try opening.with(words: opening.words.map { $0 < q ? $0 + q : $0 - q })
        }
        #expect(try own.flatMap { try $0.words }.contains { $0 >= q })
        #expect(try owner.revealer.outcome(own).get().count == 6)
        let template = try owner.match(&random)
        let dropped = try [0, q, 2 * q].map { try template.with(words: [$0] + template.words.dropFirst()) }
        // Had they counted as openings by chance, three times three of them would be too many for six matches and four
        // polynomials.
        let three = dropped + dropped + dropped
        let revealed = try owner.revealer.outcome(three + own).get()
        #expect(Set(revealed.map(\.voucherID)) == Set(own.map(\.header.voucherID)))
        #expect(try owner.revealer.outcome(three + own.prefix(4)).code == .belowThreshold)
        // The greatest word is 1: a share like any other.
        let one = try template.with(words: [.max] + template.words.dropFirst())
        #expect(try one.share()?.x == .one)
        #expect(try owner.revealer.outcome(own + [one]).get().count == 6)
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
        // Chance openings that have a match's x, before it: the match is no help in decoding, but is found once the
        // polynomials are.
        let own = try matches(owner, 8, &random)
        var shadows: [Opening] = []
        for index in 0..<2 {
            let chance = try owner.chance(&random)
            let x = FieldElement(residueOf: try own[index].words[0])
            // Equal as a residue is enough.
            shadows.append(try chance.with(words: [x.word(coin: UInt32(index))] + chance.words.dropFirst()))
        }
        let revealed = try owner.revealer.outcome(shadows + own).get()
        #expect(Set(revealed.map(\.voucherID)) == Set(own.map(\.header.voucherID)))
    }

    @Test func slotsOfOneVoucherCountOnce() throws {
        var random = SeededRandom(47)
        let owner = try Owner(alice, threshold: 5, polynomials: 8, random: &random)
        // The same body from two slots of one voucher: one match.
        let own = try matches(owner, 6, &random)
        let twice = try own.map { try $0.with(slot: 9) }
        #expect(try owner.revealer.outcome(own + twice).get().count == 6)
        #expect(try owner.revealer.outcome(Array(own.prefix(4) + twice.prefix(4))).code == .belowThreshold)
        // Different shares from many slots of one voucher: still one voucher, below the threshold.
        let header = try owner.header(&random)
        var slots: [Opening] = []
        for slot in 0..<12 {
            let opening = try owner.match(share: owner.sharing.freshShare(random: &random), header: header, &random)
            slots.append(try opening.with(slot: slot))
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
        let mixed = try own.prefix(4) + [owner.chance(&random)]
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
            hollow.append(try opening.with(slot: 1, inner: random.bytes(opening.header.innerCount)))
        }
        let stray = try owner.match(&random).with(words: owner.chance(&random).words)
        let revealed = try owner.revealer.outcome(own + hollow + [stray]).get()
        #expect(Set(revealed.map(\.voucherID)) == Set(own.map(\.header.voucherID)))
        #expect(try owner.revealer.outcome(Array(own.prefix(4)) + hollow).code == .belowThreshold)
        // A payload is bound to its voucher's header.
        var moved: [Opening] = []
        for opening in try matches(owner, 6, &random) {
            moved.append(try opening.with(header: owner.header(&random)))
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
