internal import ArgumentParser
internal import SealedMatchFingerprint
internal import Foundation
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchLists
internal import SealedMatchSets
internal import SealedMatchFiles
internal import SealedMatchWorkers

struct SetBuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Builds a blinded set from the lists of several sources.",
        discussion: """
            Writes three files, all or none: the set's secrets (the authority's: α opens vouchers), the audit package \
            (for auditors only: it lists the entries) and the set (public, not yet signed). The secrets' file has the \
            name of the set's root, so secrets of earlier versions stay beside it: keep them while vouchers of those \
            versions may come. A set or package that is there already is not replaced unless --force says so. \
            Interrupting it leaves nothing behind.

            With --record the key is one that custodians have made (`authority`): they are asked for the products and \
            the proofs, and ROOT.record takes the place of the secrets. What is drawn besides is kept in RECORD.seeds, for \
            auditors only, so that the command can be given again: one key never serves two lists.
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

    @Option(
        help: """
            k: R matches are found among e slots that opened by chance when k(R - t) is e at least. With twice the keys             for a picture, twice as many open; a voucher grows by 4 bytes with each.
            """)
    var polynomials = Parameters().polynomials

    @Option(help: "Bits by which two perceptual keys must differ at least, less one.")
    var separation = Parameters().separation

    @Option(
        help: """
            N, twelve numbers from 1 to 255 that do not fall: a slot without a match opens with probability 1/N. \
            Clients refuse greater ones than they pin (Docs/Decoys.md).
            """)
    var checkLevels = CheckLevelList(Parameters().checkLevels)

    @Option(help: "Fingerprint profile, 2 or 3: clients refuse one that they do not pin (Docs/Protocol.md, 5.11).")
    var profile: UInt32 = FingerprintProfile.standard.id

    @Option(
        help: """
            M: keys that clients try for a picture; what the profile is measured with unless given. A voucher grows by 72 \
            bytes with each, and M/N slots of it open by chance.
            """)
    var probes: Int?

    @Flag(help: "Leave out lines that are no hash, and say how many.")
    var skipBadLines = false

    @Option(help: "Threads; all cores unless given.")
    var threads: Int?

    @Option(
        name: [.customShort("o"), .customLong("out")], help: "The set file; FILE.audit goes beside it.")
    var out: String

    @Option(help: "Folder for the set's secrets, ROOT.secrets; `secrets` beside the set unless given.")
    var secrets: String?

    @Option(help: "The record of a key that custodians have made for this set.") var record: String?

    @OptionGroup(title: "Custodians of the key") var custodians: CustodianOptions

    @Flag(help: "Replace a set and a package of these names. Signatures on that set are gone then; its secrets stay.")
    var force = false

    @Flag(help: "Print the report as JSON.")
    var json = false

    private struct Report: Encodable {
        let set: String
        let root: String
        let secrets: String
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
        _ = try chosenProfile()
        guard Parameters.polynomialCounts.contains(polynomials) else {
            throw ValidationError("--polynomials: from 16 to 1,024")
        }
        guard (version ?? 0) <= currentTime() else {
            throw ValidationError("--version: at most the time in seconds since 1970, or clients refuse the set")
        }
    }

    private func chosenProfile() throws -> FingerprintProfile {
        guard let chosen = FingerprintProfile.numbered(profile) else {
            throw ValidationError("--profile: \(profile) is not known here; 2 and 3 are")
        }
        guard let probes else { return chosen }
        do { return try chosen.asking(probes) } catch {
            throw ValidationError("--probes: from 1 to \(FingerprintProfile.maximumProbes)")
        }
    }

    func run() throws {
        try reportingFailures {
            try checkRoom()
            let workers = Terminal.workers(threads: threads)
            var parameters = Parameters()
            parameters.minimumSources = minimumSources
            parameters.threshold = threshold
            parameters.polynomials = polynomials
            parameters.separation = separation
            parameters.checkLevels = checkLevels.levels
            parameters.profile = try chosenProfile()
            let (entries, sources) = try select(parameters, workers)
            let now = currentTime()
            let description = BuiltSet.Description(
                version: version ?? now, issuedAt: now, expiresAt: now + expiresAfterDays * 86_400,
                parameters: parameters,
                sources: sources.map(\.key))
            if let record {
                return try buildByCustodians(record, entries, sources, description, workers)
            }
            let new = try about("the set") { try NewSet.build(entries, description, workers: workers) }
            let set = new.set
            let package = try about("the audit package") {
                try AuditPackage.make(set, entries: entries, secrets: new.secrets, workers: workers)
            }
            try write(new, package, entriesDigest: AuditPackage.entriesDigest(entries))
            try printReport(
                set, entries, sources, held: KeyFiles.secretsPath(of: set.header, beside: out, folder: secrets))
        }
    }

    /// A source, and lines of its list that are no entry.
    private struct Source {
        let key: Bytes32
        let badLines: Int
        let poorLines: Int
    }

    /// The lists themselves are gone when this returns: they take more memory than the set.
    private func select(_ parameters: Parameters, _ workers: Workers) throws -> (EntrySelection, [Source]) {
        let lists = try SourceLists(sources, profile: parameters.profile, skipBadLines: skipBadLines)
        let entries = try about("the lists") {
            try EntrySelection(
                lists: lists.lists.map(\.hashes), profile: parameters.profile, minimumSources: minimumSources,
                separation: separation,
                workers: workers)
        }
        let read = zip(lists.keys, lists.lists).map { key, list in
            Source(key: key, badLines: list.badLines.count, poorLines: list.poorLines.count)
        }
        return (entries, read)
    }

    /// Refuses before any work what could not be written after it.
    private func checkRoom() throws {
        for path in [out, out + ".audit"] where !force && DurableFile.exists(path) {
            throw Failure(
                "\(path): it is there already, and is not replaced; give another name, or --force",
                code: Failure.badFile)
        }
    }

    /// The same with a key that nobody has.
    private func buildByCustodians(
        _ path: String, _ entries: EntrySelection, _ sources: [Source], _ description: BuiltSet.Description,
        _ workers: Workers
    ) throws {
        let record = try about(path) { try CustodianWays.readRecord(path) }
        let key = try about(path) { try custodians.ways().key(record, report: CustodianOptions.report) }
        let digest = try AuditPackage.entriesDigest(entries)
        let seedsPath = path + ".seeds"
        var attempts = 1
        while true {
            let seeds = try self.seeds(seedsPath, record, digest)
            do {
                let set = try BuiltSet.build(entries, description, by: key, seeds: seeds, workers: workers)
                let package = try AuditPackage.make(set, entries: entries, by: key, seeds: seeds, workers: workers)
                let place = CustodianWays.recordPath(
                    besideSecrets: try KeyFiles.secretsPath(of: set.header, beside: out, folder: secrets))
                try write(
                    set, package, beside: SecretBytes.copying(record.encoded), at: place)
                return try printReport(set, entries, sources, held: place)
            } catch let error as SealedMatchError {
                // Nobody was asked for anything yet.
                guard error.code == .peelingFailed, attempts < 8 else { throw Failure(error, "the set") }
                try about(seedsPath) { try LockedDirectory.remove(seedsPath) }
                attempts += 1
            }
        }
    }

    /// Those that were drawn before, or new ones, on the disk before anybody is asked for a product.
    private func seeds(_ path: String, _ record: CustodianRecord, _ digest: Bytes32) throws -> SetSeeds {
        try about(path) {
            guard let bytes = try DurableFile.readIfPresent(path, limit: SetSeeds.encodedCount, access: .secret) else {
                let seeds = try SetSeeds.random(tableID: record.plan.tableID, entriesDigest: digest)
                try DurableFile.create(seeds.encoded, at: path, isSecret: true)
                return seeds
            }
            let seeds = try SetSeeds(canonical: bytes)
            guard seeds.tableID == record.plan.tableID, seeds.entriesDigest == digest else {
                throw SealedMatchError(.setMismatch, "this key was used for another list of entries: make a new one")
            }
            return seeds
        }
    }

    private func write(_ new: borrowing NewSet, _ package: AuditPackage, entriesDigest: Bytes32) throws {
        try write(
            new.set, package, beside: new.secrets.encoded(entriesDigest: entriesDigest),
            at: KeyFiles.secretsPath(of: new.set.header, beside: out, folder: secrets))
    }

    private func write(
        _ set: BuiltSet, _ package: AuditPackage, beside secretBytes: borrowing SecretBytes, at secretsPath: String
    ) throws {
        let packageBytes = package.encoded
        let folder = secrets ?? KeyFiles.secretsFolder(beside: out)
        let isNew = !DurableFile.exists(folder)
        try about(folder) {
            try LockedDirectory.make(folder)
            try DurableFile.syncDirectory(of: folder)
        }
        // Where nothing could be written, an empty folder is not left either.
        defer { if isNew { rmdir(folder) } }
        try about(out) {
            try unsafe secretBytes.withBytes { (secrets) throws(SealedMatchError) in
                try unsafe packageBytes.span.withUnsafeBytes { (package) throws(SealedMatchError) in
                    try unsafe set.withParts { (set) throws(SealedMatchError) in
                        // The secrets first: a set whose secrets were lost would be of no use to anybody. Their name is
                        // new, so they take nobody's place.
                        try unsafe DurableFile.create(
                            [
                                NewFile(path: secretsPath, parts: [secrets], isSecret: true),
                                NewFile(
                                    path: out + ".audit", parts: [package], isSecret: true, kind: AuditPackage.magic),
                                NewFile(path: out, parts: set, isSecret: false, kind: SetHeader.magic),
                            ], replacing: force)
                    }
                }
            }
        }
    }

    private func printReport(
        _ set: BuiltSet, _ entries: EntrySelection, _ sources: [Source], held: String
    ) throws {
        let report = Report(
            set: out, root: hexadecimal(try set.header.root().encoded.bytes),
            secrets: held,
            entries: set.header.entries,
            cells: set.header.cells,
            listed: entries.report.listed, duplicates: entries.report.duplicates,
            badLines: sources.map(\.badLines), poorLines: sources.map(\.poorLines),
            underSupported: entries.report.underSupported,
            folded: entries.report.folded.count, cellsPerEntry: Double(set.header.cells) / Double(set.header.entries))
        if json { return try Terminal.printJSON(report) }
        Terminal.print("set       \(out)  \(count(report.entries, "entry", "entries")) in \(report.cells) cells")
        Terminal.print("root      \(report.root)")
        for (place, source) in sources.enumerated() {
            Terminal.print(
                "source    \(hexadecimal(source.key.bytes).prefix(16))…  \(count(report.listed[place], "hash", "hashes")), "
                    + "\(report.duplicates[place]) with a key listed already, "
                    + "\(source.poorLines) of too low quality, \(count(source.badLines, "bad line")) skipped")
        }
        Terminal.print(
            "dropped   \(count(report.underSupported, "key")) that fewer than \(count(minimumSources, "source")) list")
        Terminal.print("folded    \(count(report.folded, "key")) into one that is near, or of the same video")
        for fold in entries.report.folded.prefix(10) {
            Terminal.print(
                "          \(hexadecimal(fold.key.encoded)) into \(hexadecimal(fold.into.encoded)), \(fold.distance) bits apart"
            )
        }
        Terminal.print(
            record == nil
                ? "secrets   \(report.secrets)  keep with the authority; it opens vouchers"
                : "record    \(report.secrets)  keep with the authority; its custodians open vouchers")
        Terminal.print("audit     \(out).audit  for the sources; it lists the entries in the clear")
    }
}
