package import SealedMatchProtocol
package import SealedMatchCrypto

/// The result of a first reveal: what to show, and what opens later matches of the epoch.
package struct RevealedAccount: ~Copyable {
    package let reveal: Reveal
    package let epochKey: EpochKey
    /// Numbers of t openings that fix the polynomials.
    package let basis: [Int64]
}

/// The decision of Docs/Protocol.md, "Reveal": which openings of one account and epoch are matches. Pure computation.
package struct Revealer {
    let pseudonym: Pseudonym
    let epoch: UInt32
    let threshold: Int
    let polynomials: Int
    let commitment: Commitment
    /// Where dense elimination finds nothing, the decoder's own steps are run, too: they find more among errors of low
    /// rank, and take several times as long.
    let isThorough: Bool

    package init(
        pseudonym: Pseudonym, epoch: UInt32, threshold: Int, polynomials: Int, commitment: Commitment,
        isThorough: Bool = false
    ) {
        self.isThorough = isThorough
        self.pseudonym = pseudonym
        self.epoch = epoch
        self.threshold = threshold
        self.polynomials = polynomials
        self.commitment = commitment
    }

    /// Codewords that are taken off before giving up: a bound on the work that forged openings cause.
    static let maximumRounds = 8

    /// Decodes, and accepts only what the registered commitment confirms.
    ///
    /// - Throws: `belowThreshold` for fewer than t usable openings, or matches from fewer than t vouchers;
    ///   `notDecodable` when no set of shares lies on common polynomials (too few matches for the chance openings, or a
    ///   vacuous decoding); `commitmentMismatch` when only foreign polynomials were found.
    package func reveal(_ openings: [KeptOpening]) throws(SealedMatchError) -> RevealedAccount {
        // Reveal, steps 1–2: drop openings of others and of other forms, x = 0, repeated x
        var places: [Int] = []
        var shares: [Share] = []
        for (place, kept) in openings.enumerated() where !kept.quarantined && belongs(kept.opening) {
            guard let share = try kept.opening.share() else { continue }
            places.append(place)
            shares.append(share)
        }
        let distinct = ShareDecoder(threshold: threshold, polynomials: polynomials).distinct(shares)
        places = distinct.map { places[$0] }
        shares = distinct.map { shares[$0] }
        let usable = shares.count
        var foundForeign = false
        for _ in 0..<Self.maximumRounds {
            guard shares.count >= threshold else { break }
            // Reveal, step 3: with exactly t shares left the polynomial check is vacuous, and the commitment alone
            // decides
            guard let codeword = decode(shares) else { break }
            let key = try EpochKey(secrets: codeword.secrets, pseudonym: pseudonym, epoch: epoch)
            // Reveal, step 4: K_e counts only if its token's commitment is the registered one
            if try key.commitment(pseudonym: pseudonym, epoch: epoch) == commitment {
                let basis = codeword.members.prefix(threshold).map { openings[places[$0]].number }
                let reveal = try matches(openings, under: key, basis: basis)
                return RevealedAccount(reveal: reveal, epochKey: key, basis: basis)
            }
            // Reveal, step 5: a foreign codeword hides the account's own; take it off and decode the remainder
            guard codeword.members.count > threshold else { break }
            foundForeign = true
            let members = Set(codeword.members)
            let rest = shares.indices.filter { !members.contains($0) }
            places = rest.map { places[$0] }
            shares = rest.map { shares[$0] }
        }
        if foundForeign {
            throw SealedMatchError(.commitmentMismatch, "the openings' polynomials are not the registered ones")
        }
        guard usable >= threshold else {
            throw SealedMatchError(.belowThreshold, "fewer openings than the threshold")
        }
        throw SealedMatchError(.notDecodable, "no set of openings lies on common polynomials")
    }

    /// By dense elimination up to some thousand shares, above by the decoder's own steps; up to there by both, if
    /// nothing else helps and somebody asked for it.
    private func decode(_ shares: [Share]) -> ShareDecoder.Codeword? {
        let decoder = ShareDecoder(threshold: threshold, polynomials: polynomials)
        guard shares.count <= DenseDecoder.maximumShares else {
            return decoder.decode(shares, acceptingThreshold: true)
        }
        let found = decoder.decode(
            shares, acceptingThreshold: true,
            by: DenseDecoder(threshold: threshold, polynomials: polynomials).locate)
        return found ?? (isThorough ? decoder.decode(shares, acceptingThreshold: true) : nil)
    }

    /// Reveal, steps 6–7: the matches are the openings whose share lies on the polynomials and whose payload opens
    /// under K_e; they must come from t vouchers.
    ///
    /// An opening that comes after a reveal needs no threshold of its own: the t of step 7 count all matches together.
    /// - Parameter basis: numbers of t openings on the polynomials.
    package func matches(
        _ openings: [KeptOpening], under key: borrowing EpochKey, basis: some Collection<Int64>
    ) throws(SealedMatchError) -> Reveal {
        let numbers = Set(basis)
        var known: [Share] = []
        for kept in openings where numbers.contains(kept.number) {
            if let share = try kept.opening.share() { known.append(share) }
        }
        guard known.count == threshold else {
            throw SealedMatchError(.damagedStore, "a revealed account's openings are damaged")
        }
        let polynomials = SharePolynomials(basis: known)
        var matches: [RevealedMatch] = []
        var seen = Set<SlotlessMatch>()
        var vouchers = Set<VoucherID>()
        var points = Set<UInt32>()
        for kept in openings where belongs(kept.opening) {
            let opening = kept.opening
            // Every opening, also one whose x another one has: the payload's tag tells. What opened by chance fails it,
            // and only what passes costs a share.
            guard let payload = payload(of: opening, under: key), let share = try opening.share(),
                polynomials.contains(share)
            else { continue }
            // Two slots of one voucher that open to the same share are one match.
            let id = opening.header.voucherID
            guard seen.insert(SlotlessMatch(voucherID: id, x: share.x.word)).inserted else { continue }
            vouchers.insert(id)
            points.insert(share.x.word)
            matches.append(
                RevealedMatch(
                    voucherID: id, slot: opening.slot, setRoot: opening.header.setRoot, payload: payload,
                    quarantined: kept.quarantined))
        }
        guard vouchers.count >= threshold, points.count >= threshold else {
            throw SealedMatchError(.belowThreshold, "the matches come from fewer vouchers than the threshold")
        }
        return Reveal(
            pseudonym: pseudonym, epoch: epoch, token: try key.token(pseudonym: pseudonym, epoch: epoch),
            threshold: threshold, matches: matches)
    }

    private struct SlotlessMatch: Hashable {
        let voucherID: VoucherID
        let x: UInt32
    }

    private func belongs(_ opening: Opening) -> Bool {
        opening.header.pseudonym == pseudonym && opening.header.epoch == epoch
            && opening.header.polynomials == polynomials
    }

    private func payload(of opening: Opening, under key: borrowing EpochKey) -> Payload? {
        do throws(SealedMatchError) {
            return try opening.payload(under: key)
        } catch {
            return nil
        }
    }
}
