internal import Foundation
internal import SealedMatchAuthority
internal import SealedMatchClient
package import SealedMatchCrypto
internal import SealedMatchOpenings
internal import SealedMatchProtocol
package import SealedMatchWorkers
internal import Synchronization

/// The simulator's accounts, sent by the real protocol: sealed by real clients under a real set, opened with the real
/// key, decided by the real decision. Parameters are small, so that it is quick.
package struct ProtocolCheck: Sendable {
    private let setting: SimulationSetting
    private let groups: [PopulationGroup]
    private let accounts: Int

    /// - Parameter quick: fewer accounts, for tests.
    package init(quick: Bool) {
        var setting = SimulationSetting(name: "small")
        setting.parameters.threshold = 3
        setting.parameters.polynomials = 16
        setting.parameters.payloadCount = 128
        setting.slots = 8
        // Levels that differ from the first on, so that a wrong one shows.
        if let levels = try? CheckLevels(canonical: [3, 5, 8, 12, 16, 20, 24, 28, 32, 40, 60, 90]) {
            setting.parameters.checkLevels = levels
        }
        self.setting = setting
        accounts = quick ? 6 : 24
        var one = PopulationGroup(name: "one device", accounts: 1_000)
        one.others = .poisson(mean: 60)
        one.known = .poisson(mean: 8)
        one.recall = 0.8
        one.lost = 0.1
        var burst = PopulationGroup(name: "a burst", accounts: 1_000)
        burst.others = .fixed(50)
        burst.known = .fixed(7)
        burst.timing = .burst
        burst.recall = 1
        var merging = PopulationGroup(name: "two devices that merge", accounts: 1_000)
        merging.others = .fixed(72)
        merging.falsePositives = 0.06
        merging.series = 2
        merging.devices = 2
        var apart = merging
        apart.name = "two devices apart"
        apart.merging = false
        apart.known = .fixed(4)
        apart.timing = .end
        groups = [one, burst, merging, apart]
    }

    /// What the real protocol did with the simulator's accounts.
    package struct Evidence: Sendable {
        fileprivate struct Voucher: Sendable {
            /// v as the simulator has it, and N as the client wrote it.
            let number: Int
            let level: Int
            let matches: Bool
            /// Slots that opened; nil: it never arrived.
            var openings: Int?
        }
        /// A try of the authority.
        fileprivate struct Verdict: Sendable {
            let place: String
            let matches: Int
            let byChance: Int
            let isReveal: Bool
            /// Of a reveal: it shows what matched, and nothing else.
            let isExact: Bool
        }
        fileprivate var vouchers: [Voucher] = []
        fileprivate var verdicts: [Verdict] = []
    }

    /// Seals, opens and decides all accounts.
    /// - Throws: `interrupted`, and what the library throws.
    package func gather(seed: UInt64, _ workers: Workers) throws(SealedMatchError) -> Evidence {
        let made = try MadeSet(entries: 400, seed: seed, workers: workers)
        let (set, matching) = try made.open(setting.parameters)
        let opener = VoucherOpener([matching])
        let parts = Mutex([Evidence](repeating: Evidence(), count: groups.count * accounts))
        try workers.forEachChunk("vouchers", count: groups.count * accounts, chunk: 1) {
            (range) throws(SealedMatchError) in
            for index in range {
                let part = try account(index % accounts, of: index / accounts, seed: seed, made, set, opener)
                parts.withLock { $0[index] = part }
            }
        }
        return parts.withLock { parts in
            parts.reduce(into: Evidence()) { all, part in
                all.vouchers += part.vouchers
                all.verdicts += part.verdicts
            }
        }
    }

    /// One account's epoch, voucher by voucher.
    private func account(
        _ account: Int, of index: Int, seed: UInt64, _ made: MadeSet, _ set: BlindedSet,
        _ opener: VoucherOpener<LocalEvaluator>
    ) throws(SealedMatchError) -> Evidence {
        let group = groups[index]
        var sequence = EpochSequence(group, seed: seed, group: index, account: account, epoch: 0)
        var random = SimulationRandom(seed, 9, index, account)
        var devices = try RealDevices(group.devices, merging: group.merging, made, set, &random)
        let registration = devices.registration
        let revealer = Revealer(
            pseudonym: registration.pseudonym, epoch: registration.epoch, threshold: setting.threshold,
            polynomials: setting.polynomials, commitment: registration.commitment)
        var evidence = Evidence()
        var listed = made.listed[...]
        var openings: [KeptOpening] = []
        var matching = Set<VoucherID>()
        while let medium = sequence.next() {
            var digest = random.digest()
            if medium.matches {
                guard let next = listed.popFirst() else {
                    throw SealedMatchError(.tooManyEntries, "the check's own set is too small for its accounts")
                }
                digest = next
            }
            let voucher = try devices.seal(digest, on: medium.device, &random)
            var seen = Evidence.Voucher(
                number: medium.number, level: Int(voucher.header.checkLevel), matches: medium.matches)
            defer { evidence.vouchers.append(seen) }
            if medium.isLost { continue }
            let opened = try opener.openSerially([voucher][...])[0].openings
            seen.openings = opened.count
            for opening in opened {
                openings.append(KeptOpening(number: Int64(openings.count), opening: opening, quarantined: false))
            }
            if medium.matches { matching.insert(voucher.header.voucherID) }
            // With fewer matches nothing is found: the tests try it, in another place.
            guard matching.count >= setting.threshold - 1 else { continue }
            let found = try decide(revealer, openings)
            evidence.verdicts.append(
                Evidence.Verdict(
                    place: "\(group.name), account \(account): R \(matching.count), "
                        + "e \(openings.count - matching.count)",
                    matches: matching.count, byChance: openings.count - matching.count, isReveal: found != nil,
                    isExact: found == matching))
        }
        return evidence
    }

    /// The vouchers that a reveal shows; nil: there is none.
    private func decide(
        _ revealer: Revealer, _ openings: [KeptOpening]
    ) throws(SealedMatchError) -> Set<VoucherID>? {
        do throws(SealedMatchError) {
            let revealed = try revealer.reveal(openings)
            return Set(revealed.reveal.matches.map(\.voucherID))
        } catch {
            guard error.code == .notDecodable || error.code == .belowThreshold else { throw error }
            return nil
        }
    }

    /// Compares what the protocol did with what the simulator takes for true.
    package func results(_ evidence: Evidence, _ model: SimulationModel) -> [CheckResult] {
        let wrongLevels = evidence.vouchers.count { $0.level != model.level(setting, $0.number) }
        let wrong = evidence.verdicts.filter { model.reveals(setting, $0.matches, $0.byChance) != $0.isReveal }
        let reveals = evidence.verdicts.filter(\.isReveal)
        let inexact = reveals.first { !$0.isExact }
        return [
            CheckResult(
                "check levels of vouchers", passed: wrongLevels == 0,
                "\(evidence.vouchers.count) vouchers, \(wrongLevels) with another N than the simulator's")
        ] + fits(evidence, model) + [
            CheckResult(
                "verdicts", passed: wrong.isEmpty && !reveals.isEmpty,
                "\(evidence.verdicts.count) tries, \(reveals.count) of them reveals, "
                    + (wrong.isEmpty
                        ? "all as the rule says" : "\(wrong.count) otherwise, the first \(wrong[0].place)")),
            CheckResult(
                "what is revealed", passed: inexact == nil,
                inexact.map { "others than what matched: \($0.place)" } ?? "exactly what matched"),
        ]
    }

    /// Of each N, with and without a match: numbers of openings against their law.
    private func fits(_ evidence: Evidence, _ model: SimulationModel) -> [CheckResult] {
        var seen: [Int: [[Int]]] = [:]
        for voucher in evidence.vouchers {
            guard let openings = voucher.openings else { continue }
            let none = Array(repeating: Array(repeating: 0, count: setting.slots + 1), count: 2)
            seen[model.level(setting, voucher.number), default: none][voucher.matches ? 1 : 0][openings] += 1
        }
        var results: [CheckResult] = []
        for (level, counts) in seen.sorted(by: { $0.key < $1.key }) {
            for (matches, counts) in counts.enumerated() where counts.reduce(0, +) >= 20 {
                let law = CountLaw.binomial(model.trials(setting, matches == 1), 1 / Double(level))
                let fit = GoodnessOfFit(counts, (0...setting.slots).map { law.mass($0 - matches) })
                results.append(
                    CheckResult(
                        "openings at N = \(level), \(matches == 1 ? "with" : "without") a match", passed: fit.fits,
                        "\(counts.reduce(0, +)) vouchers, chi-squared \(Self.tenths(fit.value)) "
                            + "(\(fit.freedom) degrees of freedom, limit \(Self.tenths(fit.limit)))"))
            }
        }
        return results
    }

    private static func tenths(_ value: Double) -> String {
        value.isFinite && value < 1e15 ? "\((value * 10).rounded() / 10)" : "without bound"
    }
}

extension CountLaw {
    /// P(X = g).
    fileprivate func mass(_ g: Int) -> Double { exp(logMass(g)) }
}
