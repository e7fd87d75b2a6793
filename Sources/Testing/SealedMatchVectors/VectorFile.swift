package import SealedMatchJSON

/// One file of vectors, its form checked (Vectors/README.md, "Form"). Nothing has been run yet.
package struct VectorFile: Sendable {
    package struct Case: Sendable {
        package let tcId: Int
        package let comment: String
        package let expected: Expectation
        package let input: JSON
    }

    package enum Expectation: Equatable, Sendable {
        case valid(JSON)
        /// The name of an error of section 6 of the specification.
        case refused(String)
    }

    /// Cases of one operation.
    package struct Group: Sendable {
        package let type: String
        package let cases: [Case]
    }

    package let groups: [Group]

    package var caseCount: Int { groups.reduce(0) { $0 + $1.cases.count } }

    /// - Parameters:
    ///   - contents: the file's bytes.
    ///   - topic: the file's name without `.json`.
    ///   - errors: the names of section 6.
    package init(_ contents: [UInt8], topic: String, errors: Set<String>) throws(VectorError) {
        let file = try Fields(JSON(vectors: contents), at: "\(topic).json")
        guard try file.text("protocol") == "SealedMatch/1", try file.text("topic") == topic,
            try file.text("schema") == "../schemas/\(topic).schema.json"
        else { throw VectorError("\(topic).json: protocol, topic or schema is not this file's") }
        _ = try file.text("comment")
        let notes = try file.fields("notes")
        let numberOfTests = try file.number("numberOfTests", as: Int.self)
        var count = 0
        var flags = Set<String>()
        var groups: [Group] = []
        for group in try file.objects("testGroups") {
            _ = try group.text("comment")
            var cases: [Case] = []
            for test in try group.objects("tests") {
                count += 1
                let one = try VectorFile.testCase(test, errors)
                guard one.tcId == count else { throw VectorError("\(test.place): tcIds do not ascend from 1") }
                for flag in try test.texts("flags") {
                    guard notes.has(flag) else { throw VectorError("\(test.place): flag \(flag) is not in notes") }
                    flags.insert(flag)
                }
                cases.append(one)
            }
            groups.append(Group(type: try group.text("type"), cases: cases))
        }
        for flag in flags { _ = try notes.text(flag) }
        try file.end()
        guard count == numberOfTests else {
            throw VectorError("\(topic).json: numberOfTests is \(numberOfTests), there are \(count)")
        }
        self.groups = groups
    }

    private static func testCase(_ test: Fields, _ errors: Set<String>) throws(VectorError) -> Case {
        let result = try test.text("result")
        guard test.has("output") == (result == "valid") else {
            throw VectorError("\(test.place): there is an output if and only if the result is valid")
        }
        guard result == "valid" || errors.contains(result) else {
            throw VectorError("\(test.place): \(result) is no error of section 6")
        }
        return Case(
            tcId: try test.number("tcId"), comment: try test.text("comment"),
            expected: result == "valid" ? .valid(try test.value("output")) : .refused(result),
            input: try test.value("input"))
    }
}
