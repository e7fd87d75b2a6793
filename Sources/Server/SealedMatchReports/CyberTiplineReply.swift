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

    /// Codes by which the API refuses a request, and does nothing. Any other code but 0 is taken to be unknown: 1000 to
    /// 1999 are errors of the server's.
    private static let refusals: Set<Int> = [
        2000, 3000, 3100, 3300, 4000, 4100, 4110, 4200, 5001, 5002, 5101, 5102,
    ]

    /// - Parameter call: what was asked: `submit`, `upload`, `fileinfo`, `finish`, `retract`.
    package init(_ outcome: HTTPOutcome, to call: String) {
        switch outcome {
        case .unsent(let why): self.init(.unsent, said: why)
        case .unknown(let why): self.init(.unknown, said: why)
        case .reply(let status, let body): self.init(status, body, call)
        }
    }

    private init(
        _ outcome: Outcome, status: Int = 0, code: Int? = nil, report: String? = nil, file: String? = nil, said: String
    ) {
        self.outcome = outcome
        self.status = status
        self.code = code
        self.report = report
        self.file = file
        self.said = said
    }

    private init(_ status: Int, _ body: [UInt8], _ call: String) {
        guard let document = try? XMLElement(parsing: body),
            document.name == "reportResponse" || document.name == "reportDoneResponse",
            let code = document.child("responseCode").flatMap({ Int($0.text) })
        else {
            // Without the API's own word HTTP's counts: what is neither done nor an error of the server's is refused.
            let isRefused = (300..<500).contains(status) && status != 408
            self.init(
                isRefused ? .refused : .unknown, status: status, said: "HTTP status \(status), and no reply of the API")
            return
        }
        let report = Self.number(document.child("reportId"))
        let file = document.child("fileId").map(\.text).flatMap { Self.isIdentifier($0) ? $0 : nil }
        let said = VisibleText.of(document.child("responseDescription")?.text ?? "", limit: 300)
        var outcome = code == 0 ? Outcome.done : Self.refusals.contains(code) ? .refused : .unknown
        // Done, and what it made has no name: it cannot be gone on with.
        if outcome == .done, (call == "submit" && report == nil) || (call == "upload" && file == nil) {
            outcome = .unknown
        }
        self.init(outcome, status: status, code: code, report: report, file: file, said: said)
    }

    private static func number(_ element: XMLElement?) -> String? {
        guard let text = element?.text, (1...18).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
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
