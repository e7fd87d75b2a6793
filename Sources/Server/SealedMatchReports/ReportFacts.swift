internal import Foundation
package import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchLists
internal import SealedMatchProtocol

/// What a report may say of a case: facts of the library, what a client said, and nothing else. What is not known is
/// nil, and stays open.
package struct ReportFacts: Sendable {
    /// A match that is reported.
    package struct Match: Sendable {
        /// In the case, from 1.
        package let number: Int
        /// What the case file says of it.
        package let match: CaseMatch
        /// Whether a named person said to have seen what it is about.
        package let isViewed: Bool
        /// SHA-256 of each file that was shown to a person, as far as the library has it. Ascending.
        package let shown: [String]
        /// A1, A2, B1 or B2, if people judged it, and alike.
        package let category: CaseJudgement.Class?
        /// What people said of the law; nil where nobody said it, or they differ.
        package let standing: CaseJudgement.Standing?
        /// The note's bytes.
        package let note: [UInt8]
        /// What the note says of time, name and hash, where the settings say where it does. The client wrote it.
        package let noteTime: UInt64?
        package let noteName: String?
        package let noteSHA256: String?

        /// The file's SHA-256, by the client: of its fingerprint, or of the note.
        package var sha256: String? { match.fingerprintKind == "sha256" ? match.fingerprint : noteSHA256 }
        /// Whether a named person viewed the file that has this hash. Where the client said a SHA-256, somebody was
        /// shown a file that has it: the client may have written another one than that of what people saw.
        package var isHashViewed: Bool { sha256.map { shown.contains($0.lowercased()) } ?? isViewed }
        /// The kind by which NCMEC and others know the hash.
        package var hashName: String {
            switch match.fingerprintKind {
            case "pdq": "PDQ"
            case "sha256": "SHA256"
            case "md5": "MD5"
            case "video": "VIDEO"
            default: "none"
            }
        }
    }

    package let number: UInt64
    package let round: Int
    package let pseudonym: String
    package let epoch: UInt32
    package let epochStart: UInt64
    package let epochEnd: UInt64
    package let roots: [String]
    package let mode: CasePolicy.Mode
    package let order: CasePolicy.Order?
    package let assessment: CasePolicy.Assessment?
    package let policyName: String
    package let policyDigest: String
    /// How many people confirmed the case.
    package let confirmedBy: Int
    /// When the decision was made, in seconds since 1970.
    package let decided: UInt64
    /// Matches of the case in all, and how many of them are on a list.
    package let allMatches: Int
    package let listed: Int
    /// Those that are reported.
    package let matches: [Match]
    /// Reports that were made of this case before.
    package let reports: [ReviewedCase.Report]
    /// Who the account is, by the messenger's answer; nil: nobody asked, or it did not say.
    package let account: AccountAnswer?

    /// Which matches are reported.
    package enum Choice: Equatable, Sendable {
        /// Those that somebody judged to be illegal in this round, and nobody not.
        case judged
        /// These, and those on a list of which nobody said that they are not illegal.
        case allListed
        /// These numbers; none that somebody judged not to be illegal.
        case numbers([Int])
    }

    /// - Throws: `ReportFailure` where nothing is left to report, or a number is none of the case or was judged not to
    ///   be illegal.
    package init(
        _ found: ReviewedCase, _ policy: CasePolicy, _ choice: Choice, note: ReportSettings.Note,
        account: AccountAnswer? = nil
    ) throws(ReportFailure) {
        guard let pseudonym = found.pseudonym, let epoch = found.epoch else {
            throw ReportFailure("case \(found.number) was erased")
        }
        number = found.number
        round = found.round
        self.pseudonym = Hexadecimal.text(pseudonym.bytes)
        self.epoch = epoch
        epochStart = UInt64(epoch) * Parameters.secondsPerEpoch
        epochEnd = epochStart + Parameters.secondsPerEpoch
        roots = found.roots.map { Hexadecimal.text($0.bytes) }
        mode = policy.mode
        order = policy.order
        assessment = policy.assessment
        policyName = policy.name
        policyDigest = Hexadecimal.text(
            try about("the policy") { () throws(SealedMatchError) in try policy.digest() }.bytes)
        confirmedBy = found.opinions.count { $0.outcome == .confirmed }
        decided = found.opinions.last?.time ?? found.changed
        allMatches = found.matches.count
        listed = found.listed
        reports = found.reports
        self.account = account
        if case .numbers(let numbers) = choice {
            guard Set(numbers).count == numbers.count else { throw ReportFailure("a match is named twice") }
            for number in numbers where !(1...found.matches.count).contains(number) {
                throw ReportFailure("case \(found.number) has no match \(number)")
            }
            for number in numbers where found.matches[number - 1].says(isIllegal: false) {
                throw ReportFailure("match \(number): somebody judged it not to be illegal")
            }
        }
        matches = found.matches.filter { match in
            switch choice {
            case .judged: match.says(isIllegal: true) && !match.says(isIllegal: false)
            case .allListed:
                (match.says(isIllegal: true) || match.match.key != nil) && !match.says(isIllegal: false)
            case .numbers(let numbers): numbers.contains(match.number)
            }
        }.map { Match($0, note) }
        guard !matches.isEmpty else {
            throw ReportFailure("case \(found.number): no match is left to report: nobody judged one to be illegal")
        }
    }
}

extension ReviewedMatch {
    fileprivate func says(isIllegal: Bool) -> Bool {
        judgements.contains { $0.standing != .unsaid && $0.standing.isIllegal == isIllegal }
    }
}

extension ReportFacts.Match {
    fileprivate init(_ reviewed: ReviewedMatch, _ names: ReportSettings.Note) {
        number = reviewed.number
        match = reviewed.match
        isViewed = reviewed.isViewed
        shown = reviewed.shown.map { Hexadecimal.text($0.bytes) }.sorted()
        let classes = Set(reviewed.judgements.map(\.category).filter { $0 != .unclassified })
        category = classes.count == 1 ? classes.first : nil
        let standings = Set(reviewed.judgements.map(\.standing).filter { $0 != .unsaid })
        standing = standings.count == 1 ? standings.first : nil
        note = Data(base64Encoded: reviewed.match.note).map { [UInt8]($0) } ?? []
        var members: [String: JSON] = [:]
        if case .object(let found)? = try? JSON(parsing: note) { members = found }
        func text(_ name: String?) -> String? {
            if case .text(let text)? = name.flatMap({ members[$0] }), !text.isEmpty { text } else { nil }
        }
        noteName = text(names.name)
        noteSHA256 = text(names.sha256).flatMap { digits in
            Hexadecimal.bytes(digits.lowercased().utf8)?.count == 32 ? digits.lowercased() : nil
        }
        if case .integer(let seconds)? = names.time.flatMap({ members[$0] }), (1...Int128(UInt32.max)).contains(seconds)
        {
            noteTime = UInt64(seconds)
        } else {
            noteTime = text(names.time).flatMap { ReportTime.seconds($0) }
        }
    }
}
