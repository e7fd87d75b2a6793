import SealedMatchCases
import Testing

/// A policy is read strictly, and everything that is wrong is named by its path.
@Suite struct CasePolicyTests {
    private func paths(_ bytes: [UInt8]) -> [String] {
        do throws(CasePolicyFaults) {
            _ = try CasePolicy(bytes)
            return []
        } catch {
            return error.faults.map(\.path)
        }
    }

    @Test func good() throws {
        let found = try CasePolicy(policy())
        #expect(found.mode == .voluntary && found.reviewers[.confirmed] == 2 && found.tellsAfterDays == 100)
        #expect(found.reports == [.cybertipline, .article13] && found.roles.count == 4)
        #expect(found.erasable(.decided, .notConfirmed, changed: 10) == 10 + 30 * 86_400)
        #expect(try found.digest() != CasePolicy(policy([("Example", "Other")])).digest())
    }

    @Test(arguments: [
        (#""version": 1"#, #""version": 2"#, ["version"]),
        (#""name": "Example","#, "", ["name"]),
        (#""name": "Example""#, #""name": """#, ["name"]),
        (#""mode": "voluntary""#, #""mode": "free""#, ["mode"]),
        (#""mode": "voluntary""#, #""mode": "ordered""#, ["order"]),
        (#""mode": "voluntary""#, #""mode": "riskBased""#, ["assessment"]),
        (
            #""mode": "voluntary","#, #""mode": "voluntary", "assessment": {"reference": "r", "until": 5},"#,
            ["assessment"]
        ),
        (
            #""mode": "voluntary","#,
            #""mode": "ordered", "order": {"authority": "a", "reference": 1, "from": 9, "until": -1, "sets": ["ab"], "x": 0},"#,
            ["order.x", "order.reference", "order.until", "order.sets[0]"]
        ),
        (
            #""mode": "voluntary","#,
            #""mode": "ordered", "order": {"authority": "a", "reference": "r", "from": 9, "until": 9, "sets": []},"#,
            ["order.until"]
        ),
        (#""listed": 1"#, #""listed": 0"#, ["thresholds.listed"]),
        (#""viewed": 1"#, #""viewed": 1.5"#, ["thresholds.viewed"]),
        (#""viewed": 1"#, #""viewed": 1, "seen": 1"#, ["thresholds.seen"]),
        (#""confirmed": 2"#, #""confirmed": 3"#, ["reviewers.confirmed"]),
        (#", "lead", "auditor"]"#, #", "auditor"]"#, ["roles"]),
        (#", "lead", "auditor"]"#, #", "lead", "chief", "lead"]"#, ["roles[3]", "roles[4]"]),
        (#""new": 90, "#, "", ["retention.new"]),
        (#""new": 90, "inReview": 90"#, #""new": "x", "inReview": -1"#, ["retention.new", "retention.inReview"]),
        (#""afterDays": 100"#, #""afterDays": true"#, ["notices.afterDays"]),
        (#""notConfirmed": true"#, #""notConfirmed": 1"#, ["notices.notConfirmed"]),
        (#""reports": ["cybertipline", "article13"]"#, #""reports": "all""#, ["reports"]),
        (#""thresholds": {"listed": 1, "viewed": 1}"#, #""thresholds": []"#, ["thresholds"]),
        (#""version": 1"#, #""version": 1, "version": 1"#, [""]),
    ]) func faults(old: String, new: String, expected: [String]) {
        #expect(paths(policy([(old, new)])) == expected)
    }

    @Test func whatModesForbid() {
        let risk = (
            #""mode": "voluntary","#, #""mode": "riskBased", "assessment": {"reference": "r", "until": 5},"#
        )
        #expect(paths(policy([risk])) == [])
        #expect(paths(policy([risk, (#""confirmed": 2"#, #""confirmed": 1"#)])) == ["reviewers.confirmed"])
        #expect(
            paths(policy([(#""confirmed": 2"#, #""confirmed": 1"#), (#""article13""#, #""removal""#)]))
                == ["reviewers.confirmed"])
        #expect(paths([0xFF]) == [""])
        #expect(paths([UInt8](repeating: 0x20, count: 70_000)) == [""])
        #expect(paths(Array("[]".utf8)).first == "")
    }
}
