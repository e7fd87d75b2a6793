internal import Foundation
internal import SealedMatchCases
internal import SealedMatchLists
internal import SealedMatchOpenings
internal import SealedMatchSQLite
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchSets

/// The table at the end: what each person sent, what the server could see, what was revealed, and whether that was
/// right.
struct DemoReport: ~Copyable {
    let accounts: [DemoAccount]
    let truths: [DemoTruth]
    let decisions: [RevealDecision]
    let collector: CollectorStore
    let store: AuthorityStore
    /// The collector's, for releases.
    let key: SigningKey
    let lists: [(Bytes32, [ListedHash])]
    let header: SetHeader
    var parameters: Parameters { header.parameters }
    let cases: String

    func print() throws {
        let known = lists.enumerated().map { KnownList(name: "list \($0 + 1)", source: $1.0, hashes: $1.1) }
        let comparison = try CaseComparison(lists: known, sets: [header])
        let folder = try CaseFolder(path: cases)
        Terminal.print("")
        row("who", "sent", "known", "matched", "server sees", "authority sees", "revealed", "right?")
        var wrong: [String] = []
        let states = try store.accounts().accounts
        for (account, truth) in zip(accounts, truths) {
            let id = try account.id()
            let epoch = try Parameters.epoch(at: currentTime())
            // Only the collector can say this; the report is by nobody's eyes.
            let pseudonym = try collector.registration(account: id, epoch: epoch)?.pseudonym
            let decision = decisions.first { $0.name.pseudonym == pseudonym }
            let openings = states.first { $0.name.pseudonym == pseudonym }?.openings ?? 0
            let vouchers = try collector.count(account: id, epoch: epoch)
            var revealed: RevealResult?
            if case .success(let result) = decision?.result { revealed = result }
            let fault = fault(truth, openings: openings, revealed)
            if let fault { wrong.append("\(account.name): \(fault)") }
            if let revealed {
                let file = try folder.add(revealed.reveal, by: comparison).file
                if file?.listedMatchCount != file?.matchCount {
                    wrong.append("\(account.name): a revealed picture is not on the lists")
                }
                let release = try resolve(revealed.reveal)
                if release.registration.account != id { wrong.append("\(account.name): another name was released") }
            }
            row(
                account.name, "\(truth.sent)", "\(account.known.count)", "\(truth.matched.count)",
                "\(vouchers) vouchers", "\(openings) opened slots",
                revealed.map { "\($0.reveal.matches.count) pictures" } ?? "nothing", fault == nil ? "yes" : "NO")
        }
        let words = """

            sent       pictures, each recompressed (512–1600 px, JPEG 60–85), fingerprinted, sealed, then encrypted
            matched    different entries that the probes met; nobody below the threshold learns this, the sender included
            server     accounts, counts, arrival; nothing about pictures
            authority  slots that opened, by a match or by chance: they look alike until t = \(parameters.threshold) matches
                       are there, and some more
            revealed   pictures opened for a person to look at: exactly those that matched, and no other

            The authority knows each account by a pseudonym of this epoch. Of those that it revealed, and of no other, the
            collector released the name: against a token that nobody but the account could have before.
            """
        // Each a line of its own: `Terminal.print` lets no text begin another one.
        for line in words.split(separator: "\n", omittingEmptySubsequences: false) { Terminal.print(String(line)) }
        for account in accounts {
            Terminal.print("\(account.name.padding(toLength: 10, withPad: " ", startingAt: 0)) \(account.story)")
        }
        guard wrong.isEmpty else {
            throw Failure("the demo failed: " + wrong.joined(separator: "; "), code: Failure.negative)
        }
        Terminal.print("")
        Terminal.print("Every account came out as it should.")
    }

    /// The authority asks the collector for the name with the token of the reveal; a made-up one is refused before.
    private func resolve(_ reveal: Reveal) throws -> Release {
        let forged = ResolutionRequest(
            epoch: reveal.epoch, pseudonym: reveal.pseudonym, token: ResolutionToken(canonical: Bytes32()))
        guard (try? collector.resolve(forged.encoded)) == nil else {
            throw Failure("a name was released without its token", code: Failure.negative)
        }
        let release = try collector.resolve(reveal.request.encoded).signed(by: key)
        try release.verify(by: key.publicKey)
        return release
    }

    /// What is wrong with an outcome: revealed below t, missed although k(R − t) ≥ e with e openings by chance, or
    /// other pictures than those that matched.
    private func fault(_ truth: DemoTruth, openings: Int, _ revealed: RevealResult?) -> String? {
        let matches = truth.matched.count
        let byChance = openings - matches
        let margin = parameters.polynomials * (matches - parameters.threshold)
        guard let revealed else {
            return matches >= parameters.threshold && margin >= byChance ? "should have been revealed" : nil
        }
        if matches < parameters.threshold { return "was revealed below the threshold" }
        let shown = Set(revealed.reveal.matches.map(\.payload.fingerprint))
        return shown == truth.matchedFingerprints ? nil : "other pictures were revealed than those that matched"
    }

    private func row(_ columns: String...) {
        let widths = [7, 6, 7, 9, 15, 18, 14, 7]
        Terminal.print(
            zip(columns, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined())
    }
}
