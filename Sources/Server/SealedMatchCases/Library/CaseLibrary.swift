public import SealedMatchCrypto
internal import SealedMatchLists
internal import SealedMatchProtocol

/// The rules: who may do what, when, under which policy. An event that these refuse never gets into the chain, and a
/// chain that holds one is none. (Docs/Protocol.md, "Cases")
public struct CaseLibrary: Sendable {
    /// The key that signs events.
    public let key: Bytes32
    /// The policy in force.
    public private(set) var policy: CasePolicy
    /// The role of each person who has one.
    public private(set) var people: [String: CaseRole]

    /// The library that its first event founds.
    /// - Throws: `brokenChain`, for an event that founds none.
    package init(_ event: CaseEvent) throws(SealedMatchError) {
        guard case .founded(let key, let text) = event.step, let policy = try? CasePolicy(Array(text.utf8)) else {
            throw SealedMatchError(.brokenChain, "the first event founds no library")
        }
        self.key = key
        self.policy = policy
        people = [event.by: .lead]
    }

    /// An event of the library itself.
    /// - Throws: `roleRefused`, `stepRefused`, `policyRefused`.
    package mutating func apply(_ event: CaseEvent) throws(SealedMatchError) {
        switch event.step {
        case .appointed(let person, let role):
            try check(event.by, .appoint)
            if let role, !policy.roles.contains(role) {
                throw SealedMatchError(.policyRefused, "the policy has no such role")
            }
            guard role == .lead || people.contains(where: { $0.value == .lead && $0.key != person }) else {
                throw SealedMatchError(.stepRefused, "nobody would be lead any more")
            }
            people[person] = role
        case .governed(let text):
            try check(event.by, .govern)
            guard let policy = try? CasePolicy(Array(text.utf8)) else {
                throw SealedMatchError(.policyRefused, "this is no policy")
            }
            self.policy = policy
        default: throw SealedMatchError(.stepRefused, "this is no event of a library")
        }
    }

    /// An event of a case.
    /// - Parameter document: the case file, of one that is taken in.
    /// - Throws: `roleRefused`, `stepRefused`, `policyRefused`, `alreadyReviewed`; `invalidMagic` for a document that
    ///   is no case file. Then nothing changed.
    package func apply(
        _ event: CaseEvent, _ document: [UInt8], number: UInt64, to old: ReviewedCase?
    ) throws(SealedMatchError) -> ReviewedCase {
        if case .imported = event.step {
            try check(event.by, .takeIn)
            return try takeIn(event, document, into: old ?? ReviewedCase(number: number))
        }
        guard var found = old, found.state != .erased else {
            throw SealedMatchError(.stepRefused, "the case is not there, or was erased")
        }
        found.events += 1
        switch event.step {
        case .assigned(let person):
            try check(event.by, event.by == person ? .takeOn : .assign)
            try found.isOpen()
            guard let role = people[person], role.may(.decide) else {
                throw SealedMatchError(.roleRefused, "this person does not decide on cases")
            }
            found.assignee = person
            found.move(to: .inReview, event)
        case .viewed(let match, let basis):
            try check(event.by, .view)
            try found.isOpen()
            let place = try found.place(of: match)
            if found.matches[place].viewedBy[event.by] == nil {
                found.matches[place].viewedBy[event.by] = event.time
            }
            if let digest = basis?.digest { found.matches[place].shown.insert(digest) }
            found.move(to: .inReview, event)
        case .judged(let match, let category, let standing):
            try check(event.by, .judge)
            try found.isOpen()
            let place = try found.place(of: match)
            guard !found.matches[place].judgements.contains(where: { $0.by == event.by }) else {
                throw SealedMatchError(.alreadyReviewed, "this person has said what this match is")
            }
            found.matches[place].judgements.append(
                CaseJudgement(
                    by: event.by, time: event.time, category: category, standing: standing, why: event.why))
            found.move(to: .inReview, event)
        case .decided(let outcome): try decide(outcome, event, &found)
        case .reported(let kind, let reference):
            try check(event.by, .report)
            guard found.state == .decided || found.state == .reported, found.outcome == .confirmed else {
                throw SealedMatchError(.stepRefused, "only what was confirmed is reported")
            }
            guard policy.reports.contains(kind) else {
                throw SealedMatchError(.policyRefused, "the policy has no such report")
            }
            // The policy in force asks for two; the one under which people decided may not have.
            guard !kind.acts || found.opinions.count(where: { $0.outcome == .confirmed }) >= 2 else {
                throw SealedMatchError(.policyRefused, "removal and blocking need two people who confirmed")
            }
            guard !found.reports.contains(where: { $0.kind == kind && $0.round == found.round }) else {
                throw SealedMatchError(.stepRefused, "such a report was made already")
            }
            found.reports.append(.init(kind: kind, reference: reference, time: event.time, round: found.round))
            found.move(to: .reported, event)
        case .filed(let filing):
            try check(event.by, .report)
            try file(filing, event, &found)
        case .closed:
            try check(event.by, .close)
            guard found.state == .decided || found.state == .reported else {
                throw SealedMatchError(.stepRefused, "only a decided or reported case is closed")
            }
            found.move(to: .closed, event)
        case .reopened:
            try check(event.by, .reopen)
            guard !found.state.isOpen else { throw SealedMatchError(.stepRefused, "the case is open") }
            guard !event.why.isEmpty else {
                throw SealedMatchError(.stepRefused, "a case is opened again for a reason")
            }
            found.beginRound(event)
        case .notified(let notice):
            try check(event.by, .notify)
            try checkNotice(notice, found, at: event.time)
            found.notices.insert(notice)
        case .fedBack:
            try check(event.by, .feedBack)
            guard found.outcome != nil else {
                throw SealedMatchError(.stepRefused, "there is no decision to tell a source of")
            }
        case .erased(let early): try erase(early: early, event, &found)
        case .founded, .appointed, .governed, .imported:
            throw SealedMatchError(.stepRefused, "this is no event of a case")
        }
        return found
    }

    /// Checking a chain, step 5: the event that erased a case, of which nothing else is left.
    package func tombstone(_ event: CaseEvent, number: UInt64) throws(SealedMatchError) -> ReviewedCase {
        guard case .erased = event.step else {
            throw SealedMatchError(.brokenChain, "an event's content is gone, and the case was not erased")
        }
        try check(event.by, .erase)
        var found = ReviewedCase(number: number)
        found.erase(event)
        return found
    }

    /// - Throws: `roleRefused` unless the person's role may do it.
    package func check(_ person: String, _ action: CaseAction) throws(SealedMatchError) {
        guard let role = people[person], role.may(action) else {
            throw SealedMatchError(.roleRefused, "this person's role may not do this")
        }
    }

    private func takeIn(
        _ event: CaseEvent, _ document: [UInt8], into old: ReviewedCase
    ) throws(SealedMatchError) -> ReviewedCase {
        let file = try CaseFile(decoding: document)
        guard let pseudonym = Hexadecimal.bytes(file.pseudonym.utf8).flatMap({ try? Bytes32(exactly: $0) }),
            (1...Int(Int32.max)).contains(file.part)
        else { throw SealedMatchError(.invalidMagic, "the case file names no pseudonym") }
        var roots: [Bytes32] = []
        for root in file.setRoots {
            guard let root = Hexadecimal.bytes(root.utf8).flatMap({ try? Bytes32(exactly: $0) }) else {
                throw SealedMatchError(.invalidMagic, "the case file names no set")
            }
            roots.append(root)
        }
        try checkMode(file.epoch, roots, at: event.time)
        var found = old
        guard found.state != .erased else { throw SealedMatchError(.stepRefused, "the case was erased") }
        if found.parts.isEmpty {
            found.pseudonym = pseudonym
            found.epoch = file.epoch
            found.opened = event.time
            found.changed = event.time
        }
        guard found.pseudonym == pseudonym, found.epoch == file.epoch else {
            throw SealedMatchError(.stepRefused, "the case file is of another case")
        }
        guard file.part > found.parts.last ?? 0 else {
            throw SealedMatchError(.stepRefused, "this part of the case, or a later one, was taken in before")
        }
        let known = Set(found.matches.map { "\($0.match.voucherID) \($0.match.slot)" })
        guard !file.matches.contains(where: { known.contains("\($0.voucherID) \($0.slot)") }) else {
            throw SealedMatchError(.stepRefused, "a match of this part is in an earlier one")
        }
        found.events += 1
        found.parts.append(file.part)
        found.roots = Set(found.roots + roots).sorted(by: <)
        for match in file.matches {
            found.matches.append(
                ReviewedMatch(number: found.matches.count + 1, match: match, viewedBy: [:], shown: [], judgements: []))
            if match.key != nil { found.listed += 1 }
        }
        // New matches: what was decided without them is looked at again.
        if !found.state.isOpen { found.beginRound(event) }
        return found
    }

    /// What each mode forbids of what is taken in.
    private func checkMode(_ epoch: UInt32, _ roots: [Bytes32], at time: UInt64) throws(SealedMatchError) {
        if let order = policy.order {
            let start = UInt64(epoch) * Parameters.secondsPerEpoch
            guard start < order.until, start + Parameters.secondsPerEpoch > order.from else {
                throw SealedMatchError(.policyRefused, "the epoch is outside the time of the order")
            }
            guard order.sets.isEmpty || roots.allSatisfy({ order.sets.contains($0) }) else {
                throw SealedMatchError(.policyRefused, "the order does not name this set")
            }
        }
        if let assessment = policy.assessment, time >= assessment.until {
            throw SealedMatchError(.policyRefused, "the assessment of risk has run out")
        }
    }

    private func decide(
        _ outcome: CaseOutcome, _ event: CaseEvent, _ found: inout ReviewedCase
    ) throws(SealedMatchError) {
        let differ = Set(found.opinions.map(\.outcome)).count > 1
        try check(event.by, .decide)
        try found.isOpen()
        guard !found.opinions.contains(where: { $0.by == event.by }) else {
            throw SealedMatchError(.alreadyReviewed, "this person has given an opinion on this case")
        }
        try check(event.by, differ ? .settle : found.opinions.isEmpty ? .decide : .decideSecond)
        guard !event.why.isEmpty else { throw SealedMatchError(.stepRefused, "an opinion has a reason") }
        if outcome == .confirmed { try checkConfirmation(event.by, found) }
        found.opinions.append(.init(by: event.by, time: event.time, outcome: outcome, why: event.why))
        found.move(to: .inReview, event)
        let agreed = found.opinions.count { $0.outcome == outcome }
        guard agreed >= policy.reviewers[outcome] ?? 2, agreed == found.opinions.count || differ else { return }
        found.outcome = outcome
        found.move(to: .decided, event)
    }

    private func checkConfirmation(_ person: String, _ found: ReviewedCase) throws(SealedMatchError) {
        guard found.listed >= policy.leastListed else {
            throw SealedMatchError(.policyRefused, "fewer matches are on a list than the policy asks for")
        }
        guard found.matches.count(where: { $0.viewedBy[person] != nil }) >= policy.leastViewed else {
            throw SealedMatchError(.policyRefused, "this person has seen fewer matches than the policy asks for")
        }
        let illegal = found.matches.contains { match in
            match.judgements.contains { $0.by == person && $0.standing.isIllegal }
        }
        guard illegal else {
            throw SealedMatchError(.stepRefused, "who confirms a case has judged a match of it to be illegal")
        }
    }

    /// A journal only grows, and one that is lost stays lost.
    private func file(
        _ filing: CaseFiling, _ event: CaseEvent, _ found: inout ReviewedCase
    ) throws(SealedMatchError) {
        guard filing.round <= found.round else {
            throw SealedMatchError(.stepRefused, "the case has no such round yet")
        }
        let place = found.filings.firstIndex { $0.isOfSame(filing) }
        let known = place.map { found.filings[$0].entries } ?? -1
        guard known != 0 else {
            throw SealedMatchError(.stepRefused, "this filing was given up as lost: another round is needed")
        }
        if filing.entries == 0 {
            guard !event.why.isEmpty else {
                throw SealedMatchError(.stepRefused, "a filing is given up as lost for a reason")
            }
        } else {
            guard filing.entries > known else {
                throw SealedMatchError(
                    .stepRefused, "the library knows of more entries of this filing: another copy of it went on")
            }
        }
        if let place { found.filings[place] = filing } else { found.filings.append(filing) }
    }

    private func checkNotice(_ notice: CaseNotice, _ found: ReviewedCase, at time: UInt64) throws(SealedMatchError) {
        guard found.roots.contains(notice.root) else {
            throw SealedMatchError(.stepRefused, "no match of the case is of this set")
        }
        guard !found.notices.contains(notice) else {
            throw SealedMatchError(.stepRefused, "this order was made before")
        }
        switch notice.kind {
        case .notConfirmed:
            guard found.outcome == .notConfirmed else {
                throw SealedMatchError(.stepRefused, "the case is not judged not confirmed")
            }
            guard policy.tellsNotConfirmed else {
                throw SealedMatchError(.policyRefused, "the policy does not tell accounts of this")
            }
        case .revealed:
            guard let days = policy.tellsAfterDays, time >= found.opened + UInt64(days) * 86_400 else {
                throw SealedMatchError(.policyRefused, "the policy's time for this notice has not passed")
            }
        }
    }

    private func erase(early: Bool, _ event: CaseEvent, _ found: inout ReviewedCase) throws(SealedMatchError) {
        try check(event.by, .erase)
        let due = policy.erasable(found.state, found.outcome, changed: found.changed)
        guard early != (event.time >= due) else {
            throw SealedMatchError(
                early ? .stepRefused : .policyRefused,
                early ? "the policy's date has come: this is not early" : "the policy keeps the case longer")
        }
        guard !early || !event.why.isEmpty else {
            throw SealedMatchError(.stepRefused, "a case is erased early for a reason")
        }
        found.erase(event)
    }
}

extension ReviewedCase {
    fileprivate func isOpen() throws(SealedMatchError) {
        guard state.isOpen else { throw SealedMatchError(.stepRefused, "the case is not open") }
    }

    fileprivate func place(of match: Int) throws(SealedMatchError) -> Int {
        guard match >= 1, match <= matches.count else {
            throw SealedMatchError(.stepRefused, "the case has no such match")
        }
        return match - 1
    }

    fileprivate mutating func move(to next: CaseState, _ event: CaseEvent) {
        if state != next { changed = event.time }
        state = next
    }

    /// People look again: opinions and judgements are those of the new round.
    fileprivate mutating func beginRound(_ event: CaseEvent) {
        round += 1
        outcome = nil
        opinions = []
        for place in matches.indices { matches[place].judgements = [] }
        move(to: .inReview, event)
    }

    /// What is left of a case whose content is gone.
    package mutating func erase(_ event: CaseEvent) {
        self = ReviewedCase(number: number)
        state = .erased
        changed = event.time
    }
}
