internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchSQLite

struct CaseImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Takes case files of `reveal` into a library.",
        discussion: """
            A later part of a case adds its matches; on a case with a decision it makes people look again. Parts are \
            taken in by their numbers. A file that was taken in before changes nothing. Each file is taken in whole or \
            not at all; one that is refused does not keep the others back. The files stay where they are: the policy's \
            dates are for the library, and what is outside it is yours to remove.
            """)

    @OptionGroup var actor: ActorOptions
    @Option(help: "Why.") var why = ""
    @Flag(help: "One JSON object a file.") var json = false
    @Argument(help: "Case files, or folders of them.") var files: [FileName]

    private struct Row: Encodable {
        let file: String
        let number: UInt64
        let outcome: String
        let matches: Int
    }

    func run() throws {
        try reportingFailures {
            let store = try actor.library.store()
            let signer = try EventKey(actor.key)
            var refused = 0
            var worst = Failure.negative
            let paths = try paths()
            guard !paths.isEmpty else {
                Terminal.print("0 case files")
                throw Failure(
                    "no file there has the name of a case file: PSEUDONYM-EPOCH.json or PSEUDONYM-EPOCH-PART.json",
                    code: Failure.negative)
            }
            for path in paths {
                do {
                    let bytes = try about(path) { try DurableFile.read(path, limit: CaseEvent.maximumDocument) }
                    let added = try about(path) {
                        try store.takeIn([bytes], by: actor.person, at: currentTime(), why: why, key: signer.key)
                    }
                    for one in added { try print(one, path) }
                } catch let failure as Failure {
                    Terminal.note("sealedmatch: \(failure.message)")
                    refused += 1
                    worst = Failure.worse(worst, failure.code)
                }
            }
            try about(actor.library.library.description) { try store.close() }
            guard refused == 0 else { throw Failure("\(count(refused, "file")) not taken in", code: worst) }
        }
    }

    private func print(_ added: CaseAddition, _ path: String) throws {
        guard !json else {
            return try Terminal.printJSON(
                Row(file: path, number: added.number, outcome: added.outcome.rawValue, matches: added.matches))
        }
        let outcome =
            switch added.outcome {
            case .new: "new"
            case .added: "added to an open case"
            case .reopened: "added; people look again"
            case .alreadyThere: "there already"
            }
        Terminal.print("case \(added.number): \(outcome), \(count(added.matches, "match", "matches"))  \(path)")
    }

    /// Files as they are named, and those of folders: by pseudonym and epoch, and then by part. So their numbers say
    /// nothing about when each was revealed.
    private func paths() throws -> [String] {
        var paths: [String] = []
        for file in files {
            guard let names = try? LockedDirectory.names(in: file.text, limit: .max) else {
                paths.append(file.text)
                continue
            }
            let found = names.compactMap { CaseName($0) }.sorted()
            paths += found.map { "\(file.text)/\($0.name)" }
        }
        return paths
    }
}

/// The name of a case file in a folder: PSEUDONYM-EPOCH.json, PSEUDONYM-EPOCH-PART.json.
private struct CaseName: Comparable {
    let name: String
    private let stem: String
    private let part: Int

    init?(_ name: String) {
        guard name.hasSuffix(".json") else { return nil }
        let pieces = name.dropLast(5).split(separator: "-", omittingEmptySubsequences: false)
        guard pieces.count == 2 || pieces.count == 3, pieces[0].utf8.count == 64, UInt32(pieces[1]) != nil,
            let part = pieces.count == 2 ? 1 : Int(pieces[2])
        else { return nil }
        self.name = name
        self.stem = "\(pieces[0])-\(pieces[1])"
        self.part = part
    }

    static func < (a: CaseName, b: CaseName) -> Bool { (a.stem, a.part) < (b.stem, b.part) }
}
