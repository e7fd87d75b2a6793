internal import Foundation
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchSQLite

/// A library of many cases: what a page of a list, a search and one case cost. Wall time, from opening the file on.
struct CaseBenchmarks {
    private let path: String
    private let cases: Int
    private let rounds: Int

    init(cases: Int, rounds: Int, directory: ScratchDirectory) throws {
        path = directory.file("cases.sqlite")
        self.cases = cases
        self.rounds = rounds
        let key = try SigningKey.random()
        try CaseStore.found(path, policy: Array(Self.policy.utf8), lead: "lead", key: key, at: 1)
        let store = try CaseStore(path: path)
        for start in stride(from: 0, to: cases, by: 1_000) {
            _ = try store.takeIn(
                (start..<min(start + 1_000, cases)).map { Self.file($0) }, by: "lead", at: UInt64(start + 2), key: key)
        }
        // Some are somebody's.
        for number in stride(from: 1, through: cases, by: max(cases / 50, 1)) {
            _ = try store.append(
                CaseEvent(by: "lead", time: UInt64(cases + 2), .assigned(to: "lead")), to: UInt64(number), key: key)
        }
        try store.close()
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        var times: [[Double]] = [[], [], []]
        for round in 0..<max(rounds, 3) {
            times[0].append(
                try time { store in
                    let rows = try store.list(after: UInt64(cases / 2), limit: 100)
                    guard rows.count == min(100, cases - cases / 2) else {
                        throw BenchmarkFailure(description: "a list of cases has another length")
                    }
                })
            times[1].append(
                try time { store in
                    var filters = (0..<4).map { _ in CaseFilter() }
                    filters[0].state = .inReview
                    filters[1].assignee = "lead"
                    filters[2].pseudonym = Array(Self.pseudonym(cases / 3 + round).prefix(8))
                    filters[3].epoch = 690
                    for filter in filters where try store.list(filter).isEmpty {
                        throw BenchmarkFailure(description: "a case is not found")
                    }
                })
            times[2].append(try time { store in _ = try store.read(UInt64(cases / 2)) })
        }
        for (name, times) in zip([BenchmarkName.casesList, .casesSearch, .casesRead], times) {
            report(BenchmarkRow(name, times.median, "ms"))
        }
    }

    private func time(_ body: (CaseStore) throws -> Void) throws -> Double {
        try Stopwatch.wall {
            let store = try CaseStore(path: path)
            try body(store)
        } / 1e3
    }

    private static func pseudonym(_ number: Int) -> [UInt8] {
        // No order: as pseudonyms have none.
        var word = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
        return (0..<32).map { _ in
            word = word &* 6_364_136_223_846_793_005 &+ 1
            return UInt8(truncatingIfNeeded: word >> 56)
        }
    }

    private static func file(_ number: Int) -> [UInt8] {
        let pseudonym = pseudonym(number).map { String(format: "%02x", $0) }.joined()
        let root = String(repeating: "ab", count: 32)
        return Array(
            """
            {"format":"SealedMatch case file","formatVersion":3,"part":1,"notice":"","pseudonym":"\(pseudonym)",\
            "epoch":\(690 + number % 12),"epochStart":0,"threshold":30,"setRoots":["\(root)"],"matchCount":1,\
            "listedMatchCount":1,"listedEntryCount":1,"lists":[],"warnings":[],"matches":[{"voucherID":"\
            \(pseudonym.prefix(32))","slot":1,"setRoot":"\(root)","fingerprintKind":"pdq","fingerprint":"\(root)",\
            "quality":80,"finding":"key","key":"010000000000000000","keyDistance":0,"distance":0,"label":"l",\
            "sources":[],"note":"","warnings":[]}]}
            """.utf8)
    }

    private static let policy = """
        {"format":"SealedMatch policy","version":1,"name":"bench","mode":"voluntary",
         "thresholds":{"listed":1,"viewed":0},"reviewers":{"confirmed":1,"notConfirmed":1,"cannotBeJudged":1},
         "roles":["lead"],"retention":{"new":1,"inReview":1,"confirmed":1,"notConfirmed":1,"cannotBeJudged":1,
         "reported":1,"closed":1},"notices":{"notConfirmed":false,"afterDays":null},"reports":[]}
        """
}
