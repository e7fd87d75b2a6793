internal import SealedMatchAuthority
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchOpenings
internal import SealedMatchProtocol

// What the authority does, and what a test asks of it.
extension TestWorld {
    private func opener() -> VoucherOpener<LocalEvaluator> {
        VoucherOpener(authorityHasKeys ? sets.map(\.matching) : [])
    }

    /// Slots of a voucher that open by chance.
    func chanceOpenings(
        of voucher: SealedVoucher, _ account: TestAccount.State, _ parameters: Parameters
    ) throws -> Int {
        let opened = try VoucherOpener(sets.map(\.matching)).openSerially([voucher][...])
        guard let epoch = try account.epoch(voucher.header.epoch, parameters) else { return 0 }
        return try opened.reduce(0) { try $0 + $1.openings.count { try !isMatch($0, epoch) } }
    }

    private func isMatch(_ opening: Opening, _ epoch: TestAccount.Epoch) throws -> Bool {
        do throws(SealedMatchError) {
            _ = try opening.payload(under: epoch.key)
            return true
        } catch {
            guard error.code == .authenticationFailed else { throw error }
            return false
        }
    }

    /// The authority opens what has arrived, and decides every account that is due, as in production.
    public func process() throws {
        for holding in collector.memory.holdings {
            let registration = holding.registration
            pseudonyms[AccountEpochKey(account: registration.account, epoch: registration.epoch)] =
                registration.pseudonym
        }
        let opener = opener()
        _ = try OpeningService(source: collector.memory, store: openings, opener: opener).openPending()
        let decided = try RevealService(source: collector.memory, store: openings).revealReady()
        for decision in decided.decisions { verdicts[decision.name] = decision.result }
    }

    /// The names of the items that are revealed of an account; none while everything is sealed. They have no order: an
    /// outbox shuffles what leaves.
    /// - Parameter epoch: the running one, unless told.
    /// - Throws: `TestWorldError.unknownAccount`; what the authority's stores throw.
    public func revealed(_ account: String, epoch: UInt32? = nil) throws -> Set<String> {
        Set(try report(account, epoch: epoch).revealed)
    }

    /// What would be revealed of an account now, and why not yet.
    /// - Parameter epoch: the running one, unless told.
    /// - Throws: `TestWorldError.unknownAccount`; what the authority's stores throw.
    public func report(_ account: String, epoch: UInt32? = nil) throws -> AccountReport {
        let account = try knownAccount(account).state
        try process()
        let epoch = try epoch ?? self.epoch()
        let holding = collector.memory.holdings.first {
            $0.registration.account == account.id && $0.registration.epoch == epoch
        }
        // Who was registered stays who was revealed, also when the collector has forgotten the epoch.
        let pseudonym = pseudonyms[AccountEpochKey(account: account.id, epoch: epoch)]
        let name = pseudonym.map { AccountEpoch(pseudonym: $0, epoch: epoch) }
        let state = try name.flatMap { try openings.account($0) }
        let verdict = name.flatMap { verdicts[$0] }.map(self.verdict)
        // The account's client is the world's if it registered the pseudonym.
        let isOurs = pseudonym == nil || account.pseudonym(epoch) == pseudonym
        let counted = try count(state, of: account, isOurs: isOurs, verdict)
        return AccountReport(
            account: account.name, epoch: epoch, waiting: account.devices.reduce(0) { $0 + $1.waitingCount },
            inFlight: inFlight.count { $0.account === account }, stored: holding?.vouchers ?? 0,
            openedVouchers: state?.vouchers ?? 0, openings: state?.openings ?? 0, matches: counted?.matches,
            neededMatches: counted?.needed, verdict: resolved(verdict, holding, state, isForgotten: pseudonym != nil))
    }

    /// Matches by Docs/Protocol.md, "Reveal", steps 2 and 6: slots of one voucher that open to one share are one match,
    /// and of equal x one counts. How many it takes: t + ⌈e/k⌉, e the other values of x. Of several forms or profiles
    /// (t, k and the profile are fixed in an epoch, so that is a conflict) the one that is nearest to a reveal.
    private func count(
        _ state: AccountState?, of account: TestAccount.State, isOurs: Bool, _ verdict: AccountReport.Verdict?
    ) throws -> (matches: Int, needed: Int)? {
        guard let state, !state.forms.isEmpty else {
            return isOurs ? (0, set.header.parameters.threshold) : nil
        }
        var nearest: (matches: Int, needed: Int)?
        for form in state.forms.map(\.form) {
            var points: Set<UInt32> = []
            let keys = account.epochs(state.name.epoch, form)
            var matching = [Set<SharePoint>](repeating: [], count: keys.count)
            for kept in try openings.openings(of: state.name, form).openings where !kept.quarantined {
                guard let x = try kept.opening.share()?.x.word else { continue }
                points.insert(x)
                guard isOurs else { continue }
                for (place, key) in keys.enumerated() where try isMatch(kept.opening, key) {
                    matching[place].insert(SharePoint(voucher: kept.opening.header.voucherID, x: x))
                }
            }
            let matches: Int
            if isOurs {
                matches = matching.map(\.count).max() ?? 0
            } else if case .revealed(let items) = verdict {
                matches = items.count
            } else {
                return nil
            }
            let others = max(0, points.count - matches)
            let needed = form.threshold + (others + form.polynomials - 1) / form.polynomials
            if let known = nearest, known.needed - known.matches <= needed - matches { continue }
            nearest = (matches, needed)
        }
        return nearest
    }

    private struct SharePoint: Hashable {
        let voucher: VoucherID
        let x: UInt32
    }

    /// The verdict, or why there is none.
    private func resolved(
        _ verdict: AccountReport.Verdict?, _ holding: MemoryCollector.Holding?, _ state: AccountState?,
        isForgotten: Bool
    ) -> AccountReport.Verdict {
        if case .revealed = verdict { return verdict ?? .sealed(.other) }
        guard let holding else { return verdict ?? .sealed(isForgotten ? .nothingArrived : .notRegistered) }
        guard holding.vouchers > 0 else { return .sealed(.nothingArrived) }
        if !authorityHasKeys { return .sealed(.keyMissing) }
        return verdict ?? .sealed(.belowThreshold)
    }

    private func verdict(_ result: Result<RevealResult, SealedMatchError>) -> AccountReport.Verdict {
        switch result {
        case .success(let revealed):
            return .revealed(
                revealed.reveal.matches.map {
                    RevealedItem(
                        name: sealedNames[$0.voucherID] ?? name(of: $0.payload), voucherID: $0.voucherID,
                        payload: $0.payload)
                })
        case .failure(let error):
            switch error.code {
            case .belowThreshold: return .sealed(.belowThreshold)
            case .notDecodable: return .sealed(.notDecodable)
            case .commitmentMismatch: return .sealed(.commitmentMismatch)
            case .notRegistered: return .sealed(.notRegistered)
            default: return .sealed(.other)
            }
        }
    }

    /// For a client that the world does not run: an item that shows the same, the note as text, or the fingerprint.
    private func name(of payload: Payload) -> String {
        if let name = names[ShownFingerprint(payload)] { return name }
        if let text = String(validating: payload.note, as: UTF8.self), !text.isEmpty { return text }
        return Hexadecimal.text(payload.fingerprint.bytes)
    }

    /// What the collector knows, by account and epoch.
    public func collectorKnowledge() -> [CollectorKnowledge] {
        collector.memory.holdings.map { holding in
            let registration = holding.registration
            return CollectorKnowledge(
                account: accounts.first { $0.id == registration.account }?.name, epoch: registration.epoch,
                pseudonym: registration.pseudonym, vouchers: holding.vouchers, bytes: holding.bytes)
        }.sorted { ($0.account ?? "", $0.epoch) < ($1.account ?? "", $1.epoch) }
    }

    /// By what an observer could tell two items apart that a device seals now: sizes, headers, draws from the random
    /// source, stored bytes, answers. None for two items of one kind that were not sent before, whatever matches.
    /// (Items of different kinds probe different numbers of keys, and a repeat none that is new; so the device's own
    /// state grows differently. It never leaves the device.)
    ///
    /// Nothing changes: both are sealed on copies of the device.
    /// - Throws: `TestWorldError.unknownItem`, `badValue` for another world's device; the errors of `Sealer.seal`.
    public func outsideDifferences(
        between first: String, and second: String, on device: TestDevice
    ) throws -> [OutsideDifference] {
        guard device.account.world === self else {
            throw TestWorldError(.badValue, "the device \"\(device.name)\" is another world's")
        }
        let note = Array("a note".utf8)
        return try device.trace(item(first), note: note).differences(from: device.trace(item(second), note: note))
    }
}
