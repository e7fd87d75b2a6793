internal import SealedMatchCases
internal import SealedMatchJSON

extension ReportDocument {
    private static let fact = "a fact of the case library"
    private static let provider = "the provider"
    private static let client = "the client software; nobody checked it"
    private static let nobody = "nobody: the product does not know it"

    /// What Article 13 of the draft Regulation (COM(2022) 209) asks for.
    /// - Parameters:
    ///   - urgent: why it is urgent; nil: it is not said to be.
    ///   - now: seconds since 1970.
    package static func article13(
        _ facts: ReportFacts, _ settings: ReportSettings, urgent: String?, at now: UInt64
    ) -> ReportDocument {
        let kinds = Set(facts.matches.map { $0.match.key == nil ? "new" : "known" }).sorted()
        return ReportDocument(
            kind: "article13", title: "Report under Article 13 of the draft Regulation COM(2022) 209",
            fields: [
                provider(settings),
                Field("made", "Date and time of this report", .text(ReportTime.text(now)), by: fact),
                Field("content", "Content data", nil, by: "\(nobody), and holds no content"),
                Field("data", "Other data", data(facts), by: "the library; each match says what the client wrote"),
                Field(
                    "concerns", "Known or new material, or solicitation", .list(kinds.map { .text($0) }),
                    by: "\(fact): on a list, or not; solicitation is not looked for"),
                Field("location", "Location", nil, by: nobody),
                Field(
                    "identity", "Identity of the account", identity(facts),
                    by: "the messenger's answer, if it was asked"),
                Field("elsewhere", "Reports made elsewhere", reports(facts, [.cybertipline, .nca]), by: fact),
                Field(
                    "removed", "Removal or blocking", removal(facts),
                    by: "\(fact): that the messenger said it did it; not known otherwise"),
                Field(
                    "urgent", "Requires urgent action", urgent.map { .text($0) },
                    by: "the provider's person who made this report, if said"),
                Field("basis", "Basis", basis(facts), by: "the deployment's policy"),
            ])
    }

    /// What the United Kingdom's guidance asks of a report by hashes alone: SHA-256 and the perceptual hash that
    /// matched.
    package static func nca(
        _ facts: ReportFacts, _ settings: ReportSettings, urgent: String?, at now: UInt64
    ) -> ReportDocument {
        ReportDocument(
            kind: "nca", title: "Report by hashes to the National Crime Agency",
            fields: [
                provider(settings),
                Field("made", "Date and time of this report", .text(ReportTime.text(now)), by: fact),
                Field(
                    "hashes", "Hashes",
                    .list(
                        facts.matches.map { found in
                            let match = found.match
                            let isPerceptual = ["pdq", "video"].contains(match.fingerprintKind)
                            return .object([
                                "match": .integer(Int128(found.number)), "sha256": text(found.sha256),
                                "perceptual": isPerceptual ? .text(match.fingerprint) : .null,
                                "perceptualKind": isPerceptual ? .text(found.hashName) : .null,
                                "list": list(match), "viewed": .boolean(found.isHashViewed),
                                "shown": .list(found.shown.map { .text($0) }),
                                "class": text(found.category?.rawValue),
                            ])
                        }), by: "\(client); lists, viewing and class: \(fact)"),
                Field(
                    "account", "Account",
                    .object(["pseudonym": .text(facts.pseudonym), "epoch": .integer(Int128(facts.epoch))]), by: fact),
                Field(
                    "identity", "Identity of the account", identity(facts),
                    by: "the messenger's answer, if it was asked"),
                Field("elsewhere", "Reports made elsewhere", reports(facts, [.cybertipline, .article13]), by: fact),
                Field("urgent", "Requires urgent action", urgent.map { .text($0) }, by: provider),
            ])
    }

    private static func provider(_ settings: ReportSettings) -> Field {
        let own = settings.provider
        return Field(
            "provider", "Provider",
            .object([
                "name": .text(own.name), "email": .text(own.email), "address": text(own.address),
                "establishment": text(own.establishment),
            ]), by: provider)
    }

    private static func data(_ facts: ReportFacts) -> JSON {
        .object([
            "case": .integer(Int128(facts.number)), "round": .integer(Int128(facts.round)),
            "pseudonym": .text(facts.pseudonym), "epoch": .integer(Int128(facts.epoch)),
            "from": .text(ReportTime.text(facts.epochStart)), "until": .text(ReportTime.text(facts.epochEnd)),
            "sets": .list(facts.roots.map { .text($0) }), "matchesOfTheCase": .integer(Int128(facts.allMatches)),
            "listedOfTheCase": .integer(Int128(facts.listed)),
            "confirmedBy": .integer(Int128(facts.confirmedBy)), "decided": .text(ReportTime.text(facts.decided)),
            "matches": .list(facts.matches.map { match($0) }),
        ])
    }

    private static func match(_ found: ReportFacts.Match) -> JSON {
        let match = found.match
        let hasFingerprint = match.fingerprintKind != "none"
        return .object([
            "number": .integer(Int128(found.number)), "voucherID": .text(match.voucherID),
            "slot": .integer(Int128(match.slot)),
            "fingerprint": hasFingerprint ? .text(match.fingerprint) : .null,
            "fingerprintKind": hasFingerprint ? .text(found.hashName) : .null, "list": list(match),
            "viewed": .boolean(found.isViewed), "shown": .list(found.shown.map { .text($0) }),
            "class": text(found.category?.rawValue),
            "standing": text(found.standing?.rawValue),
            "note": found.note.isEmpty ? .null : .text(VisibleText.of(found.note)),
            "noteTime": text(found.noteTime.map { ReportTime.text($0) }), "noteName": text(found.noteName),
            "noteSHA256": text(found.noteSHA256), "warnings": .list(match.warnings.map { .text($0) }),
        ])
    }

    private static func list(_ match: CaseMatch) -> JSON {
        guard let key = match.key else { return .null }
        return .object([
            "key": .text(key), "label": text(match.label),
            "distance": match.distance.map { .integer(Int128($0)) } ?? .null,
            "sources": .list(match.sources.map { .text($0) }),
        ])
    }

    private static func identity(_ facts: ReportFacts) -> JSON? {
        facts.account.map { account in
            .object([
                "identifier": .text(account.identifier), "screenName": text(account.screenName),
                "displayName": text(account.displayName), "email": text(account.email),
            ])
        }
    }

    private static func reports(_ facts: ReportFacts, _ kinds: Set<CaseReport>) -> JSON {
        .list(facts.reports.filter { kinds.contains($0.kind) }.map { json($0) })
    }

    private static func removal(_ facts: ReportFacts) -> JSON? {
        let made = facts.reports.filter(\.kind.acts)
        return made.isEmpty ? nil : .list(made.map { json($0) })
    }

    private static func json(_ report: ReviewedCase.Report) -> JSON {
        .object([
            "kind": .text(report.kind.rawValue), "reference": .text(report.reference),
            "time": .text(ReportTime.text(report.time)), "round": .integer(Int128(report.round)),
        ])
    }

    private static func basis(_ facts: ReportFacts) -> JSON {
        .object([
            "mode": .text(facts.mode.rawValue), "policy": .text(facts.policyName), "digest": .text(facts.policyDigest),
            "order": facts.order.map { order in
                .object([
                    "authority": .text(order.authority), "reference": .text(order.reference),
                    "from": .text(ReportTime.text(order.from)), "until": .text(ReportTime.text(order.until)),
                ])
            } ?? .null,
            "assessment": facts.assessment.map { assessment in
                .object([
                    "reference": .text(assessment.reference), "until": .text(ReportTime.text(assessment.until)),
                ])
            } ?? .null,
        ])
    }

    private static func text(_ text: String?) -> JSON { text.map { .text($0) } ?? .null }
}
