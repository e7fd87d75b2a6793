import Foundation
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import SealedMatchVectors
import Testing

/// The runner itself: whatever a vector file holds that nobody checks is an error, and a wrong output is a failure.
@Suite struct StrictnessTests {
    private static let good = """
        {
          "protocol": "SealedMatch/1", "topic": "try", "schema": "../schemas/try.schema.json", "comment": "", "notes": { "Edge": "an edge" }, "numberOfTests": 3,
          "testGroups": [
            { "type": "Cells", "comment": "", "tests": [
              { "tcId": 1, "comment": "least", "flags": ["Edge"], "result": "valid", "input": { "n": 1 }, "output": { "m": 4098 } },
              { "tcId": 2, "comment": "more", "flags": [], "result": "valid", "input": { "n": 1000000 }, "output": { "m": 1233000 } } ] },
            { "type": "Point", "comment": "", "tests": [
              { "tcId": 3, "comment": "short", "flags": [], "result": "wrongLength", "input": { "encoding": "00ff" } } ] } ]
        }
        """
    private static let runners: [String: VectorRunner] = [
        "Cells": { input, _ in ["m": .number(TablePositions.cells(forEntries: try input.number("n")))] },
        "Point": { input, _ in
            ["isIdentity": .boolean(try Point(canonical: Bytes32(exactly: input.bytes("encoding"))).isIdentity)]
        },
    ]

    private func run(_ text: String, _ runners: [String: VectorRunner] = Self.runners) throws -> VectorFile.Report {
        let directory = TemporaryDirectory()
        let url = URL(filePath: directory.file("try.json"))
        try Data(text.utf8).write(to: url)
        return try VectorFile(url).run(runners, in: VectorFolder(url.deletingLastPathComponent()))
    }

    @Test func goodFileRuns() throws {
        let report = try run(Self.good)
        #expect(report.executed == 3 && report.failures.isEmpty, "\(report.failures)")
    }

    /// Changes of form: none of these files may be run.
    @Test(arguments: [
        ("\"numberOfTests\": 3", "\"numberOfTests\": 4"), ("\"numberOfTests\": 3", "\"numberOfTests\": 2"),
        ("\"tcId\": 2", "\"tcId\": 1"), ("\"tcId\": 3", "\"tcId\": 4"), ("\"tcId\": 1,", "\"tcId\": \"1\","),
        ("[\"Edge\"]", "[\"Other\"]"), ("[\"Edge\"]", "[]"), ("\"an edge\"", "\"an edge\", \"Unused\": \"nobody\""),
        ("\"type\": \"Cells\"", "\"type\": \"Sells\""), ("\"notes\"", "\"note\""),
        ("\"protocol\": \"SealedMatch/1\"", "\"protocol\": \"SealedMatch/2\""),
        ("\"topic\": \"try\"", "\"topic\": \"other\""),
        ("\"comment\": \"least\"", "\"comment\": \"least\", \"extra\": 1"),
        ("\"comment\": \"least\", ", ""), ("\"result\": \"wrongLength\"", "\"result\": \"wrongLenght\""),
        ("\"result\": \"wrongLength\"", "\"result\": \"valid\""),
        ("\"encoding\": \"00ff\" }", "\"encoding\": \"00ff\" }, \"output\": {}"), (", \"output\": { \"m\": 4098 }", ""),
        ("\"comment\": \"\", \"notes\"", "\"comment\": \"\", \"more\": null, \"notes\""), ("3,", "3.5,"),
    ])
    func refusesForm(_ change: (from: String, to: String)) throws {
        #expect(Self.good.contains(change.from))
        #expect(throws: (any Error).self) {
            try run(Self.good.replacing(change.from, with: change.to, maxReplacements: 1))
        }
    }

    /// Changes of content: just one case fails, and it is named.
    @Test(arguments: [
        ("4098", "4101", "tcId 1 (least)"), ("{ \"m\": 4098 }", "{ \"m\": 4098, \"n\": 1 }", "n is missing"),
        ("{ \"m\": 4098 }", "{}", "m is too many"),
        ("{ \"n\": 1 }", "{ \"n\": 1, \"extra\": 0 }", "did not read: input.extra"), ("{ \"n\": 1 }", "{}", "no key n"),
        ("{ \"n\": 1 }", "{ \"n\": \"1\" }", "no Int"),
        ("{ \"n\": 1 }", "{ \"n\": true }", "no Int"), ("4098", "\"4098\"", "expected"),
        ("\"00ff\"", "\"00FF\"", "lowercase"), ("\"00ff\"", "\"00f\"", "lowercase"),
        ("\"wrongLength\"", "\"invalidPoint\"", "refused with wrongLength"),
        ("\"00ff\"", "\"\(String(repeating: "00", count: 32))\"", "was accepted"),
    ])
    func reportsContent(_ change: (from: String, to: String, says: String)) throws {
        #expect(Self.good.contains(change.from))
        let report = try run(Self.good.replacing(change.from, with: change.to, maxReplacements: 1))
        #expect(
            report.executed == 3 && report.failures.count == 1 && report.failures[0].contains(change.says),
            "\(report.failures)")
    }

    @Test func refusesRunnersWithoutCases() {
        #expect(throws: VectorError.self) {
            try run(Self.good, Self.runners.merging(["Other": { _, _ in [:] }]) { a, _ in a })
        }
    }

    @Test func replayedRandomnessIsCounted() throws {
        var random = ReplayRandom([1, 2, 3, 4, 5, 6, 7, 8, 9])
        #expect(try random.word() == 0x0807_0605_0403_0201)
        #expect(throws: VectorError.self) { try random.end() }
        expectCode(.randomSourceFailed) { _ = try random.word() }
        #expect(random.remaining == 1)
    }
}
