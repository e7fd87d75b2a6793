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
            CyberTiplineReport.Picture(match: match, name: "\(match)", sha256: try sha256(World.bytes(match)))
        })
}

/// A filing with two pictures against a stand-in, and a clock that both read.
private final class World {
    let scratch = TemporaryDirectory()
    let standIn: CyberTiplineStandIn
    let sender: DirectSender
    private let clock: Clock
    var path: String
    let ledger: Ledger
    /// Numbers that are another filing's.
    var taken: [String: String] = [:]

    final class Clock: Sendable {
        private let time = Mutex<UInt64>(1_800_100_000)
        var now: UInt64 { time.withLock { $0 } }
        func move(_ seconds: UInt64) { time.withLock { $0 += seconds } }
    }

    /// - Parameter address: where it is prepared for; nil: for the first that it is sent to.
    init(for address: String? = nil) throws {
        let clock = Clock()
        ledger = try Ledger()
        self.clock = clock
        standIn = CyberTiplineStandIn { clock.now }
        sender = DirectSender(standIn)
        path = scratch.file("filing")
        for match in [1, 2] { try Data(Self.bytes(match)).write(to: URL(filePath: picture(match))) }
        try CyberTiplineFiling.prepare(
            documents.get(), pictures: [picture(1), picture(2)], to: address.map { try ReportAddress($0) }, by: "lena",
            in: journal(), at: clock.now)
    }

    func journal() throws -> FilingJournal { try FilingJournal(path: path, Ledger.name, ledger.keeper) }
    func read() throws -> FilingJournal { try FilingJournal.read(path: path, Ledger.name, ledger.keeper) }

    static func bytes(_ match: Int) -> [UInt8] { jpeg(UInt8(match)) }
    func picture(_ match: Int) -> String { scratch.file("picture-\(match)") }
    func move(_ seconds: UInt64) { clock.move(seconds) }
    var now: UInt64 { clock.now }

    func filing(to address: String = "http://localhost:1") throws -> CyberTiplineFiling {
        CyberTiplineFiling(
            try journal(), to: try ReportAddress(address), by: sender, as: "lena", claim: { self.taken[$0] },
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
                    documents.get(), pictures: [], by: "lena", in: world.journal(), at: 1)
            }.contains("went out"))
        try CyberTiplineFiling.record(in: world.journal(), at: world.now)
        try CyberTiplineFiling.record(in: world.journal(), at: world.now)
        #expect(try world.read().entries.filter { $0.kind == "recorded" }.count == 1)
        #expect(
            refusal {
                try CyberTiplineFiling.prepare(
                    documents.get(), pictures: [], by: "lena", in: world.journal(), at: 1)
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
                    let journal = try world.journal()
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
                #expect(FilingProgress(try world.read().entries).submits <= 4)
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
            let count = try world.read().entries.count
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
                world.journal(), finished: went, by: "lena", why: "asked", at: world.now)
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
        func refused(_ text: String) {
            let said = refusal { _ = try world.filing().send(anew: nil) }
            #expect(said.contains(text) && said.contains("picture-"), "\(said)")
        }
        let place = URL(filePath: world.picture(2))
        try Data(jpeg(9)).write(to: place)
        refused("another file")
        try Data("<svg/>".utf8).write(to: place)
        refused("no picture or video")
        try Data().write(to: place)
        refused("is empty")
        try FileManager.default.removeItem(at: place)
        refused("no such file")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
        refused("is a folder")
        // All of it before anything was opened at the receiver.
        #expect(world.sender.sent == 0)
        try FileManager.default.removeItem(at: place)
        try Data(World.bytes(2)).write(to: place)
        #expect(try world.filing().send(anew: nil) == "1")
        // One that changes while the report is open is not sent, either.
        let late = try World()
        late.sender.after = { number in
            if number == 1 { try? Data(jpeg(8)).write(to: URL(filePath: late.picture(2))) }
            return nil
        }
        #expect(refusal { _ = try late.filing().send(anew: nil) }.contains("another file"))
        #expect(late.finished == 0 && late.states() == ["open"])
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
        #expect(try damaged { try edit("\($0)/000002.json", "submit", "finish") }.contains("not signed"))
        #expect(try damaged { try edit("\($0)/000001.json", "library", "lybrary") }.contains("names no library"))
        #expect(try damaged { try FileManager.default.removeItem(atPath: "\($0)/000004.json") }.contains("missing"))
        // The newest one, too, whatever its form is then.
        let last = try World()
        _ = try last.filing().send(anew: nil)
        let count = try last.read().entries.count
        let newest = "\(last.path)/\(String(format: "%06d", count)).json"
        let whole = try String(contentsOfFile: newest, encoding: .utf8)
        for (old, new) in [
            ("\"outcome\":\"done\"", "\"outcome\":\"unsent\""), ("{", "{ "), ("\n", ""),
            ("\"code\":0", "\"code\":5101"),
        ] {
            try edit(newest, old, new)
            #expect(refusal { _ = try last.filing().send(anew: nil) }.contains("was changed"), "\(old)")
            try edit(newest, try String(contentsOfFile: newest, encoding: .utf8), whole)
        }
        #expect(try last.filing().send(anew: nil) == "1" && last.finished == 1)
        // What belongs to an entry is looked at, whether it is needed or not.
        for part in ["000001-file-1.xml", "000002-sent", "000003-received"] {
            #expect(
                try damaged { try FileManager.default.removeItem(atPath: "\($0)/\(part)") }.contains(
                    "\(part): is missing"))
            #expect(
                try damaged {
                    try Data("x".utf8).write(to: URL(filePath: "\($0)/\(part)"))
                }.contains("\(part): was changed"))
        }
        #expect(
            try damaged {
                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\($0)/000001.json")
            }.contains("error 107"))
        let world = try World()
        try edit("\(world.path)/000001-report.xml", "Example", "Another")
        #expect(refusal { _ = try world.filing().send(anew: nil) }.contains("was changed") && world.sender.sent == 0)
        // One process at a time.
        let journal = try World()
        let held = try journal.journal()
        #expect(refusal { _ = try journal.journal() }.contains("another process"))
        #expect(isPassing { _ = try journal.journal() })
        // The library may be held for a while, or refuse: nothing leaves, and it is known that nothing did.
        for (code, passes) in [(SealedMatchError.Code.fileFailed, true), (.roleRefused, false)] {
            let world = try World()
            world.ledger.keeping = { (_) throws(SealedMatchError) in throw SealedMatchError(code, "busy") }
            #expect(isPassing { _ = try world.filing().send(anew: nil) } == passes)
            let entries = try world.read().entries
            #expect(world.sender.sent == 0 && FilingProgress(entries).position == .prepared)
            world.ledger.keeping = { (_) throws(SealedMatchError) in }
            #expect(try world.filing().send(anew: nil) == "1")
        }
        withExtendedLifetime(held) {}
    }

    /// A journal goes with its library: of an older copy, another filing's, and one of another library nothing is sent.
    @Test func olderCopies() throws {
        let whole = try World()
        _ = try whole.filing().send(anew: nil)
        let count = try whole.read().entries.count
        // Whatever was cut off behind an irreversible request is found out; what is before it is refused.
        for kept in 0..<count {
            let world = try World()
            _ = try world.filing().send(anew: nil)
            let newer = try (kept..<count).map { try world.read().entries[$0] }
            for entry in newer {
                let start = String(format: "%06d", entry.number)
                for name in try FileManager.default.contentsOfDirectory(atPath: world.path) where name.hasPrefix(start)
                {
                    try FileManager.default.removeItem(atPath: "\(world.path)/\(name)")
                }
            }
            let said = refusal { _ = try world.sendPatiently() }
            // The last request is `finish`, and its reply is the last entry.
            if kept < count - 1 {
                #expect(said.contains("the library knows of \(count - 1)"), "\(kept): \(said)")
            } else {
                #expect(said == "", "\(said)")
            }
            #expect(world.finished == 1 && world.states() == ["finished"])
        }
        let library = try Fixture()
        let other = FilingFolder.Name(1, round: 2, "cybertipline")
        #expect(
            refusal { _ = try FilingJournal.read(path: whole.path, other, whole.ledger.keeper) }.contains(
                "is of case 1, round 1, \"cybertipline\", and not of case 1, round 2"))
        #expect(
            refusal { _ = try FilingJournal.read(path: whole.path, Ledger.name, library.keeper) }.contains(
                "another library"))
        // Another key, of a library that says to be the same.
        let stranger = try SigningKey(seed: SecretBytes.copying([UInt8](repeating: 8, count: 32))).publicKey
        let keeper = FilingKeeper(
            library: Bytes32(), key: stranger,
            sign: { (_) throws(SealedMatchError) in throw SealedMatchError(.interrupted, "") },
            known: { (_) throws(SealedMatchError) in [] },
            keep: { (_, _, _, _, _) throws(SealedMatchError) in })
        #expect(refusal { _ = try FilingJournal.read(path: whole.path, Ledger.name, keeper) }.contains("not signed"))
    }

    /// Killed while the library learns of an entry, before or after it has it.
    @Test(arguments: [false, true])
    func killedBesideTheLibrary(has: Bool) throws {
        var place = 0
        while true {
            place += 1
            let world = try World()
            world.standIn.fail("finish", [.lost])
            var (calls, isDead) = (0, false)
            let copy = world.scratch.file("copy")
            world.ledger.keeping = { (isThere) throws(SealedMatchError) in
                guard isThere == has else { return }
                calls += 1
                guard calls == place else { return }
                isDead = true
                try? FileManager.default.copyItem(atPath: world.path, toPath: copy)
                throw SealedMatchError(.interrupted, "dead")
            }
            let said = refusal { _ = try world.filing().send(anew: nil) }
            guard isDead else {
                // submit, finish, retract, submit, finish
                #expect(place == 6, "\(said)")
                break
            }
            world.path = copy
            world.ledger.keeping = { (_) throws(SealedMatchError) in }
            _ = try world.sendPatiently()
            #expect(world.finished == 1, "\(place): \(world.states())")
        }
    }

    /// A report goes to one receiver, whatever is said later.
    @Test func oneReceiver() throws {
        let (own, other) = ("http://localhost:1", "http://127.0.0.1:2")
        func refused(_ world: World, _ body: (CyberTiplineFiling) throws -> Void) {
            let sent = world.sender.sent
            let said = refusal { try body(world.filing(to: other)) }
            #expect(said.contains(own) && said.contains(other), "\(said)")
            #expect(world.sender.sent == sent)
        }
        // Open, in doubt, asked to go out, gone out.
        for step in [2, 4, 6, 7] {
            for outcome in [HTTPOutcome.unsent("no network"), .unknown("no reply")] {
                let world = try World()
                world.standIn.fail("finish", [.reset])
                var isAway = false
                world.sender.before = { number in
                    if number == step { isAway = true }
                    return isAway ? outcome : nil
                }
                #expect(refusal { _ = try world.filing().send(anew: nil) } != "")
                world.sender.before = { _ in nil }
                refused(world) { _ = try $0.send(anew: "lena") }
                refused(world) { try $0.withdraw(by: "lena", why: "x") }
                // The same place in other letters is the same.
                _ = try world.filing(to: "HTTP://LOCALHOST:1/").send(anew: "lena")
                refused(world) { _ = try $0.send(anew: nil) }
                #expect(world.finished == 1)
            }
        }
        // As it was prepared, before anything was sent.
        let world = try World(for: own)
        refused(world) { _ = try $0.send(anew: nil) }
        try CyberTiplineFiling.prepare(
            documents.get(), pictures: [world.picture(1), world.picture(2)], to: ReportAddress(other), by: "lena",
            in: world.journal(), at: world.now)
        #expect(try world.filing(to: other).send(anew: nil) == "1")
        // A first request that never left binds nothing: the address may have been wrong.
        let wrong = try World()
        wrong.sender.before = { _ in .unsent("no such host") }
        #expect(refusal { _ = try wrong.filing(to: other).send(anew: nil) }.contains("nothing was sent"))
        wrong.sender.before = { _ in nil }
        #expect(try wrong.filing().send(anew: nil) == "1")
    }

    /// Replies that contradict themselves or the request: the error says so, and then it is found out what was done.
    @Test func contradictions() throws {
        func code(_ root: String, _ inside: String) -> HTTPOutcome {
            .reply(status: 200, body: Array("<\(root)><responseCode>0</responseCode>\(inside)</\(root)>".utf8))
        }
        // Of the last request of a report with two pictures.
        for odd in [
            code("reportDoneResponse", "<reportId>2</reportId>"),
            code("reportDoneResponse", "<reportId>1</reportId><reportId>1</reportId>"),
            code("reportResponse", "<reportId>1</reportId>"), code("reportDoneResponse", ""),
            .reply(status: 200, body: Array("<html><responseCode>0</responseCode></html>".utf8)),
            .reply(
                status: 200,
                body: Array(
                    "<reportDoneResponse><responseCode>+0</responseCode><reportId>1</reportId></reportDoneResponse>"
                        .utf8)),
        ] {
            let world = try World()
            world.sender.after = { $0 == 6 ? odd : nil }
            let said = refusal { _ = try world.filing().send(anew: nil) }
            #expect(said.contains("answers what cannot be") && said.contains("asked to go out"), "\(said)")
            // It did go out, and that is found out.
            #expect(try world.filing().send(anew: nil) == "1" && world.finished == 1)
        }
        // Of the first: a number that another filing has is never used, not even to take it back.
        let world = try World()
        world.taken["1"] = "7-1-cybertipline"
        let said = refusal { _ = try world.filing().send(anew: nil) }
        #expect(said.contains("7-1-cybertipline") && said.contains("One may be open"), "\(said)")
        #expect(world.sender.sent == 1)
        #expect(try world.filing().send(anew: "lena") == "2")
        // One that it gave for this filing before.
        let again = try World()
        again.sender.after = { number in
            switch number {
            case 2: .unknown("no reply")
            case 4: code("reportResponse", "<reportId>1</reportId>")
            default: nil
            }
        }
        #expect(refusal { _ = try again.filing().send(anew: nil) }.contains("gave for this case before"))
        #expect(try again.filing().send(anew: "lena") == "3" && again.finished == 1)
    }

    /// Replies that say done and name nothing, and those of other forms.
    @Test func replies() {
        func outcome(_ text: String, _ status: Int = 200, to call: String = "submit") -> CyberTiplineReply.Outcome {
            CyberTiplineReply(
                .reply(status: status, body: Array(text.utf8)), to: call, of: call == "submit" ? nil : "7", file: nil
            ).outcome
        }
        func code(_ code: String, _ more: String = "", root: String = "reportResponse") -> String {
            "<\(root)><responseCode>\(code)</responseCode><responseDescription>x</responseDescription>"
                + "\(more)</\(root)>"
        }
        let seven = "<reportId>7</reportId>"
        #expect(outcome(code("0", seven)) == .done)
        #expect(outcome(code("0")) == .unknown && outcome(code("0", "<reportId>7/8</reportId>")) == .unknown)
        #expect(outcome(code("0", "<fileId>a&amp;b</fileId>"), to: "upload") == .unknown)
        for number in [2000, 3000, 3100, 4100, 5001, 5102] { #expect(outcome(code("\(number)"), 400) == .refused) }
        for number in ["1000", "9999", "x", "", "+0", "-0", "00", " 0", "0x0", "٠"] {
            #expect(outcome(code(number, seven)) == .unknown, "\(number)")
        }
        for number in ["+7", "07", "0", " 7"] {
            #expect(outcome(code("0", "<reportId>\(number)</reportId>")) == .unknown, "\(number)")
        }
        #expect(outcome("", 401) == .refused && outcome("", 307) == .refused && outcome("", 404) == .refused)
        for status in [200, 408, 500, 503] { #expect(outcome("<html>", status) == .unknown) }
        // A page of somebody between says what HTTP says.
        #expect(outcome("<html><body/></html>", 403) == .refused && outcome("<html><body/></html>") == .unknown)
        // Two of what there is one of, another report's number, another status.
        #expect(outcome(code("0", seven + seven)) == .unknown && outcome(code("0", seven), 500) == .unknown)
        for call in ["upload", "fileinfo", "finish", "retract"] {
            #expect(outcome(code("5101", "<reportId>8</reportId>"), 400, to: call) == .unknown, "\(call)")
            #expect(outcome(code("5101", seven), 400, to: call) == .refused, "\(call)")
        }
        let file = "<fileId>f</fileId>"
        #expect(outcome(code("0", seven + file), to: "upload") == .done)
        #expect(outcome(code("0", "<reportId>8</reportId>" + file), to: "upload") == .unknown)
        #expect(outcome(code("0", seven + file + file), to: "upload") == .unknown)
        #expect(outcome(code("0", seven, root: "reportDoneResponse"), to: "finish") == .done)
        #expect(outcome(code("0", seven, root: "reportDoneResponse"), to: "retract") == .unknown)
        #expect(
            outcome(code("0", seven), to: "retract") == .done && outcome(code("0", seven), to: "finish") == .unknown)
        #expect(outcome(code("5102", seven, root: "reportDoneResponse"), to: "finish") == .unknown)
    }
}
