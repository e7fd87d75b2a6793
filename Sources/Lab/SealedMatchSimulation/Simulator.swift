package import SealedMatchCrypto
package import SealedMatchWorkers
internal import Synchronization

/// Follows accounts through epochs. The same plan and seed give the same counts on every machine, whatever the number
/// of threads.
package struct Simulator: Sendable {
    package let plan: SimulationPlan

    /// Accounts that one thread takes at a time.
    private static let chunk = 500

    package init(plan: SimulationPlan) { self.plan = plan }

    /// - Throws: `interrupted`.
    package func run(_ workers: Workers) throws(SealedMatchError) -> [GroupTally] {
        let counts = plan.groups.indices.map { plan.simulated($0) }
        let total = counts.reduce(0, +)
        let tallies = Mutex(plan.groups.map { _ in GroupTally(settings: plan.settings.count) })
        let chances = plan.settings.map(\.chances)
        try workers.forEachChunk("accounts", count: total, chunk: Self.chunk) {
            (range) throws(SealedMatchError) in
            var first = 0
            for (index, count) in counts.enumerated() {
                let own = range.clamped(to: first..<(first + count))
                defer { first += count }
                guard !own.isEmpty else { continue }
                var tally = GroupTally(settings: plan.settings.count)
                for account in own { add(account - first, of: index, chances, to: &tally) }
                tallies.withLock { $0[index].add(tally) }
            }
        }
        return tallies.withLock { $0 }
    }

    private func add(_ account: Int, of index: Int, _ chances: [[Double]], to tally: inout GroupTally) {
        let volumes = GroupVolumes(plan.groups[index], seed: plan.seed, group: index, account: account)
        var revealed = [Int](repeating: 0, count: plan.settings.count)
        for epoch in 0..<plan.epochs {
            let sequence = volumes.sequence(epoch)
            tally.volumes[sequence.media, default: 0] += 1
            tally.matches += sequence.matches
            let isInnocent = sequence.knownItems == 0
            tally.innocentEpochs += isInnocent ? 1 : 0
            let outcomes = outcomes(sequence, chances) { setting in
                SimulationRandom(plan.seed, 3, index, account, epoch, setting)
            }
            for (setting, outcome) in outcomes.enumerated() {
                tally.settings[setting].revealedAtEnd += outcome.revealedAtEnd ? 1 : 0
                guard let moment = outcome.reveal else { continue }
                revealed[setting] += 1
                tally.settings[setting].reveals[moment.matches, default: 0] += 1
                tally.settings[setting].known[moment.knownSent, default: 0] += 1
                tally.settings[setting].innocentReveals += isInnocent ? 1 : 0
            }
        }
        for (setting, count) in revealed.enumerated() where count > 0 {
            tally.settings[setting].accounts += 1
            tally.settings[setting].revealedEpochs += count
            tally.settings[setting].squares += count * count
        }
    }

    /// One outcome for each setting; none where the media that match are fewer than every threshold.
    private func outcomes(
        _ sequence: EpochSequence, _ chances: [[Double]], _ random: (Int) -> SimulationRandom
    ) -> [EpochOutcome] {
        guard plan.settings.contains(where: { sequence.matches >= $0.threshold }) else { return [] }
        var judges = plan.settings.indices.map {
            EpochJudge(plan.settings[$0], chances: chances[$0], random: random($0))
        }
        var sequence = sequence
        var arrivals = Arrivals()
        var knownSent = 0
        while let medium = sequence.next() {
            knownSent += medium.isKnown ? 1 : 0
            guard !medium.isLost else { continue }
            arrivals.add(number: medium.number, matches: medium.matches)
            guard medium.matches else { continue }
            for index in judges.indices { judges[index].matchArrived(arrivals, knownSent: knownSent) }
        }
        for index in judges.indices { judges[index].end(arrivals) }
        return judges.map(\.outcome)
    }

    /// What becomes of one account-epoch that is sent so: for tests, and for the comparison with the real protocol.
    package func outcome(of sequence: EpochSequence, setting: Int, random: SimulationRandom) -> EpochOutcome {
        let outcomes = outcomes(sequence, plan.settings.map(\.chances)) { _ in random }
        return outcomes.isEmpty ? EpochOutcome() : outcomes[setting]
    }
}
