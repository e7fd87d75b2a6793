internal import SealedMatchCases

/// The XML documents of a report to NCMEC's CyberTipline. Elements are in the order that the schema fixes; what is not
/// known has none. (Docs/Reporting.md, "CyberTipline")
package struct CyberTiplineReport: Sendable {
    /// When it happened, and who says so.
    package struct Incident: Equatable, Sendable {
        /// Seconds since 1970.
        package let time: UInt64
        /// In a sentence.
        package let source: String
    }

    /// A file that is sent.
    package struct Picture: Equatable, Sendable {
        /// The match's number in the case.
        package let match: Int
        /// What it is called here, for messages.
        package let name: String
        /// SHA-256 of the file, 64 hexadecimal digits, computed here.
        package let sha256: String

        package init(match: Int, name: String, sha256: String) {
            self.match = match
            self.name = name
            self.sha256 = sha256
        }
    }

    private let facts: ReportFacts
    private let settings: ReportSettings
    private let own: ReportSettings.CyberTipline
    private let incident: Incident
    private let escalation: String?
    private let pictures: [Picture]

    /// - Parameters:
    ///   - given: the incident's time by a person's word, with the name; nil: the notes say it, or nobody.
    ///   - escalation: why it is urgent; nil: it is not said to be.
    ///   - now: seconds since 1970.
    /// - Throws: `ReportFailure` where settings have no such part, no time is known, or it is not in the past.
    package init(
        _ facts: ReportFacts, _ settings: ReportSettings, given: (time: UInt64, by: String)?, escalation: String?,
        pictures: [Picture], now: UInt64
    ) throws(ReportFailure) {
        guard let own = settings.cyberTipline else { throw ReportFailure("the settings have no “cybertipline”") }
        self.facts = facts
        self.settings = settings
        self.own = own
        if let given {
            incident = Incident(time: given.time, source: "Given by \(given.by) of the provider.")
        } else if let first = facts.matches.filter({ $0.noteTime != nil }).min(by: { $0.noteTime! < $1.noteTime! }) {
            incident = Incident(
                time: first.noteTime ?? 0,
                source: "The client software wrote this time into the note of match \(first.number). Nobody checked it."
            )
        } else {
            throw ReportFailure(
                "no note says when it happened, and nothing is invented: give the incident's time with --when")
        }
        guard incident.time < now else { throw ReportFailure("the incident's time is not in the past") }
        if let escalation, escalation.unicodeScalars.count > 3_000 {
            throw ReportFailure("why a report is urgent has at most 3,000 characters")
        }
        for (place, picture) in pictures.enumerated() {
            guard let match = facts.matches.first(where: { $0.number == picture.match }) else {
                throw ReportFailure("a picture is given of match \(picture.match), which is not reported")
            }
            guard !pictures[..<place].contains(where: { $0.match == picture.match }) else {
                throw ReportFailure("match \(picture.match): two pictures are given, and one match has one")
            }
            try Self.check(picture, of: match)
        }
        self.escalation = escalation
        self.pictures = pictures
    }

    /// A file is reported as a match's only if nothing that is known says that it is another one. Whoever confirmed the
    /// case did so by what was shown; a report with another file would be about something that nobody looked at.
    private static func check(_ picture: Picture, of match: ReportFacts.Match) throws(ReportFailure) {
        let own = "\(picture.name): its SHA-256 is \(picture.sha256)"
        if match.match.fingerprintKind == "sha256", match.match.fingerprint.lowercased() != picture.sha256 {
            throw ReportFailure(
                "\(own), and the file of match \(match.number) has \(match.match.fingerprint): it is another file")
        }
        if !match.shown.isEmpty, !match.shown.contains(picture.sha256) {
            throw ReportFailure(
                "\(own), and what people were shown of match \(match.number) has "
                    + "\(match.shown.joined(separator: ", ")): it is another file. Give the one that they saw, or none")
        }
        // The client may have written anything; but where nobody saw the file, nothing else says which one it is.
        if match.shown.isEmpty, let claimed = match.noteSHA256, claimed != picture.sha256 {
            throw ReportFailure(
                "\(own), and the note of match \(match.number) says \(claimed): nobody has seen this file as that "
                    + "match's. Somebody views it first (the review page, or `case view --file`), or give none")
        }
    }

    /// Whether a named person was shown this very file: by the digest in the library's event, and by nothing else.
    private static func isViewed(_ picture: Picture, _ match: ReportFacts.Match) -> Bool {
        match.shown.contains(picture.sha256)
    }

    /// What is said of each file, and why: for whoever prepares the report.
    package var remarks: [String] {
        pictures.compactMap { picture in
            guard let match = facts.matches.first(where: { $0.number == picture.match }) else { return nil }
            let viewed =
                Self.isViewed(picture, match)
                ? "fileViewedByEsp=true: a person was shown this file"
                : match.isViewed
                    ? "fileViewedByEsp=false: a person said to have seen the match, and the library does not have "
                        + "which file (`case view --file`)" : "fileViewedByEsp=false: nobody has viewed the match"
            let note =
                match.noteSHA256.map { $0 == picture.sha256 } ?? true
                ? "" : "; the note says another SHA-256, \(match.noteSHA256 ?? "")"
            return "\(picture.name), match \(picture.match), SHA-256 \(picture.sha256): \(viewed)\(note)"
        }
    }

    /// What opens a report.
    package var report: XMLElement {
        XMLElement(
            "report",
            [
                XMLElement(
                    "incidentSummary",
                    [
                        XMLElement("incidentType", own.incidentType.rawValue),
                        escalation.map { XMLElement("escalateToHighPriority", VisibleText.of($0)) },
                        XMLElement("incidentDateTime", ReportTime.text(incident.time)),
                        XMLElement("incidentDateTimeDescription", incident.source),
                    ]),
                own.service.map {
                    XMLElement(
                        "internetDetails", [XMLElement("chatImIncident", [XMLElement("chatClient", Self.short($0))])])
                },
                XMLElement(
                    "reporter",
                    [
                        XMLElement(
                            "reportingPerson",
                            [
                                own.firstName.map { XMLElement("firstName", Self.short($0, 100)) },
                                own.lastName.map { XMLElement("lastName", Self.short($0, 100)) },
                                XMLElement("email", Self.short(own.email)),
                            ]),
                        own.termsOfService.map { XMLElement("termsOfService", VisibleText.of($0)) },
                        own.legalURL.map { XMLElement("legalURL", $0) },
                    ]),
                person,
                XMLElement("additionalInfo", summary),
            ])
    }

    /// The account, only if the messenger said who it is.
    private var person: XMLElement? {
        guard let account = facts.account else { return nil }
        return XMLElement(
            "personOrUserReported",
            [
                account.email.map {
                    XMLElement("personOrUserReportedPerson", [XMLElement("email", Self.short($0))])
                },
                XMLElement("espIdentifier", Self.short(account.identifier)),
                own.service.map { XMLElement("espService", Self.short($0, 100)) },
                account.screenName.map { XMLElement("screenName", Self.short($0)) },
                account.displayName.map { XMLElement("displayName", Self.short($0)) },
                account.isEmailLeftOut
                    ? XMLElement(
                        "additionalInfo", "The messenger's answer had an e-mail address that is none. It is left out.")
                    : nil,
            ])
    }

    /// Files that are sent, in order.
    package var files: [Picture] { pictures }

    /// What is said of a file that was sent.
    /// - Parameters:
    ///   - report: the report's number; `REPORT-ID` where it is not known yet.
    ///   - file: the file's identifier.
    package func details(of picture: Picture, report: String, file: String) -> XMLElement? {
        guard let match = facts.matches.first(where: { $0.number == picture.match }) else { return nil }
        var hashes = [Self.hash("SHA256", picture.sha256)]
        if match.match.fingerprintKind == "md5" { hashes.append(Self.hash("MD5", match.match.fingerprint)) }
        var details: XMLElement?
        if match.match.fingerprintKind != "none" {
            var pair = XMLElement(
                "nameValuePair",
                [
                    XMLElement("name", "\(match.hashName), sent by the client"),
                    XMLElement("value", match.match.fingerprint),
                ])
            pair.attributes = [("type", "HASH")]
            details = XMLElement("details", [pair])
        }
        return XMLElement(
            "fileDetails",
            [
                XMLElement("reportId", report), XMLElement("fileId", file),
                match.noteName.map { XMLElement("originalFileName", Self.short($0, 1_000)) },
                XMLElement("fileViewedByEsp", Self.isViewed(picture, match) ? "true" : "false"),
                XMLElement("exifViewedByEsp", "false"), XMLElement("fileRelevance", "Reported"),
                match.category.map { XMLElement("industryClassification", $0.rawValue) },
            ] + hashes + [details, XMLElement("additionalInfo", lines(of: match).joined(separator: "\n"))])
    }

    private static func hash(_ kind: String, _ digits: String) -> XMLElement {
        var element = XMLElement("originalFileHash", digits)
        element.attributes = [("hashType", kind)]
        return element
    }

    /// At most so many characters, whatever is escaped.
    private static func short(_ text: String, _ limit: Int = 255) -> String {
        let shown = VisibleText.of(text, limit: limit)
        let scalars = shown.unicodeScalars
        return scalars.count <= limit ? shown : String(String.UnicodeScalarView(scalars.prefix(limit - 1))) + "…"
    }

    private var summary: String {
        var lines = [
            "Found by comparing fingerprints with hash lists, end to end encrypted (SealedMatch).",
            "Account: pseudonym \(facts.pseudonym), epoch \(facts.epoch), which lasts from "
                + "\(ReportTime.text(facts.epochStart)) to \(ReportTime.text(facts.epochEnd)).",
            facts.account == nil
                ? "Who the account is: not asked, or not known." : "Who the account is: by the messenger's answer.",
            "The case has \(facts.allMatches) matches, \(facts.listed) of them on a list. This report is about "
                + "\(facts.matches.count) of them. \(facts.confirmedBy) "
                + "\(facts.confirmedBy == 1 ? "person" : "persons") confirmed it on \(ReportTime.text(facts.decided)).",
            "Fingerprints and notes are what the client software said. Nobody can tell from them who held the device.",
        ]
        for match in facts.matches { lines += ["", "Match \(match.number)"] + self.lines(of: match) }
        return lines.joined(separator: "\n")
    }

    private func lines(of found: ReportFacts.Match) -> [String] {
        let match = found.match
        var lines: [String] = []
        if match.fingerprintKind == "none" {
            lines.append("Fingerprint: the client software sent none.")
        } else {
            let quality = match.fingerprintKind == "pdq" ? ", quality \(match.quality) of 100" : ""
            lines.append("Fingerprint, sent by the client software: \(found.hashName) \(match.fingerprint)\(quality).")
        }
        if let label = match.label {
            let distance = match.distance.map { ", at a distance of \($0) of 256 bits" } ?? ""
            lines.append("On a hash list: \(VisibleText.of(label, limit: 500))\(distance).")
        } else {
            lines.append("On a hash list: not found on those that were compared.")
        }
        if let sha256 = found.noteSHA256 { lines.append("SHA-256, by the note: \(sha256).") }
        if let time = found.noteTime { lines.append("Time, by the note: \(ReportTime.text(time)).") }
        if !found.shown.isEmpty {
            lines.append(
                "A person of the provider viewed it: the file with SHA-256 \(found.shown.joined(separator: ", ")).")
        } else {
            lines.append(
                found.isViewed
                    ? "A person of the provider said to have viewed it. Which file that was is not recorded."
                    : "No person of the provider viewed it.")
        }
        lines.append(
            "Judged: class \(found.category?.rawValue ?? "not said, or judged differently"), "
                + "\(found.standing?.rawValue ?? "standing not said, or judged differently").")
        if let picture = pictures.first(where: { $0.match == found.number }) {
            lines.append(
                "A file is attached, SHA-256 \(picture.sha256): "
                    + (Self.isViewed(picture, found)
                        ? "the one that was viewed." : "no person is recorded to have viewed it."))
        } else {
            lines.append("No file is attached.")
        }
        if !found.note.isEmpty {
            lines.append("Note, by the client software: \(VisibleText.of(found.note, limit: 2_048))")
        }
        for warning in match.warnings { lines.append("Warning: \(VisibleText.of(warning, limit: 500))") }
        return lines
    }
}
