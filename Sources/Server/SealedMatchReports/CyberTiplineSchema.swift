/// What the CyberTipline's schema asks of the documents that it takes: which elements, how often, in which order, and
/// the values that it fixes. After NCMEC's public documentation of the API; the schema itself is at `GET /xsd` there.
package enum CyberTiplineSchema {
    /// Children in their order: one, `?` none or one, `*` any number, `+` one at least. A name without a line is a
    /// text.
    private static let lines = """
        report: batchedReport? incidentSummary internetDetails* lawEnforcement? reporter personOrUserReported? \
        intendedRecipient* victim* additionalInfo?
        incidentSummary: incidentType platform? escalateToHighPriority? reportAnnotations? incidentDateTime \
        incidentDateTimeDescription?
        reportAnnotations: sextortion? csamSolicitation? minorToMinorInteraction? spam? \
        sadisticOnlineExploitation? informational?
        internetDetails: webPageIncident? emailIncident? newsgroupIncident? chatImIncident? onlineGamingIncident? \
        cellPhoneIncident? nonInternetIncident? peer2peerIncident?
        webPageIncident: url* additionalInfo?
        emailIncident: emailAddress* content? additionalInfo?
        newsgroupIncident: name? emailAddress* content? additionalInfo?
        chatImIncident: chatClient? chatRoomName? content? additionalInfo?
        onlineGamingIncident: gameName? console? content? additionalInfo?
        cellPhoneIncident: phoneNumber? latitude? longitude? additionalInfo?
        nonInternetIncident: locationName? incidentAddress* additionalInfo?
        peer2peerIncident: client? ipCaptureEvent* fileNames? additionalInfo?
        lawEnforcement: agencyName caseNumber? officerContact? reportedToLe? servedLegalProcessDomestic? \
        servedLegalProcessInternational?
        reporter: reportingPerson contactPerson? companyTemplate? termsOfService? legalURL?
        reportingPerson: firstName? lastName? phone* email* address* age? ageAssertionDiscrepancy? dateOfBirth?
        personOrUserReportedPerson: firstName? lastName? phone* email* address* age? ageAssertionDiscrepancy? \
        dateOfBirth?
        intendedRecipientPerson: firstName? lastName? phone* email* address* age? ageAssertionDiscrepancy? dateOfBirth?
        victimPerson: firstName? lastName? phone* email* address* age? ageAssertionDiscrepancy? dateOfBirth?
        contactPerson: firstName? lastName? phone* email* address*
        officerContact: firstName? lastName? phone* email* address*
        address: address? city? zipCode? state? nonUsaState? country?
        incidentAddress: address? city? zipCode? state? nonUsaState? country?
        ipCaptureEvent: ipAddress eventName? dateTime? possibleProxy? port?
        deviceId: idType idValue eventName? dateTime?
        estimatedLocation: city? region? countryCode?
        personOrUserReported: personOrUserReportedPerson? vehicleDescription? espIdentifier? espService? \
        compromisedAccount? screenName? displayName* profileUrl* profileBio? ipCaptureEvent* deviceId* \
        thirdPartyUserReported? priorCTReports* groupIdentifier? estimatedLocation? allEmailsReported? \
        associatedAccount* additionalInfo?
        intendedRecipient: intendedRecipientPerson? espIdentifier? espService? compromisedAccount? screenName? \
        displayName* profileUrl* profileBio? ipCaptureEvent* deviceId* priorCTReports* groupIdentifier? \
        estimatedLocation? allEmailsReported? additionalInfo?
        victim: victimPerson espIdentifier? espService? compromisedAccount? screenName? displayName* profileUrl* \
        profileBio? ipCaptureEvent* deviceId* schoolName? priorCTReports* estimatedLocation? allEmailsReported? \
        associatedAccount* additionalInfo?
        associatedAccount: platform? firstName? middleName? lastName? approximateAge? ageAssertionDiscrepancy? phone* \
        email* allEmailsReported? address* espService? espIdentifier? profileUrl* screenName? displayName* \
        profileBio? groupIdentifier? ipCaptureEvent* deviceId* additionalInfo?
        fileDetails: reportId fileId originalFileName? uploadedToEspTimestamp? locationOfFile? fileViewedByEsp? \
        exifViewedByEsp? publiclyAvailable? fileRelevance? fileAnnotations? industryClassification? originalFileHash* \
        ipCaptureEvent? deviceId* details* additionalInfo*
        fileAnnotations: animeDrawingVirtualHentai? potentialMeme? viral? possibleSelfProduction? physicalHarm? \
        violenceGore? bestiality? liveStreaming? infant? generativeAi?
        details: nameValuePair+
        nameValuePair: name value
        """

    private static let models: [String: [(name: String, least: Int, most: Int)]] = {
        var models: [String: [(name: String, least: Int, most: Int)]] = [:]
        for line in lines.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == ":" }.map(String.init)
            models[words[0]] = words.dropFirst().map { word in
                switch word.last {
                case "?": (String(word.dropLast()), 0, 1)
                case "*": (String(word.dropLast()), 0, .max)
                case "+": (String(word.dropLast()), 1, .max)
                default: (word, 1, 1)
                }
            }
        }
        return models
    }()

    /// Texts that are one of a few, or of a form.
    private static let values: [String: Set<String>] = [
        "incidentType": Set(ReportSettings.IncidentType.allCases.map(\.rawValue)),
        "industryClassification": ["A1", "A2", "B1", "B2"],
        "fileRelevance": ["Reported", "Supplemental Reported"],
        "eventName": ["Login", "Registration", "Purchase", "Upload", "Other", "Unknown"],
    ]
    private static let flags: Set = [
        "fileViewedByEsp", "exifViewedByEsp", "publiclyAvailable", "compromisedAccount", "possibleProxy",
        "allEmailsReported", "thirdPartyUserReported", "reportedToLe", "ageAssertionDiscrepancy",
    ]
    private static let lengths = [
        "escalateToHighPriority": 3_000, "incidentDateTimeDescription": 3_000, "email": 255, "firstName": 100,
        "lastName": 100, "espIdentifier": 256, "espService": 256, "screenName": 256, "chatClient": 255,
        "originalFileName": 2_056, "legalURL": 2_083, "name": 255,
    ]

    /// What is wrong with a document; nil: nothing that is looked for.
    /// - Parameters:
    ///   - root: what it has to be: `report` or `fileDetails`.
    ///   - now: seconds since 1970.
    package static func fault(_ document: XMLElement, root: String, now: UInt64) -> String? {
        guard document.name == root else { return "the document is no \(root)" }
        if let fault = fault(document) { return fault }
        if let summary = document.child("incidentSummary") {
            guard let time = summary.child("incidentDateTime").flatMap({ ReportTime.seconds($0.text) }) else {
                return "incidentDateTime is no time with its zone"
            }
            guard time < now else { return "incidentDateTime is not in the past" }
        }
        if let person = document.child("reporter")?.child("reportingPerson") {
            guard let email = person.child("email")?.text, email.contains("@") else {
                return "reportingPerson has no email"
            }
        }
        return nil
    }

    private static func fault(_ element: XMLElement) -> String? {
        guard let model = models[element.name], !(element.name == "address" && element.children.isEmpty) else {
            if let child = element.children.first { return "\(element.name) has no \(child.name)" }
            return textFault(element)
        }
        var rest = element.children[...]
        for part in model {
            let own = rest.prefix { $0.name == part.name }
            guard own.count >= part.least else {
                return "\(element.name): \(part.name) is missing, or stands in another place"
            }
            guard own.count <= part.most else { return "\(element.name): more than one \(part.name)" }
            rest = rest.dropFirst(own.count)
        }
        if let child = rest.first { return "\(element.name): \(child.name) is not known, or stands in another place" }
        for child in element.children {
            if let fault = fault(child) { return fault }
        }
        return nil
    }

    private static func textFault(_ element: XMLElement) -> String? {
        let (name, text) = (element.name, element.text)
        if let known = values[name], !known.contains(text) { return "\(name) has a value that is none" }
        if flags.contains(name), !["true", "false", "1", "0"].contains(text) {
            return "\(name) is neither true nor false"
        }
        if let most = lengths[name], text.unicodeScalars.count > most {
            return "\(name) has more than \(most) characters"
        }
        if name == "originalFileHash", !element.attributes.contains(where: { $0.name == "hashType" }) {
            return "originalFileHash has no hashType"
        }
        return nil
    }
}
