internal import SealedMatchCrypto
package import SealedMatchJSON
internal import SealedMatchLists
internal import Synchronization

/// A stand-in for NCMEC's CyberTipline API, for tests: it takes what the real one takes, answers with its codes, keeps
/// everything in memory, and sends nothing on. It is made after public documentation, and is not NCMEC's.
package final class CyberTiplineStandIn: Sendable {
    /// What can be made to go wrong with one request.
    package enum Fault: String, CaseIterable, Sendable {
        /// No reply for a long time; it was done.
        case silence
        /// The connection ends without a reply; it was done.
        case reset
        /// The same; it was not done.
        case lost
        /// Status 500, and no document; it was done.
        case status500
        /// Status 503, and no document; it was not done.
        case status503
        /// The reply ends in its middle; it was done.
        case truncated
        /// A reply with the code 9999; it was done.
        case wrongCode
        /// Code 1000, an error of the server's; it was not done.
        case code1000
        /// Code 2000: not authenticated.
        case code2000
        /// Code 3000: not authorised.
        case code3000
        /// Code 3100: not authorised to submit.
        case code3100

        /// Whether the request is acted on.
        package var isDone: Bool {
            switch self {
            case .silence, .reset, .status500, .truncated, .wrongCode: true
            default: false
            }
        }
        fileprivate var code: Int? {
            switch self {
            case .code1000: 1000
            case .code2000: 2000
            case .code3000: 3000
            case .code3100: 3100
            default: nil
            }
        }
    }

    /// A reply, and what goes wrong with it.
    package struct Reply: Sendable {
        package let status: Int
        package let body: [UInt8]
        package let fault: Fault?
    }

    fileprivate enum State: String { case open, finished, retracted, expired }

    fileprivate struct File {
        let identifier: String
        let name: String
        let sha256: String
        let bytes: Int
        var details: [String] = []
    }

    fileprivate struct Report {
        let number: Int
        let document: String
        let begun: UInt64
        var changed: UInt64
        var state = State.open
        var files: [File] = []
    }

    fileprivate struct Kept {
        var reports: [Int: Report] = [:]
        var next = 1
        var offset: UInt64 = 0
        var faults: [String: [Fault]] = [:]
        var requests: [String: Int] = [:]
    }

    private let kept = Mutex(Kept())
    private let now: @Sendable () -> UInt64

    /// - Parameter now: seconds since 1970; `move` adds to it.
    package init(now: @escaping @Sendable () -> UInt64) { self.now = now }

    /// Seconds after which an unfinished report vanishes: since it was begun, and since it was changed.
    package static let lifetime: UInt64 = 86_400
    package static let idleTime: UInt64 = 3_600

    /// Moves the clock forward.
    package func move(_ seconds: UInt64) { kept.withLock { $0.offset += seconds } }

    /// The next requests of a call go wrong so, one after the other.
    package func fail(_ call: String, _ faults: [Fault]) {
        kept.withLock { $0.faults[call, default: []] += faults }
    }

    /// A request, and what is answered.
    package func answer(_ call: String, type: String, body: [UInt8]) -> Reply {
        kept.withLock { kept in
            let time = now() + kept.offset
            kept.requests[call, default: 0] += 1
            for number in kept.reports.keys { kept.reports[number]?.expire(time) }
            var fault: Fault?
            if var waiting = kept.faults[call], !waiting.isEmpty {
                fault = waiting.removeFirst()
                kept.faults[call] = waiting
            }
            if let code = fault?.code { return Self.reply(code, "made to fail", fault: fault) }
            if let fault, !fault.isDone { return Reply(status: 503, body: [], fault: fault) }
            let done = Self.act(call, type, body, time, &kept)
            return switch fault {
            case .status500: Reply(status: 500, body: [], fault: fault)
            case .wrongCode: Self.reply(9999, "no such code", fault: fault)
            default: Reply(status: done.status, body: done.body, fault: fault)
            }
        }
    }

    /// Everything that came, as JSON: `reports` by number, `finished`: how many went out, `requests` by call.
    package var received: JSON {
        kept.withLock { kept in
            let time = now() + kept.offset
            for number in kept.reports.keys { kept.reports[number]?.expire(time) }
            let reports = kept.reports.values.sorted { $0.number < $1.number }
            return .object([
                "finished": .integer(Int128(reports.count { $0.state == .finished })),
                "reports": .list(reports.map(\.json)),
                "requests": .object(kept.requests.mapValues { .integer(Int128($0)) }),
                "time": .integer(Int128(time)),
            ])
        }
    }

    private static func act(
        _ call: String, _ type: String, _ body: [UInt8], _ time: UInt64, _ kept: inout Kept
    ) -> Reply {
        switch call {
        case "status": return reply(0, "the stand-in of SealedMatch")
        case "submit", "fileinfo":
            let document: XMLElement
            do throws(ReportFailure) { document = try XMLElement(parsing: body) } catch {
                return reply(4110, error.description)
            }
            if let fault = CyberTiplineSchema.fault(
                document, root: call == "submit" ? "report" : "fileDetails", now: time)
            {
                return reply(4100, fault)
            }
            let text = String(decoding: body, as: UTF8.self)
            if call == "submit" {
                let number = kept.next
                kept.next += 1
                kept.reports[number] = Report(number: number, document: text, begun: time, changed: time)
                return reply(0, "done", report: number)
            }
            return change(document.child("reportId")?.text, time, &kept) { report in
                let file = document.child("fileId")?.text
                guard let place = report.files.firstIndex(where: { $0.identifier == file }) else {
                    return reply(5002, "no such file", report: report.number)
                }
                report.files[place].details.append(text)
                return reply(0, "done", report: report.number)
            }
        case "upload", "finish", "retract":
            let form = MultipartForm(body, type: type)
            guard let form else { return reply(4000, "no form") }
            return change(form.fields["id"], time, &kept) { report in
                switch call {
                case "upload":
                    guard let file = form.file, !file.bytes.isEmpty,
                        let sha256 = try? FilingJournal.sha256(file.bytes)
                    else { return reply(4200, "no file", report: report.number) }
                    let digits = Hexadecimal.text(sha256.bytes)
                    let identifier = "\(String(digits.prefix(28)))\(1_000 + report.files.count)"
                    report.files.append(
                        File(identifier: identifier, name: file.name, sha256: digits, bytes: file.bytes.count))
                    return reply(0, "done", report: report.number, file: identifier)
                case "finish":
                    report.state = .finished
                    return done(report)
                default:
                    report.state = .retracted
                    return reply(0, "done", report: report.number)
                }
            }
        default: return Reply(status: 404, body: [], fault: nil)
        }
    }

    /// A change of a report that is open.
    private static func change(
        _ number: String?, _ time: UInt64, _ kept: inout Kept, _ body: (inout Report) -> Reply
    ) -> Reply {
        guard let number = number.flatMap({ Int($0) }), var report = kept.reports[number], report.state != .expired
        else { return reply(5001, "no such report") }
        switch report.state {
        case .retracted: return reply(5101, "it was retracted", report: number)
        case .finished: return reply(5102, "it was finished", report: number)
        default: break
        }
        let answer = body(&report)
        report.changed = time
        kept.reports[number] = report
        return answer
    }

    private static func reply(
        _ code: Int, _ said: String, report: Int? = nil, file: String? = nil, fault: Fault? = nil
    ) -> Reply {
        let document = XMLElement(
            "reportResponse",
            [
                XMLElement("responseCode", "\(code)"), XMLElement("responseDescription", said),
                report.map { XMLElement("reportId", "\($0)") }, file.map { XMLElement("fileId", $0) },
            ])
        let status =
            switch code {
            case 0: 200
            case 1000..<2000: 500
            case 2000: 401
            case 3000..<4000: 403
            case 5001, 5002: 404
            default: 400
            }
        return Reply(status: status, body: document.document, fault: fault)
    }

    private static func done(_ report: Report) -> Reply {
        let document = XMLElement(
            "reportDoneResponse",
            [
                XMLElement("responseCode", "0"), XMLElement("reportId", "\(report.number)"),
                XMLElement("files", report.files.map { XMLElement("fileId", $0.identifier) }),
            ])
        return Reply(status: 200, body: document.document, fault: nil)
    }
}

extension CyberTiplineStandIn.Report {
    fileprivate mutating func expire(_ time: UInt64) {
        if state == .open, time > begun + CyberTiplineStandIn.lifetime || time > changed + CyberTiplineStandIn.idleTime
        {
            state = .expired
        }
    }

    fileprivate var json: JSON {
        .object([
            "number": .integer(Int128(number)), "state": .text(state.rawValue), "document": .text(document),
            "files": .list(
                files.map { file in
                    .object([
                        "identifier": .text(file.identifier), "name": .text(file.name), "sha256": .text(file.sha256),
                        "bytes": .integer(Int128(file.bytes)), "details": .list(file.details.map { .text($0) }),
                    ])
                }),
        ])
    }
}
