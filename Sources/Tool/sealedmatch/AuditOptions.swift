internal import ArgumentParser
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchSets
internal import SealedMatchFiles

/// The audit package and lists, on the command line.
struct AuditOptions: ParsableArguments {
    @Option(help: "The audit package.")
    var package: String
    @Option(
        name: .customLong("list"), parsing: .upToNextOption,
        help: "KEY.pub=LIST: every entry that names this source must be in its list.")
    var lists: [SourceList] = []
    @Flag(help: "Leave out lines of lists that are no hash, and say how many.")
    var skipBadLines = false
    @Option(help: "Threads; all cores unless given.")
    var threads: Int?

    /// The names of the lists' key files, by key.
    func keys() throws -> [Bytes32: String] {
        var names: [Bytes32: String] = [:]
        for list in lists { names[try KeyFiles.readSourcePublic(list.keyFile)] = list.keyFile }
        return names
    }

    /// Audits an open set, and prints what is found.
    /// - Parameter names: what `keys` gave, at least.
    /// - Throws: exit code 1 if the set is not sound.
    func audit(_ set: SetFile, named file: String, names: [Bytes32: String]) throws -> Audit {
        let workers = Terminal.workers(threads: threads)
        let limit = AuditPackage.maximumCount(entries: set.header.entries)
        let content = try about(package) { try DurableFile.read(package, limit: limit) }
        let audited = try about(package) { try AuditPackage(canonical: content) }
        let sources = try SourceLists(lists, profile: set.header.parameters.profile, skipBadLines: skipBadLines)
        // Key files are read again here: what was shown, and what a signature needs, is what the first reading gave.
        guard sources.keys.allSatisfy({ names[$0] != nil }) else {
            throw Failure("a key file of --list was exchanged meanwhile")
        }
        let audit = try about(file) {
            try Audit.run(
                set, package: audited,
                lists: zip(sources.keys, sources.lists).map { Audit.SourceList(source: $0, hashes: $1.hashes) },
                workers: workers)
        }
        for finding in audit.findings {
            Terminal.print("WRONG  \(finding.kind.rawValue)" + (finding.entry.map { " (entry \($0))" } ?? ""))
        }
        guard audit.isSound else {
            throw Failure("\(file): the audit found \(count(audit.findings.count, "fault"))", code: Failure.negative)
        }
        for list in audit.lists {
            guard let place = sources.keys.firstIndex(of: list.source), let name = names[list.source] else { continue }
            Terminal.print("list   \(sources.paths[place]) holds all \(list.confirmed) entries that name \(name)")
        }
        Terminal.print("sound: the table holds α·H(y) for exactly the package's entries")
        return audit
    }
}
