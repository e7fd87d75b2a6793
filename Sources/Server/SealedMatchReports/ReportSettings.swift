internal import SealedMatchJSON

/// What a deployment says of itself in reports, and where they go. A JSON file (Docs/Reporting.md).
package struct ReportSettings: Equatable, Sendable {
    /// Who reports.
    package struct Provider: Equatable, Sendable {
        package let name: String
        package let address: String?
        package let email: String
        /// Where in the European Union it is established, or its legal representative is.
        package let establishment: String?
    }

    /// Members of a note that hold something, where notes are JSON objects.
    package struct Note: Equatable, Sendable {
        /// When it happened: seconds since 1970, or RFC 3339.
        package var time: String?
        /// The file's name.
        package var name: String?
        /// The file's SHA-256, in hexadecimal digits.
        package var sha256: String?
    }

    /// What the CyberTipline needs beside the case.
    package struct CyberTipline: Equatable, Sendable {
        package let incidentType: IncidentType
        package let firstName: String?
        package let lastName: String?
        package let email: String
        /// What the service is called.
        package let service: String?
        package let termsOfService: String?
        package let legalURL: String?
        /// A netrc file with user and password.
        package let credentials: String?
        /// Where reports go, unless `--to` says it.
        package let url: String?
    }

    /// The eight types of incidents.
    package enum IncidentType: String, CaseIterable, Sendable {
        case material = "Child Pornography (possession, manufacture, and distribution)"
        case trafficking = "Child Sex Trafficking"
        case tourism = "Child Sex Tourism"
        case molestation = "Child Sexual Molestation"
        case misleadingDomain = "Misleading Domain Name"
        case misleadingWords = "Misleading Words or Digital Images on the Internet"
        case enticement = "Online Enticement of Children for Sexual Acts"
        case unsolicited = "Unsolicited Obscene Material Sent to a Child"
    }

    package let provider: Provider
    package let note: Note
    package let cyberTipline: CyberTipline?
    /// Where the messenger takes signed requests, unless `--to` says it.
    package let messenger: String?

    /// What `format` says.
    package static let format = "SealedMatch report settings"
    /// Bytes of a file, at most.
    package static let maximumCount = 1 << 16

    /// - Throws: `ReportFailure`, which names the first member that is wrong.
    package init(_ bytes: [UInt8]) throws(ReportFailure) {
        let json: JSON
        do throws(JSONError) { json = try JSON(parsing: bytes) } catch { throw ReportFailure(error.description) }
        var top = try SettingsObject(json, "")
        guard try top.text("format") == Self.format, top.take("version") == .integer(1) else {
            throw ReportFailure("these are no report settings of version 1")
        }
        var provider = try top.object("provider")
        self.provider = Provider(
            name: try provider.text("name"), address: try provider.optional("address"),
            email: try provider.email("email"), establishment: try provider.optional("establishment"))
        try provider.end()
        var note = Note()
        if top.has("note") {
            var object = try top.object("note")
            note = Note(
                time: try object.optional("time"), name: try object.optional("name"),
                sha256: try object.optional("sha256"))
            try object.end()
        }
        self.note = note
        if top.has("cybertipline") {
            var object = try top.object("cybertipline")
            guard let type = IncidentType(rawValue: try object.text("incidentType")) else {
                throw ReportFailure(
                    "cybertipline.incidentType: is none of "
                        + IncidentType.allCases.map { "“\($0.rawValue)”" }.joined(separator: ", "))
            }
            cyberTipline = CyberTipline(
                incidentType: type, firstName: try object.optional("firstName"),
                lastName: try object.optional("lastName"), email: try object.email("email"),
                service: try object.optional("service"), termsOfService: try object.optional("termsOfService"),
                legalURL: try object.optional("legalURL"), credentials: try object.optional("credentials"),
                url: try object.address("url"))
            try object.end()
        } else {
            cyberTipline = nil
        }
        messenger = try top.address("messenger")
        try top.end()
    }
}

/// A JSON object, taken apart member by member.
private struct SettingsObject {
    private var members: [String: JSON]
    private let path: String

    init(_ json: JSON, _ path: String) throws(ReportFailure) {
        guard case .object(let members) = json else {
            throw ReportFailure(path.isEmpty ? "is no JSON object" : "\(path): is no object")
        }
        self.members = members
        self.path = path
    }

    private func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    func has(_ name: String) -> Bool { members[name] != nil }

    mutating func take(_ name: String) -> JSON? { members.removeValue(forKey: name) }

    mutating func object(_ name: String) throws(ReportFailure) -> SettingsObject {
        guard let json = take(name) else { throw ReportFailure("\(place(name)): is missing") }
        return try SettingsObject(json, place(name))
    }

    mutating func optional(_ name: String) throws(ReportFailure) -> String? {
        guard let json = take(name) else { return nil }
        guard case .text(let text) = json, (1...2_000).contains(text.utf8.count) else {
            throw ReportFailure("\(place(name)): is no text of 1 to 2,000 bytes")
        }
        return text
    }

    /// A place that something is sent to: looked at when the settings are read, and not when something is sent.
    mutating func address(_ name: String) throws(ReportFailure) -> String? {
        guard let text = try optional(name) else { return nil }
        do throws(ReportFailure) { _ = try ReportAddress(text) } catch {
            throw ReportFailure("\(place(name)): \(error.description)")
        }
        return text
    }

    mutating func email(_ name: String) throws(ReportFailure) -> String {
        let text = try text(name)
        guard EmailAddress.isOne(text) else { throw ReportFailure("\(place(name)): is no e-mail address") }
        return text
    }

    mutating func text(_ name: String) throws(ReportFailure) -> String {
        guard let text = try optional(name) else { throw ReportFailure("\(place(name)): is missing") }
        return text
    }

    func end() throws(ReportFailure) {
        if let name = members.keys.sorted().first {
            throw ReportFailure("\(place(JSON.shortened(name, to: 60))): is not known")
        }
    }
}
