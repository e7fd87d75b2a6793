/// A reply of the CyberTipline: what it says of the request that it answers.
package struct CyberTiplineReply: Equatable, Sendable {
    /// What became of a request.
    package enum Outcome: String, Sendable {
        /// It was done.
        case done
        /// It was refused, and nothing was done.
        case refused
        /// It may have been done.
        case unknown
        /// It never reached the other side.
        case unsent
    }

    package let outcome: Outcome
    /// Of HTTP; 0 without one.
    package let status: Int
    /// Of the API; nil without one.
    package let code: Int?
    package let report: String?
    package let file: String?
    /// For a person. Escape it where it is shown.
    package let said: String
    /// The reply contradicts itself or the request. What was done is not known, as of one that was lost; but somebody
    /// should look at who answers there.
    package let isContradiction: Bool

    /// Codes by which the API refuses a request, and does nothing. Any other code but 0 is taken to be unknown: 1000 to
    /// 1999 are errors of the server's.
    private static let refusals: Set<Int> = [
        2000, 3000, 3100, 3300, 4000, 4100, 4110, 4200, 5001, 5002, 5101, 5102,
    ]

    /// - Parameters:
    ///   - call: what was asked: `submit`, `upload`, `fileinfo`, `finish`, `retract`.
    ///   - report: the report that it was asked of; nil for `submit`.
    ///   - file: the file that it was asked of, of `fileinfo`.
    package init(_ outcome: HTTPOutcome, to call: String, of report: String? = nil, file: String? = nil) {
        switch outcome {
        case .unsent(let why): self.init(.unsent, said: why)
        case .unknown(let why): self.init(.unknown, said: why)
        case .reply(let status, let body): self.init(status, body, call, report, file)
        }
    }

    private init(
        _ outcome: Outcome, status: Int = 0, code: Int? = nil, report: String? = nil, file: String? = nil, said: String,
        isContradiction: Bool = false
    ) {
        self.outcome = outcome
        self.status = status
        self.code = code
        self.report = report
        self.file = file
        self.said = said
        self.isContradiction = isContradiction
    }

    private init(_ status: Int, _ body: [UInt8], _ call: String, _ asked: String?, _ askedFile: String?) {
        guard let document = try? XMLElement(parsing: body),
            (200..<300).contains(status) || ["reportResponse", "reportDoneResponse"].contains(document.name)
        else {
            // Without the API's own word HTTP's counts: what is neither done nor an error of the server's is refused.
            let isRefused = (300..<500).contains(status) && status != 408
            self.init(
                isRefused ? .refused : .unknown, status: status, said: "HTTP status \(status), and no reply of the API")
            return
        }
        if let fault = Self.fault(document, call, asked, askedFile, status) {
            self.init(.unknown, status: status, said: fault, isContradiction: true)
            return
        }
        guard let code = document.child("responseCode").flatMap({ Self.code($0.text) }) else {
            self.init(.unknown, status: status, said: "the reply has no code", isContradiction: true)
            return
        }
        let said = VisibleText.of(document.child("responseDescription")?.text ?? "", limit: 300)
        self.init(
            code == 0 ? .done : Self.refusals.contains(code) ? .refused : .unknown, status: status, code: code,
            report: Self.number(document.child("reportId")), file: document.child("fileId")?.text, said: said)
    }

    /// The same, of which somebody else knows that it cannot be.
    func contradicting(_ what: String) -> CyberTiplineReply {
        CyberTiplineReply(.unknown, status: status, code: code, said: what, isContradiction: true)
    }

    /// What is wrong with a reply to this call; nil: nothing.
    private static func fault(
        _ document: XMLElement, _ call: String, _ asked: String?, _ askedFile: String?, _ status: Int
    ) -> String? {
        let isDone = document.name == "reportDoneResponse"
        guard document.name == "reportResponse" || (isDone && call == "finish") else {
            return "the reply to \(call) is a “\(VisibleText.of(document.name, limit: 60))”"
        }
        for name in ["responseCode", "responseDescription", "reportId", "fileId"]
        where document.children.count(where: { $0.name == name }) > 1 {
            return "the reply has more than one \(name)"
        }
        guard let code = document.child("responseCode").flatMap({ Self.code($0.text) }) else {
            return "the reply has a code that is none"
        }
        let report = document.child("reportId")
        if let report {
            guard let number = number(report) else { return "the reply has a report's number that is none" }
            if let asked, number != asked {
                return "report \(asked) was asked for, and the reply is about report \(number)"
            }
        }
        let file = document.child("fileId")
        if let file {
            guard isIdentifier(file.text) else { return "the reply has a file's name that is none" }
            if let askedFile, file.text != askedFile { return "the reply is about another file" }
        }
        guard code == 0 else { return isDone ? "a reply that says done has code \(code)" : nil }
        guard (200..<300).contains(status) else { return "the reply has code 0, and HTTP status \(status)" }
        // Done, and what it made has no name: it cannot be gone on with.
        switch call {
        case "submit" where report == nil: return "the reply names no report"
        case "upload" where file == nil: return "the reply names no file"
        case "finish" where !isDone || report == nil: return "the reply does not say which report went out"
        default: return nil
        }
    }

    /// Digits alone, without a sign and without zeros in front.
    private static func code(_ text: String) -> Int? {
        guard (1...9).contains(text.utf8.count), isDigits(text), text == "0" || text.first != "0" else { return nil }
        return Int(text)
    }

    private static func isDigits(_ text: String) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func number(_ element: XMLElement?) -> String? {
        guard let text = element?.text, (1...18).contains(text.utf8.count), isDigits(text), text.first != "0" else {
            return nil
        }
        return text
    }

    private static func isIdentifier(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
