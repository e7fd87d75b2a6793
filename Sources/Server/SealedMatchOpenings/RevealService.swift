public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol

/// A reveal, with what was wrong in the store while it was made.
public struct RevealResult: Equatable, Sendable {
    /// The account's matches.
    public let reveal: Reveal
    /// Rows that were skipped.
    public let damaged: [DamagedRow]
}

/// What became of one account that was due.
public struct RevealDecision: Sendable {
    /// The account and epoch that was decided.
    public let name: AccountEpoch
    /// The reveal, or why there is none: `belowThreshold`, `notDecodable`, `commitmentMismatch`, `commitmentConflict`,
    /// `notRegistered`, `damagedStore`.
    public let result: Result<RevealResult, SealedMatchError>
}

/// What `RevealService.revealReady` decided.
public struct RevealDecisions: Sendable {
    /// One for each account that was due, those with few openings first.
    public let decisions: [RevealDecision]
    /// Rows of accounts that could not be read.
    public let damaged: [DamagedRow]
}

/// Reveals the accounts that are above the threshold. It needs the openings and the registered commitments, and no
/// matching key. (Docs/Protocol.md, "Reveal")
public struct RevealService<Source: CommitmentSource, Store: OpeningStore>: Sendable {
    /// Where commitments were registered.
    public let source: Source
    /// Where openings are kept, and what is revealed.
    public let store: Store

    /// Nothing is read or written yet.
    public init(source: Source, store: Store) {
        self.source = source
        self.store = store
    }

    /// Decides every account that is due: t vouchers have openings of one form, and at least one opening came in since
    /// that form's last try. Lists the revealed ones anew, so that a case file that was not written in time is written
    /// the next time.
    ///
    /// Nothing that saves work delays a reveal: a try is left out exactly if it would look at what the last one looked
    /// at. Accounts with few openings come first, so that one with thousands keeps nobody waiting.
    /// - Parameters:
    ///   - force: look at every account with openings, whatever was tried before.
    ///   - proceed: asked before each account; false ends early.
    /// - Throws: when a store cannot be read; `interrupted`. One account's damage is its own result.
    public func revealReady(
        force: Bool = false, proceed: () -> Bool = { true }
    ) throws(SealedMatchError) -> RevealDecisions {
        let list = try store.accounts()
        var decisions: [RevealDecision] = []
        let due = list.accounts.filter { force || $0.isDue }.enumerated().sorted {
            ($0.element.openings, $0.offset) < ($1.element.openings, $1.offset)
        }
        for (_, state) in due {
            guard proceed() else { throw SealedMatchError(.interrupted, "interrupted; run it again to go on") }
            if let decision = try decide(state, force: force) { decisions.append(decision) }
        }
        return RevealDecisions(decisions: decisions, damaged: list.damaged)
    }

    /// - Returns: nil when nothing came in since the last try.
    /// - Throws: when a store cannot be read; `interrupted`.
    func decide(_ state: AccountState, force: Bool) throws(SealedMatchError) -> RevealDecision? {
        do throws(SealedMatchError) {
            let registered = try source.commitment(of: state.name.pseudonym, epoch: state.name.epoch)
            // One whose epoch has expired at the collector was kept with the first opening.
            let commitment = registered ?? state.commitment
            let result = try reveal(state.name, commitment: commitment, force: force)
            return result.map { RevealDecision(name: state.name, result: .success($0)) }
        } catch {
            guard error.code != .fileFailed, error.code != .interrupted else { throw error }
            return RevealDecision(name: state.name, result: .failure(error))
        }
    }

    /// Reveals one account in an epoch if its matches are above the threshold, and keeps K_e, so that its later matches
    /// of the epoch open directly.
    ///
    /// - Parameters:
    ///   - commitment: the one registered with the collector; `nil` if none is. The first one used is kept: another one
    ///     later is refused.
    ///   - force: decode also what was tried before, and by every algorithm: slower.
    /// - Returns: exactly the openings whose shares lie on the account's polynomials and whose payloads open under K_e;
    ///   `nil` when nothing came in since the last try.
    /// - Throws: `notRegistered`; `belowThreshold` also for an account without openings, of which nothing is kept;
    ///   `commitmentConflict`; `belowThreshold`, `notDecodable`, `commitmentMismatch` as the decoder decides (then
    ///   nothing was revealed); `fileFailed`, `damagedStore`.
    public func reveal(
        _ name: AccountEpoch, commitment: Commitment?, force: Bool = false
    ) throws(SealedMatchError) -> RevealResult? {
        guard let commitment else {
            throw SealedMatchError(.notRegistered, "no commitment is registered for this pseudonym and epoch")
        }
        guard let state = try store.account(name) else {
            throw SealedMatchError(.belowThreshold, "the account has no openings in this epoch")
        }
        try store.settle(commitment, of: name)
        if state.isRevealed, let known = try listRevealed(state, commitment) { return known }
        var failure: SealedMatchError?
        // A key that was kept and is of no use is like none: what it hid is decoded whatever was tried before.
        for count in state.forms where force || state.isRevealed || count.isDue {
            do throws(SealedMatchError) {
                return try decode(name, count.form, commitment, isThorough: force)
            } catch {
                guard let rank = Self.rank(error.code) else { throw error }
                // The most telling verdict stays: a foreign codeword, then too few matches, then too few openings.
                if let earlier = failure, Self.rank(earlier.code) ?? 0 >= rank { continue }
                failure = error
            }
        }
        if let failure { throw failure }
        return nil
    }

    /// How telling a verdict is; nil for an error that is none.
    static func rank(_ code: SealedMatchError.Code) -> Int? {
        switch code {
        case .commitmentMismatch: 2
        case .notDecodable: 1
        case .belowThreshold: 0
        default: nil
        }
    }

    private func revealer(
        _ name: AccountEpoch, _ form: OpeningForm, _ commitment: Commitment, isThorough: Bool = false
    ) -> Revealer {
        Revealer(
            pseudonym: name.pseudonym, epoch: name.epoch, threshold: form.threshold, polynomials: form.polynomials,
            commitment: commitment, isThorough: isThorough)
    }

    /// The matches of an account that was revealed before, under the K_e and the polynomials that are known; `nil` if
    /// what was kept is damaged.
    private func listRevealed(_ state: AccountState, _ commitment: Commitment) throws(SealedMatchError) -> RevealResult?
    {
        guard let bytes = try store.epochKey(of: state.name) else { return nil }
        let key = EpochKey(bytes: bytes)
        // The store may have been edited: K_e is checked again.
        let token = try key.token(pseudonym: state.name.pseudonym, epoch: state.name.epoch)
        guard try token.opens(commitment, pseudonym: state.name.pseudonym, epoch: state.name.epoch) else { return nil }
        for count in state.forms {
            let kept = try store.openings(of: state.name, count.form)
            guard kept.basis.count == count.form.threshold else { continue }
            do throws(SealedMatchError) {
                let reveal = try revealer(state.name, count.form, commitment).matches(
                    kept.openings, under: key, basis: kept.basis)
                return RevealResult(reveal: reveal, damaged: kept.damaged)
            } catch {
                // What fixes the polynomials was damaged: decoded anew.
                guard error.code == .damagedStore || error.code == .belowThreshold else { throw error }
            }
        }
        return nil
    }

    private func decode(
        _ name: AccountEpoch, _ form: OpeningForm, _ commitment: Commitment, isThorough: Bool
    ) throws(SealedMatchError) -> RevealResult {
        let kept = try store.openings(of: name, form)
        do throws(SealedMatchError) {
            let revealed = try revealer(name, form, commitment, isThorough: isThorough).reveal(kept.openings)
            try store.keepReveal(of: name, epochKey: revealed.epochKey.bytes, basis: revealed.basis)
            return RevealResult(reveal: revealed.reveal, damaged: kept.damaged)
        } catch {
            // A verdict stands until another opening comes in; a try that was cut short is simply done again.
            if Self.rank(error.code) != nil { try store.noteTry(of: name, form, openings: kept.counted) }
            throw error
        }
    }
}

extension SealedMatchError {
    /// Whether this is what a reveal found out about an account (Docs/Protocol.md, "Reveal"); else it is a failure of
    /// the machine or of a file, and says nothing about the account.
    package var isVerdict: Bool {
        [.belowThreshold, .notDecodable, .commitmentMismatch, .notRegistered, .commitmentConflict].contains(code)
    }
}
