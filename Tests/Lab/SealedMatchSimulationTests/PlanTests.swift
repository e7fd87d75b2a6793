import SealedMatchProtocol
import SealedMatchSimulation
import SealedMatchTestSupport
import Testing

/// Plans as people write them, and as nobody should.
@Suite struct PlanTests {
    @Test func exampleHasEveryField() throws {
        let plan = try SimulationPlan(parsing: SimulationPlan.example)
        #expect(plan.groups.map(\.name) == ["quiet", "busy", "forwards a collection", "now and then"])
        #expect(plan.accounts == 1_000_000 && plan.settings.count == 3 && plan.costs == nil)
        #expect(plan.groups[1].others == .logNormal(median: 300, spread: 0.8) && plan.groups[1].series == 10)
        #expect(plan.groups[2].others == .poisson(mean: 100) && plan.groups[2].known == .fixed(60))
        #expect(plan.groups[2].timing == .burst && plan.groups[1].devices == 2 && plan.groups[1].lost == 0.01)
        #expect(plan.settings[1].threshold == 20 && plan.settings[2].parameters.checkLevels.values[0] == 8)
        // Nothing is misread as a default: the same with every number changed is another plan.
        #expect(try SimulationPlan(parsing: "{}") == .standard)
    }

    @Test(
        arguments: [
            ("", "no JSON: the end at byte 0"),
            ("[]", "the plan is an array; allowed is an object"),
            ("{} x", "no JSON: something follows the value at byte 3"),
            ("{\n\"sample\": NaN}", "no JSON: no value at byte 12, line 2"),
            ("{\"sample\": 1e400}", "the number 1e400 is too great"),
            ("{\"sample\": 01}", "no JSON: neither comma nor end of the object"),
            ("{\"sample\": .5}", "no JSON: no value at byte 11"),
            ("{\"seed\": -1}", "seed is -1; allowed is a whole number from 0"),
            ("{\"seed\": 1, \"seed\": 2}", "no JSON: a key for the second time"),
            ("{\"samples\": 1}", "samples is no field of a plan; here are allowed seed, epochs, sample"),
            ("{\"epochs\": 0}", "epochs is 0; allowed is a whole number from 1 to 120"),
            ("{\"epochs\": true}", "epochs is true; allowed"),
            ("{\"groups\": \"many\"}", "groups is \"many\"; allowed is an array"),
            ("{\"groups\": []}", "groups is an array of 0; allowed is an array of 1 to 32"),
            ("{\"groups\": [{\"name\": \"a\"}]}", "groups[0].accounts is missing"),
            ("{\"groups\": [{\"accounts\": 1}]}", "groups[0].name is missing"),
            ("{\"groups\": [{\"name\": \"a\", \"accounts\": -5}]}", "groups[0].accounts is -5; allowed"),
            ("{\"groups\": [{\"name\": \"a\", \"accounts\": 1.5}]}", "groups[0].accounts is 1.5; allowed"),
            ("{\"groups\": [{\"name\": \"a\", \"accounts\": 99999999999}]}", "accounts is 99999999999; allowed"),
            (
                "{\"groups\": [{\"name\": \"a\\u001b[2J\", \"accounts\": 1}]}",
                "groups[0].name is a text with characters"
            ),
            ("{\"groups\": [{\"name\": \"\", \"accounts\": 1}]}", "groups[0].name is \"\"; allowed"),
            (
                "{\"groups\": [{\"name\": \"a\", \"accounts\": 1}, {\"name\": \"a\", \"accounts\": 2}]}",
                "groups[1].name is \"a\", as groups[0].name; names differ"
            ),
            (
                "{\"groups\": [{\"name\": \"a\", \"accounts\": 1, \"recall\": 1.01}]}",
                "groups[0].recall is 1.01; allowed"
            ),
            ("{\"groups\": [{\"name\": \"a\", \"accounts\": 1, \"lost\": null}]}", "groups[0].lost is null; allowed"),
            (
                "{\"groups\": [{\"name\": \"a\", \"accounts\": 1, \"timing\": \"late\"}]}",
                "one of \"even\", \"end\", \"burst\""
            ),
            (
                "{\"groups\": [{\"name\": \"a\", \"accounts\": 1, \"known\": 70000}]}",
                "groups[0].known is 70000; allowed"
            ),
            (
                "{\"groups\": [{\"name\": \"a\", \"accounts\": 1, \"others\": {\"median\": 0, \"spread\": 1}}]}",
                "groups[0].others is an object without these numbers"
            ),
            (
                "{\"groups\": [{\"name\": \"a\", \"accounts\": 1, \"others\": {\"mean\": 1, \"median\": 1}}]}",
                "groups[0].others.median is no field"
            ),
            ("{\"settings\": [{\"name\": \"x\", \"threshold\": 1}]}", "settings[0].threshold is 1; allowed"),
            ("{\"settings\": [{\"name\": \"x\", \"slots\": 65}]}", "settings[0].slots is 65; allowed"),
            (
                "{\"settings\": [{\"name\": \"x\", \"levels\": [5, 4]}]}",
                "settings[0].levels is [5, 4]; allowed is twelve"
            ),
            (
                "{\"settings\": [{\"name\": \"x\", \"levels\": [256]}]}",
                "settings[0].levels[0] is 256; allowed is a whole number from 1 to 255"
            ),
            ("{\"costs\": {\"sealSlotMicroseconds\": 1}}", "costs.openSlotMicroseconds is missing"),
            (
                """
                {"sample": 10000000, "epochs": 120,
                 "groups": [{"name": "a", "accounts": 10000000000, "others": 65536}]}
                """, "the plan asks for about 78643200000000 vouchers; allowed are 100000000000: lower sample"
            ),
        ])
    func badPlansAreNamed(_ text: String, _ part: String) {
        do {
            _ = try SimulationPlan(parsing: text)
            Issue.record("accepted: \(text)")
        } catch {
            #expect(error.description.contains(part), "\(error)")
            #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        }
    }

    /// Whatever the bytes are, there is a plan or an error.
    @Test func mutationsEndInAPlanOrAnError() {
        var accepted = 0
        for mutation in mutations(of: Array(SimulationPlan.example.utf8), count: 4_000, seed: 21) {
            if (try? SimulationPlan(parsing: String(decoding: mutation, as: UTF8.self))) != nil { accepted += 1 }
        }
        #expect(accepted > 0 && accepted < 3_000)
        #expect(throws: PlanError.self) {
            try SimulationPlan(parsing: String(repeating: "[", count: 1_000_000))
        }
        #expect(throws: PlanError.self) {
            try SimulationPlan(parsing: "{\"seed\": \"" + String(repeating: "a", count: 1 << 20) + "\"}")
        }
    }

    @Test func textsAreUnescaped() throws {
        let value = try JSONValue(parsing: #" {"a\u00e4\ud83d\ude00": ["\n\t\"\\\/", -0.5e+2, true, null]} "#)
        #expect(
            value == .object(["aä😀": .array([.string("\n\t\"\\/"), .number(-50), .boolean(true), .null])]))
        for text in [
            #""\ud83d""#, #""\u12""#, #""\u+123""#, #""\x""#, "\"a\nb\"", "\"a", "tru", "[1,]", "{\"a\" 1}", "[1 2]",
            "1.", "+1", "--1",
        ] {
            #expect(throws: PlanError.self, "\(text)") { try JSONValue(parsing: text) }
        }
    }

    @Test func samples() throws {
        var plan = try SimulationPlan(parsing: SimulationPlan.example)
        #expect(plan.groups.indices.map { plan.simulated($0) } == [700_000, 299_000, 500, 500])
        plan.scale(to: 1_000_000_000)
        #expect(plan.groups.map(\.accounts) == [700_000_000, 299_000_000, 500_000, 500_000])
        #expect(plan.groups.indices.map { plan.simulated($0) } == [700_000, 299_000, 1_000, 1_000])
        plan.scale(to: 1)
        #expect(plan.groups.allSatisfy { $0.accounts >= 1 })
        plan.settings[1].name = "default"
        #expect(throws: PlanError.self) { try plan.validate() }
    }
}
