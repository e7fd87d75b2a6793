public import SealedMatchCrypto
internal import SealedMatchJSON

/// What a deployment has bound itself to: on what basis it looks, who decides, how long it keeps, whom it tells.
/// (Docs/Protocol.md, 4.19)
public struct CasePolicy: Equatable, Sendable {
    /// On what basis a deployment looks. Each forbids something: `CaseLibrary`.
    public enum Mode: String, CaseIterable, Sendable {
        /// Of its own will: only what is on a list can be confirmed.
        case voluntary
        /// Under an order of an authority: only epochs and sets that the order covers are taken in.
        case ordered
        /// By an assessment of risk: none is taken in after that has run out, and two people confirm.
        case riskBased
    }

    /// An authority's order.
    public struct Order: Equatable, Sendable {
        /// Who gave it.
        public let authority: String
        /// Its reference.
        public let reference: String
        /// Seconds since 1970 from which it holds.
        public let from: UInt64
        /// Seconds since 1970 at which it ends.
        public let until: UInt64
        /// Roots of the sets that it names; any if empty.
        public let sets: [Bytes32]
    }

    /// An assessment of risk.
    public struct Assessment: Equatable, Sendable {
        /// Its reference.
        public let reference: String
        /// Seconds since 1970 at which it runs out.
        public let until: UInt64
    }

    /// The text, as it was read.
    public let text: String
    /// The deployment's name for it.
    public let name: String
    /// On what basis the deployment looks.
    public let mode: Mode
    /// The order, in mode `ordered`.
    public let order: Order?
    /// The assessment, in mode `riskBased`.
    public let assessment: Assessment?
    /// Matches on a list that a case must have to be confirmed.
    public let leastListed: Int
    /// Matches that each who confirms must have seen.
    public let leastViewed: Int
    /// People who must agree, for each outcome: 1 or 2.
    public let reviewers: [CaseOutcome: Int]
    /// Roles that can be held.
    public let roles: Set<CaseRole>
    /// Days after its last step that a case is kept, by state; of a decided one, by outcome.
    public let retention: [String: Int]
    /// Whether an account whose case was not confirmed is told.
    public let tellsNotConfirmed: Bool
    /// Days after which everybody is told who was revealed; nobody is if nil.
    public let tellsAfterDays: Int?
    /// Reports that may be made.
    public let reports: Set<CaseReport>

    /// What `format` says in every policy.
    public static let format = "SealedMatch policy"
    /// The version of the form.
    public static let formatVersion = 1
    /// Bytes of a policy, at most.
    public static let maximumCount = 1 << 16
    /// States by which cases are kept, in the order of the document.
    package static let kept = [
        "new", "inReview", "confirmed", "notConfirmed", "cannotBeJudged", "reported", "closed",
    ]

    /// Reads a policy, strictly.
    /// - Throws: `CasePolicyFaults`, with everything that is wrong.
    public init(_ bytes: [UInt8]) throws(CasePolicyFaults) {
        guard bytes.count <= Self.maximumCount else {
            throw CasePolicyFaults([.init(path: "", what: "the file is larger than 65,536 bytes")])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CasePolicyFaults([.init(path: "", what: "the file is not UTF-8")])
        }
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            throw CasePolicyFaults([.init(path: "", what: error.description)])
        }
        var reader = PolicyReader()
        let top = reader.object(
            json, "",
            [
                "format", "version", "name", "mode", "order", "assessment", "thresholds", "reviewers", "roles",
                "retention",
                "notices", "reports",
            ], optional: ["order", "assessment"])
        reader.constant(top, "format", .text(Self.format))
        reader.constant(top, "version", .integer(Int128(Self.formatVersion)))
        self.text = text
        name = reader.text(top, "name")
        mode = reader.word(top, "mode") ?? .voluntary
        order = top.member("order").map { json in
            let order = reader.object(json, "order", ["authority", "reference", "from", "until", "sets"])
            return Order(
                authority: reader.text(order, "authority"), reference: reader.text(order, "reference"),
                from: reader.time(order, "from"), until: reader.time(order, "until"),
                sets: reader.roots(order, "sets"))
        }
        assessment = top.member("assessment").map { json in
            let assessment = reader.object(json, "assessment", ["reference", "until"])
            return Assessment(
                reference: reader.text(assessment, "reference"), until: reader.time(assessment, "until"))
        }
        let thresholds = reader.object(top.member("thresholds"), "thresholds", ["listed", "viewed"])
        leastListed = reader.integer(thresholds, "listed", 0...1_024)
        leastViewed = reader.integer(thresholds, "viewed", 0...1_024)
        let outcomes = CaseOutcome.allCases.map(\.rawValue)
        let reviewers = reader.object(top.member("reviewers"), "reviewers", outcomes)
        self.reviewers = Dictionary(
            uniqueKeysWithValues: CaseOutcome.allCases.map { ($0, reader.integer(reviewers, $0.rawValue, 1...2)) })
        roles = reader.words(top, "roles")
        let retention = reader.object(top.member("retention"), "retention", Self.kept)
        self.retention = Dictionary(
            uniqueKeysWithValues: Self.kept.map { ($0, reader.integer(retention, $0, 0...36_500)) })
        let notices = reader.object(top.member("notices"), "notices", ["notConfirmed", "afterDays"])
        tellsNotConfirmed = reader.boolean(notices, "notConfirmed")
        tellsAfterDays =
            notices.member("afterDays") == .null ? nil : reader.integer(notices, "afterDays", 0...36_500)
        reports = reader.words(top, "reports")
        if reader.faults.isEmpty { reader.faults = contradictions }
        guard reader.faults.isEmpty else { throw CasePolicyFaults(reader.faults) }
    }

    /// What each mode asks for and forbids in the document, and what cannot be done as it says.
    /// Looked at once every part has its form.
    private var contradictions: [CasePolicyFaults.Fault] {
        var found: [CasePolicyFaults.Fault] = []
        func ask(_ holds: Bool, _ path: String, _ what: String) {
            if !holds { found.append(.init(path: path, what: what)) }
        }
        ask((order != nil) == (mode == .ordered), "order", "is there if and only if the mode is ordered")
        ask(
            (assessment != nil) == (mode == .riskBased), "assessment",
            "is there if and only if the mode is riskBased")
        if let order { ask(order.from < order.until, "order.until", "is not after order.from") }
        ask(mode != .voluntary || leastListed >= 1, "thresholds.listed", "is at least 1 in mode voluntary")
        ask(
            mode != .riskBased || reviewers[.confirmed] == 2, "reviewers.confirmed", "is 2 in mode riskBased")
        ask(roles.contains(.lead), "roles", "has no lead: nobody could give work out")
        ask(
            !reviewers.values.contains(2) || roles.contains(.second) || roles.contains(.lead), "roles",
            "has nobody who gives a second opinion")
        ask(
            reviewers[.confirmed] == 2 || !(reports.contains(.removal) || reports.contains(.blocking)),
            "reviewers.confirmed", "is 2 where removal or blocking are asked for")
        return found
    }

    /// SHA-256 of the text: what names the policy where a set is logged.
    /// - Throws: `sodiumUnavailable`, `primitiveFailed`.
    public func digest() throws(SealedMatchError) -> Bytes32 {
        try SHA256.digest(of: Array(text.utf8))
    }

    /// Seconds since 1970 from which a case may be erased.
    public func erasable(_ state: CaseState, _ outcome: CaseOutcome?, changed: UInt64) -> UInt64 {
        let name = state == .decided ? outcome?.rawValue ?? "inReview" : state.rawValue
        return changed + UInt64(retention[name] ?? 0) * 86_400
    }
}

/// Everything that is wrong with a policy.
public struct CasePolicyFaults: Error, Equatable, Sendable {
    /// One thing, and where it is.
    public struct Fault: Equatable, Sendable {
        /// "retention.new"; empty for the document. Parts of it may come from the document: escape it.
        public let path: String
        /// What is wrong there.
        public let what: String
    }

    /// At least one.
    public let faults: [Fault]

    init(_ faults: [Fault]) { self.faults = faults }
}
