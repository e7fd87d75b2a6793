import Foundation
import SealedMatchCrypto
import SealedMatchJSON
import SealedMatchReports
import SealedMatchTestSupport
import Synchronization
import Testing

/// Requests to a stand-in in this process; what goes wrong there goes wrong here as curl would tell it.
private final class DirectSender: HTTPSender {
    let standIn: CyberTiplineStandIn
    /// Requests that were sent.
    private(set) var sent = 0
    /// Called before a request is acted on: what becomes of it, if it is not sent on.
    var before: (Int) -> HTTPOutcome? = { _ in nil }
    /// Called after it was acted on: what becomes of the reply.
    var after: (Int) -> HTTPOutcome? = { _ in nil }

    init(_ standIn: CyberTiplineStandIn) { self.standIn = standIn }

    func send(_ request: HTTPRequest) -> HTTPOutcome {
        sent += 1
        if let outcome = before(sent) { return outcome }
        let call = request.url.split(separator: "/").last.map(String.init) ?? ""
        let reply = standIn.answer(call, type: request.contentType ?? "", body: request.body)
        if let outcome = after(sent) { return outcome }
        return switch reply.fault {
        case .silence, .reset, .lost: .unknown("no reply")
        case .truncated: .unknown("half a reply")
        default: .reply(status: reply.status, body: reply.body)
        }
    }
}

/// The documents of one case with two pictures, the same in each world: a library takes long to make.
private let documents = Result {
    try Fixture().report(
        pictures: (1...2).map { match in
            let digest = try FilingJournal.sha256(World.bytes(match)).bytes.map { String(format: "%02x", $0) }
            return CyberTiplineReport.Picture(match: match, sha256: digest.joined())
        })
}

/// A filing with two pictures against a stand-in, and a clock that both read.
private final class World {
    let scratch = TemporaryDirectory()
    let standIn: CyberTiplineStandIn
    let sender: DirectSender
    private let clock: Clock
    var path: String

    final class Clock: Sendable {
        private let time = Mutex<UInt64>(1_800_100_000)
        var now: UInt64 { time.withLock { $0 } }
        func move(_ seconds: UInt64) { time.withLock { $0 += seconds } }
    }

    init() throws {
        let clock = Clock()
        self.clock = clock
        standIn = CyberTiplineStandIn { clock.now }
        sender = DirectSender(standIn)
        path = scratch.file("filing")
        for match in [1, 2] { try Data(Self.bytes(match)).write(to: URL(filePath: picture(match))) }
        try CyberTiplineFiling.prepare(
            documents.get(), pictures: [picture(1), picture(2)], by: "lena", in: FilingJournal(path: path),
            at: clock.now)
    }

    static func bytes(_ match: Int) -> [UInt8] { [UInt8](repeating: UInt8(match), count: 10_000) }
    func picture(_ match: Int) -> String { scratch.file("picture-\(match)") }
    func move(_ seconds: UInt64) { clock.move(seconds) }
    var now: UInt64 { clock.now }

    func filing() throws -> CyberTiplineFiling {
        CyberTiplineFiling(
            try FilingJournal(path: path), to: try ReportAddress("http://localhost:1"), by: sender,
            now: { self.clock.now })
    }

    /// Sends until it went out, as a person would who reads what is said.
    func sendPatiently() throws -> String {
        for _ in 0..<20 {
            do { return try filing().send(anew: "lena") } catch let failure as ReportFailure {
                guard failure.isPassing else { throw failure }
            }
        }
        throw ReportFailure("never")
    }

    var finished: Int { count("finished") }
    func count(_ name: String) -> Int {
        guard case .object(let members) = standIn.received, case .integer(let number)? = members[name] else {
            return -1
        }
        return Int(number)
    }
    func states() -> [String] {
        guard case .object(let members) = standIn.received, case .list(let reports)? = members["reports"] else {
            return []
        }
        return reports.compactMap { report in
            guard case .object(let members) = report, case .text(let state)? = members["state"] else { return nil }
            return state
        }
    }
}

@Suite struct CyberTiplineFilingTests {
    @Test func withoutFaults() throws {
        let world = try World()
        #expect(try world.filing().send(anew: nil) == "1")
        #expect(world.finished == 1 && world.sender.sent == 6)
        // Given again nothing more is sent.
        #expect(try world.filing().send(anew: nil) == "1" && world.sender.sent == 6)
        guard case .object(let members) = world.standIn.received, case .list(let reports)? = members["reports"],
            case .object(let report)? = reports.first, case .list(let files)? = report["files"]
        else { throw ReportFailure("no report") }
        #expect(files.count == 2)
        for case .object(let file) in files {
            guard case .list(let details)? = file["details"] else { throw ReportFailure("no details") }
            #expect(details.count == 1)
        }
        #expect(refusal { try world.filing().withdraw(by: "lena", why: "x") }.contains("report 1 went out"))
        #expect(
            refusal {
                try CyberTiplineFiling.prepare(
                    documents.get(), pictures: [], by: "lena", in: FilingJournal(path: world.path), at: 1)
            }.contains("went out"))
        try CyberTiplineFiling.record(in: FilingJournal(path: world.path), at: world.now)
        try CyberTiplineFiling.record(in: FilingJournal(path: world.path), at: world.now)
        #expect(try FilingJournal.read(path: world.path).entries.filter { $0.kind == "recorded" }.count == 1)
        #expect(
            refusal {
                try CyberTiplineFiling.prepare(
                    documents.get(), pictures: [], by: "lena", in: FilingJournal(path: world.path), at: 1)
            }.contains("went out"))
    }

    /// Every fault at every call, and twice: one finished report each.
    @Test(arguments: ["submit", "upload", "fileinfo", "finish"])
    func faults(call: String) throws {
        for fault in CyberTiplineStandIn.Fault.allCases {
            for more in [.reset, .lost].contains(fault) ? [[], [fault]] : [[]] {
                let world = try World()
                world.standIn.fail(call, [fault] + more)
                // The replies of what finds out what happened can get lost, too.
                if !more.isEmpty { world.standIn.fail("retract", [.reset, .lost]) }
                let isRefusal = [.code2000, .code3000, .code3100].contains(fault)
                if isRefusal {
                    while true {
                        do {
                            _ = try world.filing().send(anew: "lena")
                            Issue.record("\(call) \(fault): went out")
                            break
                        } catch let failure as ReportFailure {
                            if !failure.isPassing { break }
                        }
                    }
                    #expect(world.finished == 0, "\(call) \(fault)")
                    let journal = try FilingJournal(path: world.path)
                    guard case .refused = FilingProgress(journal.entries).position else {
                        Issue.record(
                            "\(call) \(fault): \(CyberTiplineFiling.describe(FilingProgress(journal.entries)))")
                        continue
                    }
                    #expect(!world.states().contains("open"))
                    continue
                }
                _ = try world.sendPatiently()
                #expect(world.finished == 1, "\(call) \(fault)")
                #expect(FilingProgress(try FilingJournal.read(path: world.path).entries).submits <= 4)
            }
        }
    }

    /// Killed while any request was under way, whether it was acted on or not: one finished report.
    @Test(arguments: [true, false])
    func killed(acted: Bool) throws {
        var place = 0
        while true {
            place += 1
            let world = try World()
            world.standIn.fail("finish", [.reset])
            var isDead = false
            let copy = world.scratch.file("copy")
            let die: (Int) -> HTTPOutcome? = { number in
                if isDead { return .unsent("dead") }
                guard number == place else { return nil }
                isDead = true
                try? FileManager.default.copyItem(atPath: world.path, toPath: copy)
                return .unsent("dead")
            }
            if acted { world.sender.after = die } else { world.sender.before = die }
            if acted { world.sender.before = { _ in isDead ? .unsent("dead") : nil } }
            let said = refusal { _ = try world.filing().send(anew: nil) }
            guard isDead else {
                #expect(place == 8, "\(said)")
                break
            }
            // What the killed process left; what was begun of an entry without its end may be there, too.
            world.path = copy
            let count = try FilingJournal.read(path: copy).entries.count
            try Data("half".utf8).write(
                to: URL(filePath: "\(copy)/\(String(format: "%06d", count + 1))-received"))
            (world.sender.before, world.sender.after) = ({ _ in nil }, { _ in nil })
            _ = try world.sendPatiently()
            #expect(world.finished == 1, "request \(place): \(world.states())")
            #expect(!world.states().contains("open") || world.states().count(where: { $0 == "open" }) == 1)
        }
    }

    /// One that may be open, and of which nobody knows the number: the next is begun when it has vanished.
    @Test func maybeOpen() throws {
        let world = try World()
        world.standIn.fail("submit", [.reset])
        #expect(refusal { _ = try world.filing().send(anew: nil) }.contains("vanishes within an hour"))
        #expect(refusal { _ = try world.filing().send(anew: nil) }.contains("--begin-anew"))
        #expect(world.sender.sent == 1)
        world.move(CyberTiplineFiling.vanishes + 1)
        #expect(try world.filing().send(anew: nil) == "2")
        #expect(world.states() == ["expired", "finished"])
    }

    /// It vanished at the receiver while nobody went on.
    @Test func expired() throws {
        for (seconds, step) in [(3_601, 2), (3_601, 4), (90_000, 6)] {
            let world = try World()
            world.sender.before = { $0 == step ? .unsent("no network") : nil }
            #expect(refusal { _ = try world.filing().send(anew: nil) }.contains("nothing was sent"))
            world.sender.before = { _ in nil }
            world.move(UInt64(seconds))
            _ = try world.filing().send(anew: nil)
            #expect(world.states() == ["expired", "finished"])
        }
    }

    /// Asked to go out, no reply, and then the receiver does not know it: a person finds out.
    @Test func unclear() throws {
        for went in [true, false] {
            let world = try World()
            world.standIn.fail("finish", [.lost])
            world.sender.before = { $0 == 7 ? .unsent("no network") : nil }
            #expect(refusal { _ = try world.filing().send(anew: nil) }.contains("nothing was sent"))
            world.sender.before = { _ in nil }
            world.move(4_000)
            for _ in 0..<2 {
                #expect(refusal { _ = try world.filing().send(anew: "lena") }.contains("report settle"))
            }
            #expect(world.count("finished") == 0 && world.states() == ["expired"])
            #expect(refusal { try world.filing().withdraw(by: "lena", why: "") }.contains("report settle"))
            try CyberTiplineFiling.settle(
                FilingJournal(path: world.path), finished: went, by: "lena", why: "asked", at: world.now)
            #expect(try world.filing().send(anew: nil) == (went ? "1" : "2"))
            #expect(world.finished == (went ? 0 : 1))
        }
    }

    @Test func takenBack() throws {
        for step in 1...6 {
            let world = try World()
            world.sender.before = { $0 == step ? .unsent("no network") : nil }
            #expect(refusal { _ = try world.filing().send(anew: nil) } != "")
            world.sender.before = { _ in nil }
            try world.filing().withdraw(by: "lena", why: "an error")
            #expect(refusal { _ = try world.filing().send(anew: "lena") }.contains("taken back"))
            #expect(world.finished == 0 && !world.states().contains("open"))
        }
        // Its finish got through, and nobody knew: it cannot be taken back.
        let world = try World()
        world.standIn.fail("finish", [.reset])
        world.sender.before = { $0 == 7 ? .unsent("no network") : nil }
        #expect(refusal { _ = try world.filing().send(anew: nil) } != "")
        world.sender.before = { _ in nil }
        #expect(refusal { try world.filing().withdraw(by: "lena", why: "") }.contains("report 1 went out"))
        #expect(try world.filing().send(anew: nil) == "1")
    }

    /// A picture that is another one now is not sent.
    @Test func anotherPicture() throws {
        let world = try World()
        try Data([1]).write(to: URL(filePath: world.picture(2)))
        #expect(refusal { _ = try world.filing().send(anew: nil) }.contains("another file"))
        #expect(world.finished == 0)
        try FileManager.default.removeItem(atPath: world.picture(1))
        #expect(refusal { _ = try world.filing().send(anew: nil) } != "")
    }

    /// A journal that was changed is not gone on with.
    @Test func changedJournal() throws {
        func damaged(_ change: (String) throws -> Void) throws -> String {
            let world = try World()
            _ = try world.filing().send(anew: nil)
            try change(world.path)
            return refusal { _ = try world.filing().send(anew: nil) }
        }
        func edit(_ path: String, _ old: String, _ new: String) throws {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.contains(old))
            try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        #expect(try damaged { try edit("\($0)/000002.json", "submit", "finish") }.contains("000003.json: was changed"))
        #expect(try damaged { try FileManager.default.removeItem(atPath: "\($0)/000004.json") }.contains("missing"))
        #expect(
            try damaged {
                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\($0)/000001.json")
            }.contains("error 107"))
        let world = try World()
        try edit("\(world.path)/000001-report.xml", "Example", "Another")
        #expect(refusal { _ = try world.filing().send(anew: nil) }.contains("was changed") && world.sender.sent == 0)
        // One process at a time.
        let journal = try FilingJournal(path: world.path)
        #expect(refusal { _ = try FilingJournal(path: world.path) }.contains("another process"))
        withExtendedLifetime(journal) {}
    }

    /// Replies that say done and name nothing, and those of other forms.
    @Test func replies() {
        func outcome(_ text: String, _ status: Int = 200, to call: String = "submit") -> CyberTiplineReply.Outcome {
            CyberTiplineReply(.reply(status: status, body: Array(text.utf8)), to: call).outcome
        }
        func code(_ code: String, _ more: String = "") -> String {
            "<reportResponse><responseCode>\(code)</responseCode><responseDescription>x</responseDescription>"
                + "\(more)</reportResponse>"
        }
        #expect(outcome(code("0", "<reportId>7</reportId>")) == .done)
        #expect(outcome(code("0")) == .unknown && outcome(code("0", "<reportId>7/8</reportId>")) == .unknown)
        #expect(outcome(code("0", "<fileId>a&amp;b</fileId>"), to: "upload") == .unknown)
        for number in [2000, 3000, 3100, 4100, 5001, 5102] { #expect(outcome(code("\(number)"), 400) == .refused) }
        for number in ["1000", "9999", "x", ""] { #expect(outcome(code(number)) == .unknown) }
        #expect(outcome("", 401) == .refused && outcome("", 307) == .refused && outcome("", 404) == .refused)
        for status in [200, 408, 500, 503] { #expect(outcome("<html>", status) == .unknown) }
    }
}
