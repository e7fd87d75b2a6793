internal import ArgumentParser
internal import SealedMatchFingerprint
internal import Foundation
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchSets
internal import SealedMatchFiles
internal import SealedMatchWorkers

struct SetBuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Builds a blinded set from the lists of several sources.",
        discussion: """
            Writes three files, each whole or not at all: the set (public, not yet signed), its secrets (the authority's: α opens vouchers) and the \
            audit package (for auditors only: it lists the entries). Interrupting it leaves nothing behind.
            """)

    @Option(name: .customLong("source"), parsing: .upToNextOption, help: "KEY.pub=LIST for each source.")
    var sources: [SourceList]

    @Option(name: .customLong("min-sources"), help: "q: sources that must list an entry.")
    var minimumSources = 2

    @Option(
        name: .customLong("version"),
        help: "Version of the set, which grows with each publication: the time in seconds since 1970, or less.")
    var version: UInt64?

    @Option(help: "Days until clients refuse the set, 1 to 400.")
    var expiresAfterDays: UInt64 = 90

    @Option(help: "t: matching vouchers of an account in an epoch that open them.")
    var threshold = Parameters().threshold

    @Option(help: "Bits by which two perceptual keys must differ at least, less one.")
    var separation = Parameters().separation

    @Flag(help: "Leave out lines that are no hash, and say how many.")
    var skipBadLines = false

    @Option(help: "Threads; all cores unless given.")
    var threads: Int?

    @Option(
        name: [.customShort("o"), .customLong("out")], help: "The set file; FILE.secrets and FILE.audit go beside it.")
    var out: String

    @Flag(help: "Print the report as JSON.")
    var json = false

    private struct Report: Encodable {
        let set: String
        let root: String
        let entries: Int
        let cells: Int
        let listed: [Int]
        let duplicates: [Int]
        let badLines: [Int]
        let poorLines: [Int]
        let underSupported: Int
        let folded: Int
        let cellsPerEntry: Double
    }

    func validate() throws {
        guard (1...SetHeader.maximumLifetime / 86_400).contains(expiresAfterDays) else {
            throw ValidationError("--expires-after-days: a set lives for 1 to 400 days")
        }
        guard (version ?? 0) <= currentTime() else {
            throw ValidationError("--version: at most the time in seconds since 1970, or clients refuse the set")
        }
    }

    func run() throws {
        try reportingFailures {
            let workers = Terminal.workers(threads: threads)
            var parameters = Parameters()
            parameters.minimumSources = minimumSources
            parameters.threshold = threshold
            parameters.separation = separation
            let lists = try SourceLists(sources, profile: parameters.profile, skipBadLines: skipBadLines)
            let entries = try about("the lists") {
                try EntrySelection(
                    lists: lists.lists.map(\.hashes), profile: parameters.profile, minimumSources: minimumSources,
                    separation: separation,
                    workers: workers)
            }
            let now = currentTime()
            let description = BuiltSet.Description(
                version: version ?? now, issuedAt: now, expiresAt: now + expiresAfterDays * 86_400,
                parameters: parameters,
                sources: lists.keys)
            let new = try about("the set") { try NewSet.build(entries, description, workers: workers) }
            let set = new.set
            let package = try about("the audit package") {
                try AuditPackage.make(set, entries: entries, secrets: new.secrets, workers: workers)
            }
            let secretBytes = try new.secrets.encoded(entriesDigest: AuditPackage.entriesDigest(entries))
            // The secrets first: a set whose secrets were lost would be of no use to anybody.
            try about(out + ".secrets") {
                try unsafe secretBytes.withBytes { (raw) throws(SealedMatchError) in
                    try unsafe DurableFile.write([raw], to: out + ".secrets", secret: true)
                }
            }
            try about(out + ".audit") { try DurableFile.write(package.encoded, to: out + ".audit", secret: true) }
            try about(out) { try set.write(to: out) }
            try printReport(set, entries, lists)
        }
    }

    private func printReport(_ set: BuiltSet, _ entries: EntrySelection, _ lists: SourceLists) throws {
        let report = Report(
            set: out, root: hexadecimal(try set.header.root().bytes), entries: set.header.entries,
            cells: set.header.cells,
            listed: entries.report.listed, duplicates: entries.report.duplicates,
            badLines: lists.lists.map(\.badLines.count),
            poorLines: lists.lists.map(\.poorLines.count), underSupported: entries.report.underSupported,
            folded: entries.report.folded.count, cellsPerEntry: Double(set.header.cells) / Double(set.header.entries))
        if json { return try Terminal.printJSON(report) }
        Terminal.print("set       \(out)  \(report.entries) entries in \(report.cells) cells")
        Terminal.print("root      \(report.root)")
        for (place, key) in lists.keys.enumerated() {
            let list = lists.lists[place]
            Terminal.print(
                "source    \(hexadecimal(key.bytes).prefix(16))…  \(report.listed[place]) hashes, \(report.duplicates[place]) with a key listed already, "
                    + "\(list.poorLines.count) of too low quality, \(list.badLines.count) bad lines skipped")
        }
        Terminal.print("dropped   \(report.underSupported) keys that fewer than \(minimumSources) sources list")
        Terminal.print("folded    \(report.folded) keys into one that is near, or of the same video")
        for fold in entries.report.folded.prefix(10) {
            Terminal.print(
                "          \(hexadecimal(fold.key.encoded)) into \(hexadecimal(fold.into.encoded)), \(fold.distance) bits apart"
            )
        }
        Terminal.print("secrets   \(out).secrets  keep with the authority; it opens vouchers")
        Terminal.print("audit     \(out).audit  for the sources; it lists the entries in the clear")
    }
}

/// The lists of several sources, read and put into the order of their keys.
struct SourceLists {
    let keys: [Bytes32]
    let lists: [HashList]

    init(_ arguments: [SourceList], profile: FingerprintProfile, skipBadLines: Bool) throws {
        var read: [(key: Bytes32, list: HashList)] = []
        for argument in arguments {
            let key = try KeyFiles.readSourcePublic(argument.keyFile)
            guard !read.contains(where: { $0.key == key }) else {
                throw Failure("\(argument.keyFile): this source is given twice")
            }
            read.append((key, try Self.read(argument.listFile, profile: profile, skipBadLines: skipBadLines)))
        }
        read.sort { $0.key < $1.key }
        keys = read.map(\.key)
        lists = read.map(\.list)
    }

    static func read(_ path: String, profile: FingerprintProfile, skipBadLines: Bool) throws -> HashList {
        do throws(HashList.Failure) {
            return try HashList.read(path: path, profile: profile, skippingBadLines: skipBadLines)
        } catch {
            switch error {
            case .badLine(let bad):
                throw Failure(
                    "\(path):\(bad.line): \(bad.reason). Mend the line, or leave such lines out with --skip-bad-lines")
            case .file(let error): throw Failure(error, path)
            }
        }
    }
}
